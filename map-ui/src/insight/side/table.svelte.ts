/** Which table is read, and its rows: all from the same loaded counts as the map and the bars. */
import { clustersAddress, countsAddress, heatAddress } from '../../api/insight';
import { here } from '../../app/route.svelte.ts';
import { areaAt } from '../../map/measure/area';
import * as m from '../../paraglide/messages.js';
import { coordinates } from '../../words/figures';
import { look } from '../../words/status';
import type { Findings } from '../findings.svelte.ts';
import { readSort, type Tab } from '../question';
import type { Reading } from '../reading.svelte.ts';
import { opening, stepWord } from '../words';
import { type Row, rowsOf, sorted } from './rows';

/** Known before the fields of `Table` are made from them. */
class Knowing {
  protected readonly found: Findings;
  protected readonly reading: Reading;
  constructor(found: Findings, reading: Reading) {
    this.found = found;
    this.reading = reading;
  }
}

export class Table extends Knowing {
  /** What is on the map is what is in its table. */
  #gathered = $derived(this.found.mode === 'clusters');
  tabs: { value: Tab; name: string }[] = $derived([
    { value: 'districts', name: m.insight_tab_districts() },
    { value: 'services', name: m.insight_tab_services() },
    { value: 'statuses', name: m.insight_tab_statuses() },
    { value: 'hexagons', name: this.#gathered ? m.insight_mode_clusters() : m.insight_tab_hexagons() },
    { value: 'time', name: m.insight_tab_time() },
  ]);
  name = $derived(this.tabs.find(({ value }) => value === this.reading.tab)?.name ?? '');
  sort = $derived(readSort(here.query, this.reading.tab));
  /** Null while they are not known. */
  rows: Row[] | null = $derived.by(() => {
    const rows = this.#rows(this.reading.tab);
    return rows && sorted(rows, this.sort, this.reading.tab === 'time');
  });
  /** Where the API says the same. */
  source = $derived.by(() => {
    const { filters, tab } = this.reading;
    const { cells, clusters, answer } = this.found;
    if (!filters || !answer) return null;
    if (tab === 'hexagons' && this.#gathered) return clusters && clustersAddress(filters, clusters.resolution, clusters.box);
    if (tab === 'hexagons') return cells && heatAddress(filters, cells.resolution, cells.box);
    return countsAddress(tab === 'time' ? answer.asked.filters : filters);
  });

  #rows(tab: Tab): Row[] | null {
    const { answer, services, areas, layer, cells } = this.found;
    const { tally, earlierTally } = this.reading;
    if (!answer) return null;
    if (tab === 'time') {
      const { steps, bars, outline } = this.reading;
      return steps.map((step, index) => ({ key: `${step.from}..${step.to}`, name: opening(stepWord(step, answer.asked.length)), count: bars[index] ?? 0, before: outline && (outline[index] ?? 0) }));
    }
    if (tab === 'hexagons' && this.#gathered) {
      return this.found.clusters && this.reading.clusters.map(({ cell, count, before, lon, lat }) => ({
        key: cell, name: areaAt(areas, lon, lat) ?? m.area_outside(), sub: coordinates(lon, lat), count, before: answer.then ? before : null, lon, lat,
      }));
    }
    if (tab === 'hexagons') {
      return cells && this.reading.shown.filter(({ seen }) => seen).map(({ cell, count, before, step, lon, lat }) => ({
        key: cell, name: areaAt(areas, lon, lat) ?? m.area_outside(), sub: coordinates(lon, lat), count, before: answer.then ? before : null, lon, lat, step,
      }));
    }
    if (!tally || (answer.then && !earlierTally)) return null;
    if (tab === 'services') return rowsOf(tally.services, earlierTally?.services ?? null, new Map(services.map(({ code, name }) => [code, name])));
    if (tab === 'statuses') {
      const rows = rowsOf(tally.statuses, earlierTally?.statuses ?? null, new Map());
      return rows.map((row) => ({ ...row, name: look(row.key).word }));
    }
    const mine = (all: Record<string, number>) => Object.fromEntries(Object.entries(all).filter(([key]) => key.startsWith(`${layer?.code}:`)));
    const names = new Map((areas?.features ?? []).map(({ properties }) => [`${layer?.code}:${properties.code}`, properties.name]));
    // Asked for some areas, only those are meant; else every area is named, those with nothing too.
    const chosen = this.found.filters.jurisdictions;
    return rowsOf(mine(tally.jurisdictions), earlierTally && mine(earlierTally.jurisdictions), names, chosen.length > 0 ? [] : [...names.keys()]);
  }
}
