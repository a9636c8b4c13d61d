/**
 * The map itself, without framework: opens MapLibre on the given layers, keeps colours in step with the page's theme, and
 * tells what was picked. It knows no address, no API and no component.
 */
import './vendor.css';
import { type GeoJSONSource, Map as Canvas, ScaleControl, setWorkerUrl, type StyleSpecification } from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import { base, thanks } from './base';
import { type MapLayer, NOTHING, type Picked } from './layer';
import { palette } from './palette';
import { RATIO } from './pins';
import type { View } from './measure/view';

setWorkerUrl(workerUrl);

export interface Opening {
  container: HTMLElement;
  layers: MapLayer[];
  /** A place and zoom, or a box to fit. */
  at: Pick<View, 'lon' | 'lat' | 'zoom'> | { box: [number, number, number, number] };
  /** What the region is called for screen readers. */
  title: string;
}

/** How far from a click a thing may lie and still be meant, in pixels: a finger is wide. */
const REACH = 8;

export class CityMap {
  readonly canvas: Canvas;
  readonly #layers: MapLayer[];
  readonly #waiting = new Map<string, GeoJSON.FeatureCollection>();
  readonly #themes = new MutationObserver(() => this.#recolour());
  #ready = false;

  constructor({ container, layers, at, title }: Opening) {
    this.#layers = layers;
    const foreign = base?.kind === 'style' ? base.url : null;
    container.classList.toggle('foreign', foreign !== null);
    this.canvas = new Canvas({
      container,
      style: foreign ?? this.#style(),
      ...('box' in at ? { bounds: at.box, fitBoundsOptions: { padding: 24 } } : { center: [at.lon, at.lat], zoom: at.zoom }),
      minZoom: 3,
      maxZoom: 19,
      maxPitch: 0,
      dragRotate: false,
      attributionControl: foreign || thanks ? { compact: true, customAttribution: thanks } : false,
      locale: { 'Map.Title': title },
      // In-page checks of colours read the buffer after the frame; nobody else pays for keeping it.
      canvasContextAttributes: { preserveDrawingBuffer: navigator.webdriver },
    });
    // Tiles that do not come without a network are no news: the page says itself that there is none.
    this.canvas.on('error', ({ error }) => navigator.onLine && console.error(error));
    this.canvas.touchZoomRotate.disableRotation();
    this.canvas.addControl(new ScaleControl({ maxWidth: 90 }), 'bottom-right');
    this.canvas.once('load', () => {
      if (foreign) this.#addTo();
      this.#open();
    });
    this.canvas.on('idle', () => (container.dataset.drawn = String(this.#ready)));
    this.#themes.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  }

  /** Gives a layer its content; before the map is ready it is kept until then. */
  set(layer: MapLayer | string, data: GeoJSON.FeatureCollection | null): void {
    const id = typeof layer === 'string' ? layer : layer.id;
    const features = data ?? NOTHING;
    if (!this.#ready) this.#waiting.set(id, features);
    else {
      this.canvas.getContainer().dataset.drawn = 'false';
      (this.canvas.getSource(id) as GeoJSONSource | undefined)?.setData(features);
    }
  }

  view(): View {
    const { lng, lat } = this.canvas.getCenter();
    const bounds = this.canvas.getBounds();
    return { lon: lng, lat, zoom: this.canvas.getZoom(), box: [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()] };
  }

  onMoved(tell: (view: View) => void): void {
    this.canvas.on('moveend', () => tell(this.view()));
    this.canvas.once('load', () => tell(this.view()));
  }

  /** Tells what was clicked, or was under the cross-hair in the middle when Enter was pressed. Null: nothing there. */
  onPicked(tell: (picked: Picked | null, byKey: boolean) => void): void {
    this.canvas.on('click', (event) => tell(this.#pickAt(event.point.x, event.point.y), false));
    this.canvas.on('mousemove', (event) => {
      this.canvas.getCanvas().style.cursor = this.#pickAt(event.point.x, event.point.y) ? 'pointer' : '';
    });
    this.canvas.getCanvas().addEventListener('keydown', (event) => {
      if (event.key !== 'Enter') return;
      const { clientWidth, clientHeight } = this.canvas.getContainer();
      tell(this.#pickAt(clientWidth / 2, clientHeight / 2), true);
    });
  }

  close(): void {
    this.#themes.disconnect();
    this.canvas.remove();
  }

  #pickAt(x: number, y: number): Picked | null {
    if (!this.#ready) return null;
    const reach: [[number, number], [number, number]] = [[x - REACH, y - REACH], [x + REACH, y + REACH]];
    for (const { picks } of this.#layers.toReversed()) {
      if (!picks) continue;
      // An area is exactly what is under the finger; a pin may be missed by a little.
      const exact = this.canvas.getLayer(picks.layer)?.type === 'fill';
      const [found] = this.canvas.queryRenderedFeatures(exact ? [x, y] : reach, { layers: [picks.layer] });
      const meant = found && picks.read(found);
      if (meant) return meant;
    }
    return null;
  }

  #style(): StyleSpecification {
    const colours = palette();
    const sources = this.#layers.map(({ id, source }) => [id, source?.() ?? { type: 'geojson' as const, data: NOTHING }] as const);
    return {
      version: 8,
      sources: Object.fromEntries(sources),
      layers: [
        { id: 'ground', type: 'background', paint: { 'background-color': colours.ground } },
        ...this.#layers.flatMap((layer) => layer.layers(colours)),
      ],
    };
  }

  /** Lays our layers into somebody else's style: areas and lines below its first name, pins and words above all. */
  #addTo(): void {
    const firstName = this.canvas.getStyle().layers.find(({ type }) => type === 'symbol')?.id;
    const { sources, layers } = this.#style();
    for (const [id, source] of Object.entries(sources)) this.canvas.addSource(id, source);
    for (const layer of layers) {
      if (layer.type !== 'background') this.canvas.addLayer(layer, layer.type === 'symbol' ? undefined : firstName);
    }
  }

  #open(): void {
    this.#ready = true;
    this.#drawImages();
    for (const [id, data] of this.#waiting) this.set(id, data);
    this.#waiting.clear();
  }

  #drawImages(): void {
    const colours = palette();
    for (const layer of this.#layers) {
      for (const [name, picture] of Object.entries(layer.images?.(colours) ?? {})) {
        if (this.canvas.hasImage(name)) this.canvas.updateImage(name, picture);
        else this.canvas.addImage(name, picture, { pixelRatio: RATIO });
      }
    }
  }

  /** The same style with the other theme's colours: only paint changes, so nothing is fetched or laid out again. */
  #recolour(): void {
    if (!this.#ready) return;
    this.#drawImages();
    for (const { id, paint } of this.#style().layers) {
      if (!this.canvas.getLayer(id)) continue;
      for (const [name, value] of Object.entries(paint ?? {})) this.canvas.setPaintProperty(id, name as never, value as never);
    }
  }
}
