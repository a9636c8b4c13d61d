/** Numbers, distances and coordinates as text, and coordinates back from text. */
import { localeOfReader } from './locale';

export function count(value: number): string {
  return new Intl.NumberFormat(localeOfReader()).format(value);
}

export function metres(value: number): string {
  const far = value >= 1000;
  return new Intl.NumberFormat(localeOfReader(), {
    style: 'unit',
    unit: far ? 'kilometer' : 'meter',
    maximumFractionDigits: far ? 1 : 0,
  }).format(far ? value / 1000 : value);
}

export function megabytes(bytes: number): string {
  return new Intl.NumberFormat(localeOfReader(), { style: 'unit', unit: 'megabyte', maximumFractionDigits: 1 }).format(bytes / 1e6);
}

/** "41.88180, −87.63130": latitude first, as people and other maps write it. Five decimals are about a metre. */
export function coordinates(lon: number, lat: number): string {
  return `${lat.toFixed(5)}, ${lon.toFixed(5)}`;
}

/** Reads "41.8818, -87.6313" (latitude first), with a true minus sign, semicolons or spaces too. */
export function readCoordinates(text: string): { lon: number; lat: number } | null {
  const numbers = text.replaceAll('−', '-').match(/-?\d+(?:\.\d+)?/g)?.map(Number) ?? [];
  const [lat, lon] = numbers;
  if (numbers.length !== 2 || lat === undefined || lon === undefined) return null;
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { lon, lat } : null;
}
