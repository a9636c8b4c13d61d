/** The map a report's place is shown on and chosen on: a tap puts the pin, a drag or the arrow keys move it. */
import { Marker } from 'maplibre-gl';
import { WORLD } from '../api/city';
import { GroundMap } from '../map/ground-map';
import { surround, surroundings, type Surroundings } from '../map/layers/place';
import { PLATE } from '../map/pins';
import { moved } from '../map/measure/view';

export interface PlaceWords {
  title: string;
  pin: string;
}

type At = { lon: number; lat: number };

/** Metres that an arrow key moves the pin; with Shift ten times as far. */
const STEP = 1;
const CLOSE = 15;

export class PlaceMap extends GroundMap {
  readonly #pin: Marker;
  readonly #handle: HTMLButtonElement;
  #at: At | null = null;

  constructor(container: HTMLElement, box: [number, number, number, number] | null, words: PlaceWords, put: (at: At) => void) {
    super({ container, below: [surroundings], at: { box: box ?? WORLD }, title: words.title });
    this.#handle = handle(words.pin);
    this.#pin = new Marker({ element: this.#handle, anchor: 'bottom', draggable: true });
    this.#pin.on('dragend', () => {
      const { lng, lat } = this.#pin.getLngLat();
      put({ lon: lng, lat });
    });
    this.#handle.addEventListener('keydown', (event) => {
      const way = { ArrowUp: [0, 1], ArrowDown: [0, -1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[event.key];
      if (!way || !this.#at) return;
      event.preventDefault();
      event.stopPropagation();
      const far = event.shiftKey ? STEP * 10 : STEP;
      put(moved(this.#at.lon, this.#at.lat, (way[0] ?? 0) * far, (way[1] ?? 0) * far));
    });
    this.canvas.on('click', (event) => put({ lon: event.lngLat.lng, lat: event.lngLat.lat }));
    this.canvas.getCanvas().addEventListener('keydown', (event) => {
      const { lng, lat } = this.canvas.getCenter();
      if (event.key === 'Enter') put({ lon: lng, lat });
    });
  }

  /** Shows the pin and what is around it; goes there if it is out of sight, or if the place did not come from the map. */
  show(place: Surroundings | null, follow: boolean): void {
    this.set(surroundings, place && surround(place));
    this.#at = place;
    if (!place) {
      this.#pin.remove();
      return;
    }
    const at: [number, number] = [place.lon, place.lat];
    this.#pin.setLngLat(at);
    // Adding it again would take the focus from it between two arrow keys.
    if (!this.#handle.isConnected) this.#pin.addTo(this.canvas);
    if (!follow && this.canvas.getBounds().contains(at)) return;
    this.canvas.easeTo({ center: at, zoom: Math.max(CLOSE, this.canvas.getZoom()) });
  }
}

function handle(label: string): HTMLButtonElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'placer';
  button.setAttribute('aria-label', label);
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '-16 -35 32 37');
  svg.setAttribute('aria-hidden', 'true');
  const plate = document.createElementNS(svg.namespaceURI, 'path') as SVGPathElement;
  plate.setAttribute('d', PLATE);
  const dot = document.createElementNS(svg.namespaceURI, 'circle') as SVGCircleElement;
  for (const [name, value] of [['cx', '0'], ['cy', '-21'], ['r', '4.5']] as const) dot.setAttribute(name, value);
  svg.append(plate, dot);
  button.append(svg);
  return button;
}
