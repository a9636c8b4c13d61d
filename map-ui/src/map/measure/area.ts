/** Which area a point lies in, for naming things on the screen. The server's answer is the one that routes. Pure. */
import type { Areas } from '../../api/city';

export function areaAt(areas: Areas | null, lon: number, lat: number): string | null {
  const found = areas?.features.find(({ geometry }) => {
    const polygons = geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates;
    return polygons.some(([outer, ...holes]) => outer !== undefined && inRing(outer, lon, lat) && !holes.some((hole) => inRing(hole, lon, lat)));
  });
  return found?.properties.name ?? null;
}

/** Even-odd rule: a ray to the east crosses the ring an odd number of times. */
function inRing(ring: GeoJSON.Position[], lon: number, lat: number): boolean {
  let inside = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [xi = 0, yi = 0] = ring[i] ?? [];
    const [xj = 0, yj = 0] = ring[j] ?? [];
    if (yi > lat !== yj > lat && lon < ((xj - xi) * (lat - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

/** West, south, east, north of all areas; null when there are none. */
export function boxOf(areas: Areas): [number, number, number, number] | null {
  let box: [number, number, number, number] | null = null;
  for (const { geometry } of areas.features) {
    for (const polygon of geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates) {
      for (const [lon = 0, lat = 0] of polygon[0] ?? []) {
        box = box ? [Math.min(box[0], lon), Math.min(box[1], lat), Math.max(box[2], lon), Math.max(box[3], lat)] : [lon, lat, lon, lat];
      }
    }
  }
  return box;
}
