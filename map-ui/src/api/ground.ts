/**
 * What the map stands on: which layer of jurisdictions divides the city, and which others say what the ground is. A city
 * names its layers as it likes and says nothing of their meaning, so it is read from their names; a wrong guess costs a
 * colour, and the reader may choose another layer.
 */
import { type Areas, areas, city, type Layer, layers } from './city';

const DIVIDES = /district|ward|neighbo|borough|community|council|precinct|quarter|distrito|barrio/i;
const GROUNDS: [RegExp, Kind][] = [
  [/\b(parks?|green|open space|parques?)\b/i, 'park'],
  [/\b(roads?|highways?|routes?|carreteras?)\b/i, 'road'],
  [/\b(water|rivers?|lakes?|agua|ríos?)\b/i, 'water'],
];

export type Kind = 'park' | 'road' | 'water';

/** The layer that divides the city: by its name, else the one with the most areas that is not ground. */
export function dividing(all: Layer[]): Layer | null {
  const named = all.find(({ code, name }) => DIVIDES.test(code) || DIVIDES.test(name));
  if (named) return named;
  const rest = all.filter((layer) => !kindOf(layer));
  return (rest.length > 0 ? rest : all).toSorted((a, b) => b.count - a.count)[0] ?? null;
}

export function kindOf({ code, name }: Layer): Kind | null {
  return GROUNDS.find(([pattern]) => pattern.test(name) || pattern.test(code.replaceAll(/[-_]/g, ' ')))?.[1] ?? null;
}

/** The city's areas, by the layer that was asked for or the one that divides it. */
export async function cityAreas(asked?: string | null): Promise<Areas | null> {
  const all = await layers();
  const layer = all.find(({ code }) => code === asked) ?? dividing(all);
  return layer && areas(layer.code);
}

export type Ground = GeoJSON.FeatureCollection<GeoJSON.Polygon | GeoJSON.MultiPolygon, { kind: Kind; name: string }>;

/** Parks, roads and water, as far as layers know them. A layer that cannot be had is left out. */
export async function cityGround(): Promise<Ground> {
  // Tiles of the ground know more than the boundaries do.
  if ((await city()).map) return { type: 'FeatureCollection', features: [] };
  const wanted = (await layers()).flatMap((layer) => (kindOf(layer) ? [{ layer, kind: kindOf(layer) as Kind }] : []));
  const found = await Promise.all(
    wanted.map(async ({ layer, kind }) => {
      const { features } = await areas(layer.code).catch((): Areas => ({ type: 'FeatureCollection', features: [] }));
      return features.map(({ geometry, properties }) => ({ type: 'Feature' as const, geometry, properties: { kind, name: properties.name } }));
    }),
  );
  return { type: 'FeatureCollection', features: found.flat() };
}
