/** The map of this page: its layers in order, and how cells and clusters become their content. Fetched after the page. */
import type { Areas } from '../api/city';
import { outline } from '../map/cells';
import { GroundMap, type Standing } from '../map/ground-map';
import { collection } from '../map/layer';
import { clusters, plates } from '../map/layers/clusters';
import { chosenArea, chosenCell } from '../map/layers/heat';
import { hexagons } from '../map/layers/hexagons';
import { count } from '../words/figures';

export class InsightMap extends GroundMap {
  #looks: ReadonlyMap<string, string> = new Map();
  #wanted: ReadonlyMap<string, string> = new Map();
  #loaded = false;

  constructor(opening: Standing) {
    super({ ...opening, below: [hexagons], above: [chosenArea, chosenCell, clusters] });
    this.canvas.once('load', () => {
      this.#loaded = true;
      this.showLooks(this.#wanted);
    });
  }

  /** The shapes of the cells; how they look is said by `showLooks`. */
  showCells(cells: readonly string[]): void {
    this.set(hexagons, collection(cells.map(outline)));
  }

  /** Changes only what looks different from before: stepping through time costs no more than that. */
  showLooks(looks: ReadonlyMap<string, string>): void {
    this.#wanted = looks;
    if (!this.#loaded) return;
    const changed = [...new Set([...this.#looks.keys(), ...looks.keys()])].filter((cell) => this.#looks.get(cell) !== looks.get(cell));
    if (changed.length > 0) this.canvas.getContainer().dataset.drawn = 'false';
    for (const id of changed) {
      const look = looks.get(id);
      if (look) this.canvas.setFeatureState({ source: hexagons.id, id }, { look });
      else this.canvas.removeFeatureState({ source: hexagons.id, id }, 'look');
    }
    this.#looks = looks;
  }

  showClusters(found: { cell: string; lon: number; lat: number; count: number }[] | null): void {
    this.set(clusters, found && plates(found, count));
  }

  chooseCell(cell: string | null): void {
    this.set(chosenCell, cell ? collection([outline(cell)]) : null);
  }

  chooseArea(area: Areas['features'][number] | undefined): void {
    this.set(chosenArea, area ? collection([area]) : null);
  }
}
