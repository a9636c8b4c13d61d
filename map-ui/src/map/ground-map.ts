/** A map that stands on its city: land, parks and roads below everything, borders and names above the heat. */
import type { Areas } from '../api/city';
import type { Ground } from '../api/ground';
import { CityMap, type Opening } from './city-map';
import { base } from './base';
import { collection, type MapLayer } from './layer';
import { streetNames, streets } from './layers/base';
import { areaNames, borders, land, names } from './layers/districts';
import { ground, groundNames } from './layers/ground';
import { boxOf } from './measure/area';

export interface Standing extends Omit<Opening, 'layers'> {
  /** Layers between the ground and the borders. */
  below?: MapLayer[];
  /** Layers above all names. */
  above?: MapLayer[];
}

export class GroundMap extends CityMap {
  constructor({ below = [], above = [], ...opening }: Standing) {
    const [under, over] = { tiles: [[land, streets], [streetNames]], style: [[], []], none: [[land, ground], [groundNames]] }[base?.kind ?? 'none'];
    super({ ...opening, layers: [...(under ?? []), ...below, borders, ...(over ?? []), names, ...above] });
  }

  showAreas(areas: Areas | null): void {
    this.set(land, areas);
    this.set(names, areas && areaNames(areas));
  }

  showGround(found: Ground): void {
    // Water over parks over roads is wrong as often as right; parks and water never share ground with a road they carry.
    const order = { park: 0, water: 1, road: 2 };
    this.set(ground, { ...found, features: found.features.toSorted((a, b) => order[a.properties.kind] - order[b.properties.kind]) });
    this.set(
      groundNames,
      collection(
        found.features.flatMap((area) => {
          const box = boxOf({ type: 'FeatureCollection', features: [area as unknown as Areas['features'][number]] });
          if (area.properties.kind !== 'park' || !box) return [];
          const [west, south, east, north] = box;
          return [{ type: 'Feature' as const, properties: { name: area.properties.name }, geometry: { type: 'Point' as const, coordinates: [(west + east) / 2, (south + north) / 2] } }];
        }),
      ),
    );
  }
}
