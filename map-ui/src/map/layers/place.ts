/** Where a report is made: how sure the phone is, how far "near by" reaches, and the open cases within it. */
import type { MapLayer } from '../layer';
import { collection } from '../layer';
import { drawPin } from '../pins';
import { circle } from '../measure/view';

export const surroundings: MapLayer = {
  id: 'place',
  layers: (colours) => [
    { id: 'place-accuracy', type: 'fill', source: 'place', filter: ['==', ['get', 'what'], 'accuracy'], paint: { 'fill-color': colours.accent, 'fill-opacity': 0.14 } },
    {
      id: 'place-radius',
      type: 'line',
      source: 'place',
      filter: ['==', ['get', 'what'], 'radius'],
      paint: { 'line-color': colours.ink, 'line-width': 1.2, 'line-dasharray': [3, 3] },
    },
    {
      id: 'place-near',
      type: 'symbol',
      source: 'place',
      filter: ['==', ['get', 'what'], 'near'],
      layout: { 'icon-image': 'near', 'icon-anchor': 'bottom', 'icon-offset': [0, 2], 'icon-allow-overlap': true },
    },
  ],
  images: (colours) => ({ near: drawPin({ plate: colours.surface, glyph: colours.ink, halo: colours.ink }, 'ring') }),
};

export interface Surroundings {
  lon: number;
  lat: number;
  accuracy?: number | null;
  radius?: number | null;
  near: { lon: number; lat: number; within_m?: number }[];
}

export function surround({ lon, lat, accuracy, radius, near }: Surroundings): GeoJSON.FeatureCollection {
  const ring = (what: string, metres: number): GeoJSON.Feature => ({
    type: 'Feature',
    properties: { what },
    geometry: { type: 'Polygon', coordinates: [circle(lon, lat, metres)] },
  });
  return collection([
    ...(accuracy ? [ring('accuracy', accuracy)] : []),
    ...(radius ? [ring('radius', radius)] : []),
    // Of what is only known about there is a disc, and no pin.
    ...near.filter(({ within_m = 0 }) => within_m > 0).map(({ lon, lat, within_m = 0 }): GeoJSON.Feature => ({ type: 'Feature', properties: { what: 'radius' }, geometry: { type: 'Polygon', coordinates: [circle(lon, lat, within_m)] } })),
    ...near.filter(({ within_m = 0 }) => within_m === 0).map((at): GeoJSON.Feature => ({ type: 'Feature', properties: { what: 'near' }, geometry: { type: 'Point', coordinates: [at.lon, at.lat] } })),
  ]);
}
