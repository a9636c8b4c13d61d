/** What lies in each cell in view, step by step, and what a single cell is made of. */
import { type Cluster, clusters, heatSteps, type HeatSteps } from '../api/insight';
import type { Box, Filters } from '../api/map';
import { grown, holds, plateResolutionAt, resolutionAt, type View } from '../map/measure/view';
import { type Asked, during } from './asked';

export interface CellCounts {
  cell: string;
  lon: number;
  lat: number;
  /** Whether its middle is in view. Cells around the view are drawn too, but not counted. */
  seen: boolean;
  now: number[];
  /** Of what it is compared with. */
  then: number[];
}

export interface CellTallies {
  asked: Asked;
  resolution: number;
  box: Box;
  cells: CellCounts[];
}

/** Clusters of the whole span, which say where their numbers stand, and the counts of their cells by step. */
export interface Gathered {
  asked: Asked;
  resolution: number;
  box: Box;
  clusters: (Cluster & { now: number[]; then: number[] })[];
}

/** Cells at the edge of the view are then counted whole. */
const MARGIN = 0.1;
/** Clusters are larger. */
const WIDE_MARGIN = 0.5;

const NONE: number[] = [];

export async function loadCells(asked: Asked, view: View, signal: AbortSignal): Promise<CellTallies> {
  const box = grown(view.box, MARGIN);
  const ask = (resolution: number) =>
    Promise.all([
      heatSteps(asked.filters, asked.length, resolution, box, signal),
      asked.back ? heatSteps(during(asked.filters, asked.back.span), asked.length, resolution, box, signal) : null,
    ]);
  // Cells' middles need the H3 library, which comes with the map's code.
  const grid = import('../map/cells');
  let [now, then] = await ask(resolutionAt(view.zoom));
  // The server takes coarser cells where the answer would be too long; what is compared has to be of the same size.
  if (then && then.resolution !== now.resolution) [now, then] = await ask(Math.min(now.resolution, then.resolution));
  const { centre } = await grid;
  const found = byCell(now);
  const before = byCell(then);
  const cells = [...new Set([...found.keys(), ...before.keys()])].map((cell) => {
    const at = centre(cell);
    return { cell, ...at, seen: holds(view.box, at.lon, at.lat), now: found.get(cell) ?? NONE, then: before.get(cell) ?? NONE };
  });
  return { asked, resolution: now.resolution, box, cells };
}

export async function loadClusters(asked: Asked, view: View, signal: AbortSignal): Promise<Gathered> {
  const gathered = await clusters(asked.filters, plateResolutionAt(view.zoom), view.box, signal);
  const wide = grown(view.box, WIDE_MARGIN);
  const [now, then] = await Promise.all([
    heatSteps(asked.filters, asked.length, gathered.resolution, wide, signal),
    asked.back ? heatSteps(during(asked.filters, asked.back.span), asked.length, gathered.resolution, wide, signal) : null,
  ]);
  const [found, before] = [byCell(now), byCell(then)];
  return {
    asked,
    resolution: gathered.resolution,
    box: view.box,
    clusters: gathered.clusters.map((cluster) => ({ ...cluster, now: found.get(cluster.cell) ?? NONE, then: before.get(cluster.cell) ?? NONE })),
  };
}

function byCell(found: HeatSteps | null): Map<string, number[]> {
  return new Map(found?.cells ?? []);
}
