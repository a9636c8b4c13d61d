/** A map that shows one place: districts around it and the pin. It moves, but asks for nothing. */
import { areas, layers } from '../api/city';
import { CityMap } from '../map/city-map';
import { collection } from '../map/layer';
import { borders, land } from '../map/layers/districts';
import { chosenRequest } from '../map/layers/requests';

export function openSmallMap(container: HTMLElement, at: { lon: number; lat: number; status: string }, title: string): () => void {
  const map = new CityMap({ container, layers: [land, borders, chosenRequest], at: { lon: at.lon, lat: at.lat, zoom: 14 }, title });
  map.canvas.scrollZoom.disable();
  map.set(chosenRequest, collection([{ type: 'Feature', properties: { status: at.status }, geometry: { type: 'Point', coordinates: [at.lon, at.lat] } }]));
  layers()
    .then(([first]) => first && areas(first.code))
    .then((found) => found && map.set(land, found))
    .catch(() => {
      // Without borders the pin still stands on its ground.
    });
  return () => map.close();
}
