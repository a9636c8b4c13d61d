/** The map of this page: its layers in order, and how what is in sight becomes their content. Fetched after the page. */
import type { Dots, Heat } from '../api/map';
import { heaps, hexagons, outline } from '../map/cells';
import { GroundMap, type Standing } from '../map/ground-map';
import { collection } from '../map/layer';
import { about, discs } from '../map/layers/about';
import { chosenCell, heat } from '../map/layers/heat';
import { chosenRequest, counts, requests } from '../map/layers/requests';
import type { Scale } from '../map/measure/scale';
import { plateResolutionAt } from '../map/measure/view';
import { count } from '../words/figures';

export class ExploreMap extends GroundMap {
  constructor(opening: Standing) {
    super({ ...opening, below: [heat], above: [chosenCell, about, counts, requests, chosenRequest] });
  }

  showHeat(found: Heat | null, scale: Scale): void {
    this.set(heat, found && hexagons(found, scale));
  }

  /** Pins, or plates with numbers where there are too many pins. */
  showRequests(dots: Dots | null, found: Heat | null, crowded: boolean): void {
    const shown = crowded ? [] : (dots?.features ?? []);
    this.set(requests, collection(shown.filter(({ properties }) => properties.within_m === 0)));
    this.set(about, discs(shown.filter(({ properties }) => properties.within_m > 0).map(({ properties, geometry: { coordinates: [lon = 0, lat = 0] } }) => ({ ...properties, lon, lat }))));
    this.set(counts, crowded && found ? heaps(found, plateResolutionAt(this.canvas.getZoom()), count) : null);
  }

  chooseRequest(at: { lon: number; lat: number; status: string } | null): void {
    this.set(chosenRequest, at && collection([{ type: 'Feature', properties: { status: at.status }, geometry: { type: 'Point', coordinates: [at.lon, at.lat] } }]));
  }

  chooseCell(cell: string | null): void {
    this.set(chosenCell, cell ? collection([outline(cell)]) : null);
  }
}
