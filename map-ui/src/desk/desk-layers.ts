/** What only the desk's map draws: rings around what the hand is on or has marked, and the cases near the open one. */
import { collection, type MapLayer } from '../map/layer';
import { drawPin } from '../map/pins';
import { look, STATUSES } from '../words/status';

/** From a pin's tip to the middle of its plate. */
const UP = { 'circle-translate': [0, -17] as [number, number] };

/** Below the pins: a mark under each marked one. */
export const marks: MapLayer = {
  id: 'marks',
  layers: (colours) => [
    {
      id: 'marks',
      type: 'circle',
      source: 'marks',
      paint: { ...UP, 'circle-radius': 21, 'circle-color': colours.accent, 'circle-opacity': 0.22, 'circle-stroke-color': colours.accent, 'circle-stroke-width': 1.5 },
    },
  ],
};

/** Above the pins: ink with a halo, which no colour under it can hide. */
export const ring: MapLayer = {
  id: 'ring',
  layers: (colours) => [
    { id: 'ring-halo', type: 'circle', source: 'ring', paint: { ...UP, 'circle-radius': 22, 'circle-opacity': 0, 'circle-stroke-color': colours.halo, 'circle-stroke-width': 6 } },
    { id: 'ring', type: 'circle', source: 'ring', paint: { ...UP, 'circle-radius': 23, 'circle-opacity': 0, 'circle-stroke-color': colours.ink, 'circle-stroke-width': 2.6 } },
  ],
};

/** Cases near the open one: outlined, because they may be the same and are not in the list for that. */
export const near: MapLayer = {
  id: 'near',
  layers: () => [
    {
      id: 'near-pins',
      type: 'symbol',
      source: 'near',
      layout: { 'icon-image': ['concat', 'near-', ['get', 'status']], 'icon-anchor': 'bottom', 'icon-offset': [0, 2], 'icon-allow-overlap': true, 'icon-ignore-placement': true },
    },
  ],
  images: (colours) => Object.fromEntries(STATUSES.map((status) => [`near-${status}`, drawPin({ plate: colours.surface, glyph: colours.ink, halo: colours.ink }, look(status).shape)])),
  picks: { layer: 'near-pins', read: ({ properties }) => ({ kind: 'request', number: String(properties.number) }) },
};

export interface Placed {
  id: number;
  status: string;
  lon: number | null;
  lat: number | null;
}

/** The desk's pins are known by the id of their case, not by a resident's number. */
export function points(rows: Placed[]): GeoJSON.FeatureCollection {
  return collection(
    rows.flatMap(({ id, status, lon, lat }): GeoJSON.Feature[] =>
      lon === null || lat === null ? [] : [{ type: 'Feature', properties: { number: String(id), status }, geometry: { type: 'Point', coordinates: [lon, lat] } }],
    ),
  );
}
