/** Requests whose place is only known about: a soft disc that says how far, with words, where others have a pin. */
import * as m from '../../paraglide/messages.js';
import { look } from '../../words/status';
import { collection, LABEL_FONT, type MapLayer } from '../layer';
import { circle } from '../measure/view';
import type { Palette } from '../palette';

export const about: MapLayer = {
  id: 'about',
  layers: (colours) => [
    { id: 'about-discs', type: 'fill', source: 'about', filter: ['==', ['geometry-type'], 'Polygon'], paint: { 'fill-color': tone(colours), 'fill-opacity': 0.16 } },
    {
      id: 'about-edges',
      type: 'line',
      source: 'about',
      filter: ['==', ['geometry-type'], 'Polygon'],
      paint: { 'line-color': tone(colours), 'line-width': 1.6, 'line-dasharray': [1, 2.2], 'line-opacity': 0.9 },
    },
    {
      id: 'about-words',
      type: 'symbol',
      source: 'about',
      filter: ['==', ['geometry-type'], 'Point'],
      minzoom: 12.5,
      layout: { 'text-field': ['get', 'label'], 'text-font': LABEL_FONT, 'text-size': 12, 'text-max-width': 9 },
      paint: { 'text-color': colours.ink, 'text-halo-color': colours.halo, 'text-halo-width': 1.6 },
    },
  ],
  picks: { layer: 'about-discs', read: ({ properties }) => (properties.number ? { kind: 'request', number: String(properties.number) } : null) },
};

function tone(colours: Palette) {
  return ['match', ['get', 'tone'], 'blue', colours.blue, 'amber', colours.amber, 'red', colours.red, 'green', colours.green, colours.grey] as unknown as string;
}

export interface About {
  lon: number;
  lat: number;
  status: string;
  within_m: number;
  number?: string;
}

/** One disc for each place, whatever number of requests are shown there, and its words once. */
export function discs(all: About[]): GeoJSON.FeatureCollection {
  const places = new Map<string, About[]>();
  for (const one of all) {
    const place = `${one.lon},${one.lat}`;
    places.set(place, [...(places.get(place) ?? []), one]);
  }
  return collection(
    [...places.values()].flatMap((here): GeoJSON.Feature[] => {
      const [newest] = here;
      if (!newest) return [];
      const { lon, lat, status, within_m, number } = newest;
      const label = here.length > 1 ? m.map_about_some({ count: here.length }) : m.map_about();
      return [
        { type: 'Feature', properties: { tone: look(status).tone, number }, geometry: { type: 'Polygon', coordinates: [circle(lon, lat, within_m)] } },
        { type: 'Feature', properties: { label }, geometry: { type: 'Point', coordinates: [lon, lat] } },
      ];
    }),
  );
}
