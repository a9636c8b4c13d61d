/**
 * H3 cells whose colour is said apart from their shape: stepping through time changes colours only, so shapes are drawn
 * once. A cell looks like a step of the heat (`h1` to `h7`) or leans like a change (`n2` to `p2`); without a look it is not there.
 */
import type { ExpressionSpecification } from 'maplibre-gl';
import { type MapLayer, NOTHING } from '../layer';
import type { Palette } from '../palette';

const LOOKS = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'h7', 'n2', 'n1', 'n0', 'p1', 'p2'] as const;
const OPACITY = 0.8;
/** What is little is faded, here and in the legend alike. */
const FADED: Partial<Record<(typeof LOOKS)[number], number>> = { h1: 0.5, h2: 0.75, n1: 0.6, n0: 0.5, p1: 0.6 };

function byLook(value: (look: (typeof LOOKS)[number]) => string | number, otherwise: string | number): ExpressionSpecification {
  return ['match', ['coalesce', ['feature-state', 'look'], ''], ...LOOKS.flatMap((look) => [look, value(look)]), otherwise] as unknown as ExpressionSpecification;
}

export const hexagons: MapLayer = {
  id: 'hexagons',
  source: () => ({ type: 'geojson', data: NOTHING, promoteId: 'cell' }),
  layers: (colours: Palette) => [
    {
      id: 'hexagon-cells',
      type: 'fill',
      source: 'hexagons',
      paint: {
        'fill-color': byLook((look) => colours[look], 'rgba(0, 0, 0, 0)'),
        'fill-opacity': byLook((look) => (FADED[look] ?? 1) * OPACITY, 0),
        // Anti-aliasing each cell would draw a seam between neighbours.
        'fill-antialias': false,
      },
    },
  ],
  picks: { layer: 'hexagon-cells', read: ({ properties, state }) => (state.look ? { kind: 'cell', cell: String(properties.cell) } : null) },
};
