/** Counts for those who lead: by service, status, district and day; by cell and step; gathered into clusters. */
import { address, call } from './call';
import type { Said } from './said';
import { type Box, type Filters, query } from './map';

export type Counts = Said<'Totals'>;

export type HeatSteps = Said<'HeatSteps'>;

export type CountSteps = Said<'CountSteps'>;

export type Cluster = Omit<Said<'Gathered'>, 'bbox'> & { bbox: Box };

export type Clusters = Omit<Said<'Clusters'>, 'clusters'> & { clusters: Cluster[] };

export function counts(filters: Filters, signal?: AbortSignal): Promise<Counts> {
  return call('GET', '/api/counts', { query: query(filters), signal });
}

export function heatSteps(filters: Filters, step: string, resolution: number, box: Box, signal: AbortSignal): Promise<HeatSteps> {
  return call('GET', '/api/heat/steps', { query: { ...query(filters, box), step, resolution }, signal });
}

/** The counts of each step; `cell`: of one cell of the map alone. */
export function countSteps(filters: Filters, step: string, cell?: string, signal?: AbortSignal): Promise<CountSteps> {
  return call('GET', '/api/counts/steps', { query: { ...query(filters), step, cell }, signal });
}

/** Clusters of a grid; the server knows its grids by the zoom at which they are drawn. */
export function clusters(filters: Filters, resolution: number, box: Box, signal: AbortSignal): Promise<Clusters> {
  return call('GET', '/api/clusters', { query: { ...query(filters, box), zoom: resolution + 5 }, signal });
}

/** The address of an answer, for those who want to ask themselves. */
export const countsAddress = (filters: Filters) => address('/api/counts', query(filters));
export const clustersAddress = (filters: Filters, resolution: number, box: Box) => address('/api/clusters', { ...query(filters, box), zoom: resolution + 5 });
export const heatAddress = (filters: Filters, resolution: number, box: Box) => address('/api/heat', { ...query(filters, box), resolution });
