/** Places by what people type, and what a place is called: from the city's own register. */
import { call } from './call';

export interface FoundPlace {
  kind: 'address' | 'crossing' | 'street' | 'landmark' | 'code' | 'coordinates';
  label: string;
  lon: number;
  lat: number;
  zipcode: string;
  /** False for an estimated house number, and for the middle of a street. */
  exact: boolean;
}

export interface At {
  lon: number;
  lat: number;
}

export async function findPlaces(q: string, near: At | null, signal: AbortSignal): Promise<FoundPlace[]> {
  const query = { q, ...(near && { lon: near.lon.toFixed(4), lat: near.lat.toFixed(4) }) };
  return (await call<{ places: FoundPlace[] }>('GET', '/api/gazetteer', { query, signal })).places;
}

/** What a place is called; null where nothing is near. */
export async function called({ lon, lat }: At, signal?: AbortSignal): Promise<string | null> {
  return (await call<{ label: string | null }>('GET', '/api/gazetteer/reverse', { query: { lon, lat }, signal })).label;
}
