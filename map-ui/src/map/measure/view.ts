/** What is in sight, as numbers. Pure: no map, no page. */
import type { Box } from '../../api/map';

export interface View {
  lon: number;
  lat: number;
  zoom: number;
  box: Box;
}

/** "41.88180,-87.63130,12.40": latitude first, five decimals (a metre), as the address of a page carries it. */
export function writePlace(view: Pick<View, 'lon' | 'lat' | 'zoom'>): string {
  return `${view.lat.toFixed(5)},${view.lon.toFixed(5)},${view.zoom.toFixed(2)}`;
}

export function readPlace(text: string | null): Pick<View, 'lon' | 'lat' | 'zoom'> | null {
  const [lat, lon, zoom, ...rest] = (text ?? '').split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  if (lat === undefined || lon === undefined || zoom === undefined || rest.length > 0) return null;
  const sound = Math.abs(lat) <= 85 && Math.abs(lon) <= 180 && zoom >= 0 && zoom <= 22;
  return sound ? { lat, lon, zoom } : null;
}

/**
 * The H3 resolution whose cells are some 9 to 26 pixels in radius at this zoom, so that a screen holds at most a few
 * thousand. A cell's edge shrinks by √7 for each resolution and doubles on the screen for each zoom: 1.4 zooms a step.
 */
export function resolutionAt(zoom: number): number {
  return Math.max(3, Math.min(10, Math.floor(10 - (12.6 - zoom) / 1.4)));
}

/** The resolution of the plates with numbers: their cells are 50 to 130 pixels in radius, so that plates do not touch. */
export function plateResolutionAt(zoom: number): number {
  return resolutionAt(zoom - 2.5);
}

/** A box grown by a share of its own size: cells cut by the edge of the screen are then counted whole. */
export function grown([west, south, east, north]: Box, share: number): Box {
  const wide = (east - west) * share;
  const high = (north - south) * share;
  return [Math.max(-180, west - wide), Math.max(-90, south - high), Math.min(180, east + wide), Math.min(90, north + high)];
}

export function holds([west, south, east, north]: Box, lon: number, lat: number): boolean {
  return lon >= west && lon <= east && lat >= south && lat <= north;
}

/** The place so many metres east and north of another; good to a millimetre over the tens of metres it is used for. */
export function moved(lon: number, lat: number, east: number, north: number): { lon: number; lat: number } {
  const degree = 111_320;
  return { lon: lon + east / (degree * Math.cos((lat * Math.PI) / 180)), lat: lat + north / degree };
}

/** A circle on the ground as a ring of coordinates. */
export function circle(lon: number, lat: number, metres: number, corners = 72): [number, number][] {
  return Array.from({ length: corners + 1 }, (_, corner) => {
    const angle = (corner / corners) * 2 * Math.PI;
    const point = moved(lon, lat, metres * Math.cos(angle), metres * Math.sin(angle));
    return [point.lon, point.lat];
  });
}
