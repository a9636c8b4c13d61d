/** The city's areas: the land itself below everything, borders and names above the heat. */
import type { Areas } from '../../api/city';
import { boxOf } from '../measure/area';
import { collection, LABEL_FONT, type MapLayer } from '../layer';

export const land: MapLayer = {
  id: 'districts',
  layers: (colours) => [{ id: 'districts-land', type: 'fill', source: 'districts', paint: { 'fill-color': colours.land, 'fill-antialias': false } }],
};

export const borders: MapLayer = {
  id: 'districts',
  layers: (colours) => [
    {
      id: 'districts-border',
      type: 'line',
      source: 'districts',
      layout: { 'line-join': 'round' },
      paint: { 'line-color': colours.bound, 'line-width': 1.1, 'line-opacity': 0.75, 'line-dasharray': [6, 3, 1.4, 3] },
    },
  ],
};

/** Names have points of their own, one an area: drawn from the polygons they would stand once in every tile. */
export const names: MapLayer = {
  id: 'district-names',
  layers: (colours) => [
    {
      id: 'district-names',
      type: 'symbol',
      source: 'district-names',
      layout: {
        'text-field': ['upcase', ['get', 'name']],
        'text-font': LABEL_FONT,
        'text-size': ['interpolate', ['linear'], ['zoom'], 9, 10, 14, 13],
        'text-letter-spacing': 0.09,
        'text-max-width': 8,
        'text-padding': 6,
      },
      paint: { 'text-color': colours.label, 'text-halo-color': colours.halo, 'text-halo-width': 1.6 },
    },
  ],
};

/** A name stands in the middle of its area's box. */
export function areaNames(areas: Areas): GeoJSON.FeatureCollection {
  return collection(
    areas.features.map((area) => {
      const [west, south, east, north] = boxOf({ type: 'FeatureCollection', features: [area] }) ?? [0, 0, 0, 0];
      return { type: 'Feature', properties: { name: area.properties.name }, geometry: { type: 'Point', coordinates: [(west + east) / 2, (south + north) / 2] } };
    }),
  );
}
