/** H3 cells as shapes on the map. The only module that loads h3-js, which is as large as the whole form. */
import { cellToBoundary, cellToLatLng, cellToParent, getResolution } from 'h3-js';
import type { Heat } from '../api/map';
import { collection } from './layer';
import { type Scale, step } from './measure/scale';

export function outline(cell: string): GeoJSON.Feature {
  return { type: 'Feature', properties: { cell }, geometry: { type: 'Polygon', coordinates: [cellToBoundary(cell, true)] } };
}

export function centre(cell: string): { lon: number; lat: number } {
  const [lat, lon] = cellToLatLng(cell);
  return { lon, lat };
}

export function resolutionOf(cell: string): number {
  return getResolution(cell);
}

/** West, south, east, north of its corners. */
export function boxOfCell(cell: string): [number, number, number, number] {
  const corners = cellToBoundary(cell, true);
  const lons = corners.map(([lon]) => lon);
  const lats = corners.map(([, lat]) => lat);
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
}

export function hexagons(heat: Heat, borders: Scale): GeoJSON.FeatureCollection {
  return collection(
    heat.cells.map(([cell, count]) => {
      const feature = outline(cell);
      feature.properties = { cell, count, step: step(count, borders) };
      return feature;
    }),
  );
}

interface Heap {
  count: number;
  lon: number;
  lat: number;
  box: [number, number, number, number];
}

/**
 * Counts gathered into larger cells of the same grid, each placed at the weighted middle of what it holds. The grid does
 * not move with the map, so a number stays where it is while one pans.
 */
export function heaps(heat: Heat, resolution: number, word: (count: number) => string): GeoJSON.FeatureCollection {
  const found = new Map<string, Heap>();
  for (const [cell, count] of heat.cells) {
    const parent = cellToParent(cell, Math.min(resolution, heat.resolution));
    const at = centre(cell);
    const heap = found.get(parent) ?? { count: 0, lon: 0, lat: 0, box: [at.lon, at.lat, at.lon, at.lat] };
    heap.count += count;
    heap.lon += at.lon * count;
    heap.lat += at.lat * count;
    heap.box = [Math.min(heap.box[0], at.lon), Math.min(heap.box[1], at.lat), Math.max(heap.box[2], at.lon), Math.max(heap.box[3], at.lat)];
    found.set(parent, heap);
  }
  return collection(
    [...found.values()].map(({ count, lon, lat, box }) => ({
      type: 'Feature',
      properties: { count, label: word(count), box: JSON.stringify(box) },
      geometry: { type: 'Point', coordinates: [lon / count, lat / count] },
    })),
  );
}
