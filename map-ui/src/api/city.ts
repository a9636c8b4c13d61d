/** What the city is made of: its settings, services with their questions, layers of jurisdictions. Asked once each. */
import { call } from './call';
import type { Said } from './said';

export type City = Omit<Said<'ClientConfig'>, 'bbox' | 'map'> & {
  /** West, south, east, north; null while nothing is known of the city's extent. */
  bbox: [number, number, number, number] | null;
  map: BaseMap | null;
};

/** What the map stands on: tiles of this server, or a MapLibre style from elsewhere. */
export type BaseMap = Omit<Said<'MapGround'>, 'kind'> & { kind: 'tiles' | 'style' };

export interface Service {
  code: string;
  name: string;
  description: string;
  group: string;
  keywords: string[];
  type: string;
  questions: boolean;
  duplicates: { policy: 'suggest' | 'flag' | 'join'; radius_m: number; window_days: number; threshold: number };
}

export type Datatype = 'string' | 'number' | 'datetime' | 'text' | 'singlevaluelist' | 'multivaluelist';

export interface Question {
  code: string;
  /** False where the "question" is only a text to be read. */
  variable: boolean;
  datatype: Datatype;
  required: boolean;
  order: number;
  description: string;
  datatype_description: string;
  values: { key: string; name: string; stop?: string | null }[];
  /** Asked only when the other question's answer is one of these. */
  condition?: { attribute: string; any_of: string[] } | null;
}

/** Where the map opens when nothing is known of the city yet: the whole world. */
export const WORLD: [number, number, number, number] = [-170, -55, 170, 72];

export type Layer = Said<'LayerView'>;

export type Areas = GeoJSON.FeatureCollection<GeoJSON.Polygon | GeoJSON.MultiPolygon, { code: string; name: string; team: string | null }>;

/** Remembers a promise, but not a failure: the next caller asks again. */
function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let kept: Promise<T> | undefined;
  return () => {
    kept ??= ask().catch((error: unknown) => {
      kept = undefined;
      throw error;
    });
    return kept;
  };
}

export const city = once(() => call<City>('GET', '/api/config'));
export const services = once(() => call<Service[]>('GET', '/api/services'));
export const layers = once(() => call<Layer[]>('GET', '/api/layers'));

const areasByLayer = new Map<string, () => Promise<Areas>>();
export function areas(layer: string): Promise<Areas> {
  let ask = areasByLayer.get(layer);
  if (!ask) {
    ask = once(() => call<Areas>('GET', `/api/layers/${encodeURIComponent(layer)}`));
    areasByLayer.set(layer, ask);
  }
  return ask();
}

export async function questions(service: string): Promise<Question[]> {
  const whole = await call<Service & { attributes: Question[] }>('GET', `/api/services/${encodeURIComponent(service)}`);
  return whole.attributes.toSorted((a, b) => a.order - b.order);
}
