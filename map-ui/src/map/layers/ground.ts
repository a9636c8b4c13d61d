/** Parks, roads and water, as far as the city's own boundaries know them: enough to find one's way, in three fills. */
import { LABEL_FONT, type MapLayer } from '../layer';

export const ground: MapLayer = {
  id: 'ground-areas',
  layers: (colours) => [
    {
      id: 'ground-areas',
      type: 'fill',
      source: 'ground-areas',
      paint: { 'fill-color': ['match', ['get', 'kind'], 'park', colours.park, 'water', colours.water, colours.road], 'fill-antialias': true },
    },
  ],
};

/** Parks are called by their names where there is room. */
export const groundNames: MapLayer = {
  id: 'ground-names',
  layers: (colours) => [
    {
      id: 'ground-names',
      type: 'symbol',
      source: 'ground-names',
      minzoom: 12.5,
      layout: { 'text-field': ['get', 'name'], 'text-font': LABEL_FONT, 'text-size': 11, 'text-max-width': 7 },
      paint: { 'text-color': colours.parkInk, 'text-halo-color': colours.park, 'text-halo-width': 1.4 },
    },
  ],
};
