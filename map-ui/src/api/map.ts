/** What the map shows: requests as points, and how many there are in each H3 cell. The same filters mean the same set. */
import type { Status } from '../words/status';
import { call } from './call';
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

export interface Dot {
  number: string;
  service: string;
  service_name: string;
  status: Status;
  filed_at: Moment;
}
export type Dots = GeoJSON.FeatureCollection<GeoJSON.Point, Dot> & { truncated: boolean; total: number };

export interface Heat {
  resolution: number;
  total: number;
  max: number;
  cells: [cell: string, count: number][];
  position: number;
}

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
