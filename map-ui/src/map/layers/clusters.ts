/** Clusters as the plates with numbers that stand for too many pins, each known by its cell. */
import { collection, type MapLayer } from '../layer';
import { counts } from './requests';

export const clusters: MapLayer = {
  id: 'clusters',
  layers: (colours) => counts.layers(colours).map((layer) => ({ ...layer, id: 'cluster-plates', source: 'clusters' }) as typeof layer),
  images: counts.images,
  picks: { layer: 'cluster-plates', read: ({ properties }) => ({ kind: 'cluster', cell: String(properties.cell) }) },
};

export function plates(found: { cell: string; lon: number; lat: number; count: number }[], word: (count: number) => string): GeoJSON.FeatureCollection {
  return collection(
    found.map(({ cell, lon, lat, count }) => ({ type: 'Feature', properties: { cell, label: word(count) }, geometry: { type: 'Point', coordinates: [lon, lat] } })),
  );
}
