/** Counts for those who lead: by service, status, district and day; by cell and step; gathered into clusters. */
import { address, call } from './call';
import { type Box, type Filters, query } from './map';

export interface Counts {
  total: number;
  /** Those of them without a place. */
  unplaced: number;
  services: { code: string; name: string; count: number }[];
  statuses: { status: string; count: number }[];
  jurisdictions: { layer: string; code: string; name: string; count: number }[];
  /** By day of filing, ascending; days without any are left out. */
  days: [day: string, count: number][];
  position: number;
}

export interface HeatSteps {
  /** Coarser than what was asked for where the answer would be too long. */
  resolution: number;
  steps: { from: string; to: string; count: number }[];
  cells: [cell: string, counts: number[]][];
  position: number;
}

export interface Cluster {
  cell: string;
  count: number;
  lon: number;
  lat: number;
  bbox: Box;
  services: Record<string, number>;
  statuses: Record<string, number>;
  /** The request's number, where it is only one. */
  number: string | null;
}

export interface Clusters {
  resolution: number;
  clusters: Cluster[];
  position: number;
}

export function counts(filters: Filters, signal?: AbortSignal): Promise<Counts> {
  return call('GET', '/api/counts', { query: query(filters), signal });
}

export function heatSteps(filters: Filters, step: string, resolution: number, box: Box, signal: AbortSignal): Promise<HeatSteps> {
  return call('GET', '/api/heat/steps', { query: { ...query(filters, box), step, resolution }, signal });
}

/** Clusters of a grid; the server knows its grids by the zoom at which they are drawn. */
export function clusters(filters: Filters, resolution: number, box: Box, signal: AbortSignal): Promise<Clusters> {
  return call('GET', '/api/clusters', { query: { ...query(filters, box), zoom: resolution + 5 }, signal });
}

/** The address of an answer, for those who want to ask themselves. */
export const countsAddress = (filters: Filters) => address('/api/counts', query(filters));
export const clustersAddress = (filters: Filters, resolution: number, box: Box) => address('/api/clusters', { ...query(filters, box), zoom: resolution + 5 });
export const heatAddress = (filters: Filters, resolution: number, box: Box) => address('/api/heat', { ...query(filters, box), resolution });
