/** How many requests each H3 cell holds, as colour. The two lowest classes are faded, here and in the legend alike. */
import type { ExpressionSpecification } from 'maplibre-gl';
import type { MapLayer } from '../layer';
import type { Palette } from '../palette';
import { STEPS } from '../measure/scale';

const OPACITY = 0.8;

function byStep(value: (step: number) => string | number): ExpressionSpecification {
  const cases = Array.from({ length: STEPS - 1 }, (_, index) => [index + 1, value(index + 1)]).flat();
  return ['match', ['get', 'step'], ...cases, value(STEPS)] as unknown as ExpressionSpecification;
}

export const heat: MapLayer = {
  id: 'heat',
  layers: (colours) => [
    {
      id: 'heat-cells',
      type: 'fill',
      source: 'heat',
      paint: {
        'fill-color': byStep((step) => colours[`h${step}` as keyof Palette]),
        'fill-opacity': byStep((step) => (step === 1 ? 0.5 : step === 2 ? 0.75 : 1) * OPACITY),
        // Anti-aliasing each cell would draw a seam between neighbours.
        'fill-antialias': false,
      },
    },
  ],
  picks: { layer: 'heat-cells', read: ({ properties }) => ({ kind: 'cell', cell: String(properties.cell) }) },
};

/** What is chosen: ink with a halo, which no step of the ramp can hide. */
const outlined = (id: string): MapLayer => ({
  id,
  layers: (colours) => [
    { id: `${id}-halo`, type: 'line', source: id, layout: { 'line-join': 'round' }, paint: { 'line-color': colours.halo, 'line-width': 5.5 } },
    { id: `${id}-line`, type: 'line', source: id, layout: { 'line-join': 'round' }, paint: { 'line-color': colours.hot, 'line-width': 2.4 } },
  ],
});

/** The one chosen cell, and the one chosen area. */
export const chosenCell = outlined('chosen-cell');
export const chosenArea = outlined('chosen-area');
