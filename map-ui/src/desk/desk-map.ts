/** The desk's map: the cases of the list as pins, the one being read larger. */
import { WORLD } from '../api/city';
import type { CaseRow } from '../api/desk';
import { GroundMap } from '../map/ground-map';
import { collection } from '../map/layer';
import { chosenRequest, requests } from '../map/layers/requests';

export class DeskMap extends GroundMap {
  constructor(container: HTMLElement, box: [number, number, number, number] | null, title: string) {
    super({ container, above: [requests, chosenRequest], at: { box: box ?? WORLD }, title });
  }

  showCases(rows: CaseRow[], current: number | null): void {
    this.set(requests, collection(rows.filter(({ id }) => id !== current).flatMap(pin)));
    this.set(chosenRequest, collection(rows.filter(({ id }) => id === current).flatMap(pin)));
  }

  /** Brings a case into sight without moving what is in sight already. */
  find({ lon, lat }: Pick<CaseRow, 'lon' | 'lat'>): void {
    if (lon === null || lat === null) return;
    if (!this.canvas.getBounds().contains([lon, lat])) this.canvas.easeTo({ center: [lon, lat] });
  }
}

/** The desk's pins are known by the id of their case, not by a resident's number. */
function pin({ id, status, lon, lat }: CaseRow): GeoJSON.Feature[] {
  if (lon === null || lat === null) return [];
  return [{ type: 'Feature', properties: { number: String(id), status }, geometry: { type: 'Point', coordinates: [lon, lat] } }];
}
