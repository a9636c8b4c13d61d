/** The desk's map: the cases of the list as pins, the open one larger, those near it outlined, the one in hand ringed. */
import { Marker } from 'maplibre-gl';
import { WORLD } from '../api/city';
import type { Box } from '../api/map';
import { GroundMap } from '../map/ground-map';
import { chosenRequest, requests } from '../map/layers/requests';
import { marks, near, type Placed, points, ring } from './desk-layers';

export class DeskMap extends GroundMap {
  #sought: Marker | null = null;

  constructor(container: HTMLElement, box: Box | null, title: string) {
    super({ container, above: [marks, requests, near, chosenRequest, ring], at: { box: box ?? WORLD }, title });
  }

  showCases(rows: Placed[], current: Placed | null): void {
    this.set(requests, points(rows.filter(({ id }) => id !== current?.id)));
    this.set(chosenRequest, points(current ? [current] : []));
  }

  showNear(rows: Placed[]): void {
    this.set(near, points(rows));
  }

  showRing(row: Placed | null): void {
    this.set(ring, points(row ? [row] : []));
  }

  showMarks(rows: Placed[]): void {
    this.set(marks, points(rows));
  }

  /** Brings a case into sight without moving what is in sight already. */
  find({ lon, lat }: Pick<Placed, 'lon' | 'lat'>): void {
    if (lon === null || lat === null) return;
    if (!this.canvas.getBounds().contains([lon, lat])) this.canvas.easeTo({ center: [lon, lat] });
  }

  /** Goes to a place that was looked for, and marks it until the next. */
  goTo({ lon, lat, exact }: { lon: number; lat: number; exact: boolean }): void {
    this.#sought ??= new Marker({ color: 'var(--accent)', scale: 0.8 });
    this.#sought.setLngLat([lon, lat]).addTo(this.canvas);
    this.canvas.easeTo({ center: [lon, lat], zoom: Math.max(exact ? 17 : 15, this.canvas.getZoom()) });
  }

  /** Tells which pin the mouse is on. */
  onOver(tell: (id: number | null) => void): void {
    for (const layer of ['request-pins', 'near-pins', 'chosen-request']) {
      this.canvas.on('mousemove', layer, ({ features }) => tell(Number(features?.[0]?.properties.number) || null));
      this.canvas.on('mouseleave', layer, () => tell(null));
    }
  }

  /** Tells the box in sight after the reader moved the map; what the page itself moves is not told. */
  onTurned(tell: (box: Box) => void): void {
    this.canvas.on('moveend', (event) => (event as { originalEvent?: Event }).originalEvent && tell(this.view().box));
  }

  zoom(by: 1 | -1, event: Event): void {
    this.canvas.zoomTo(Math.round(this.canvas.getZoom()) + by, {}, { originalEvent: event });
  }
}
