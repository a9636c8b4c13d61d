/** Requests as pins with the shape and colour of their status; where there are too many, one plate with their number. */
import type { SymbolLayerSpecification } from 'maplibre-gl';
import { look, STATUSES } from '../../words/status';
import { LABEL_FONT, type MapLayer } from '../layer';
import { drawPin } from '../pins';

const PIN: SymbolLayerSpecification['layout'] = { 'icon-anchor': 'bottom', 'icon-offset': [0, 2], 'icon-allow-overlap': true, 'icon-ignore-placement': true };

export const requests: MapLayer = {
  id: 'requests',
  layers: () => [
    {
      id: 'request-pins',
      type: 'symbol',
      source: 'requests',
      layout: { ...PIN, 'icon-image': ['concat', 'request-', ['get', 'status']], 'icon-size': ['interpolate', ['linear'], ['zoom'], 10, 0.72, 14, 1] },
    },
  ],
  images: (colours) =>
    Object.fromEntries(
      STATUSES.map((status) => {
        const { shape, tone } = look(status);
        return [`request-${status}`, drawPin({ plate: colours[tone], glyph: colours.surface, halo: colours.halo }, shape)];
      }),
    ),
  picks: { layer: 'request-pins', read: ({ properties }) => ({ kind: 'request', number: String(properties.number) }) },
};

export const counts: MapLayer = {
  id: 'counts',
  layers: (colours) => [
    {
      id: 'count-plates',
      type: 'symbol',
      source: 'counts',
      layout: {
        ...PIN,
        'icon-image': 'count',
        'icon-size': ['match', ['length', ['get', 'label']], 1, 1, 2, 1, 3, 1.15, 4, 1.35, 1.5],
        'text-field': ['get', 'label'],
        'text-font': LABEL_FONT,
        'text-size': 11.5,
        'text-anchor': 'center',
        'text-offset': ['match', ['length', ['get', 'label']], 1, ['literal', [0, -1.75]], 2, ['literal', [0, -1.75]], 3, ['literal', [0, -2.05]], 4, ['literal', [0, -2.45]], ['literal', [0, -2.75]]],
        'text-allow-overlap': true,
        'text-ignore-placement': true,
      },
      paint: { 'text-color': colours.pinInk },
    },
  ],
  images: (colours) => ({ count: drawPin({ plate: colours.pin, glyph: colours.pinInk, halo: colours.halo }, null) }),
  picks: {
    layer: 'count-plates',
    read: ({ geometry, properties }) => {
      const [lon = 0, lat = 0] = geometry.type === 'Point' ? geometry.coordinates : [];
      return { kind: 'count', lon, lat, box: JSON.parse(String(properties.box)) };
    },
  },
};

/** The request being read: larger, in the accent, above all others. */
export const chosenRequest: MapLayer = {
  id: 'chosen-request',
  layers: () => [
    { id: 'chosen-request', type: 'symbol', source: 'chosen-request', layout: { ...PIN, 'icon-image': ['concat', 'chosen-', ['get', 'status']] } },
  ],
  images: (colours) =>
    Object.fromEntries(
      STATUSES.map((status) => [
        `chosen-${status}`,
        drawPin({ plate: colours.accent, glyph: colours.onAccent, halo: colours.halo }, look(status).shape, 1.3),
      ]),
    ),
};
