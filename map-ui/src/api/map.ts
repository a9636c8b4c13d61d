/** What the map shows: requests as points, and how many there are in each H3 cell. The same filters mean the same set. */
import type { Status } from '../words/status';
import { call } from './call';
import type { Said } from './said';
import type { Moment } from './requests';

export interface Filters {
  services: string[];
  statuses: Status[];
  /** `layer:code`. */
  jurisdictions: string[];
  /** Inclusive days in the city's time zone, `YYYY-MM-DD`; empty means open. */
  from: string;
  to: string;
}

/** West, south, east, north in degrees. */
export type Box = [number, number, number, number];

export type Dot = Said<'Pinned'>;
export type Dots = GeoJSON.FeatureCollection<GeoJSON.Point, Dot> & { truncated: boolean; total: number };

export type Heat = Said<'HeatMap'>;

export function query(filters: Filters, box?: Box) {
  return {
    bbox: box?.map((degree) => degree.toFixed(6)).join(','),
    services: filters.services.join(','),
    statuses: filters.statuses.join(','),
    jurisdictions: filters.jurisdictions.join(','),
    from: filters.from,
    to: filters.to,
  };
}

export function dots(filters: Filters, box: Box, limit: number, signal: AbortSignal): Promise<Dots> {
  return call('GET', '/api/requests', { query: { ...query(filters, box), limit }, signal });
}

export function heat(filters: Filters, resolution: number, box: Box | undefined, signal: AbortSignal): Promise<Heat> {
  return call('GET', '/api/heat', { query: { ...query(filters, box), resolution }, signal });
}
