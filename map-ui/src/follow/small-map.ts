/** A map that shows one place: the city around it and the pin. It moves, but asks for nothing. */
import { cityAreas, cityGround } from '../api/ground';
import { GroundMap } from '../map/ground-map';
import { collection } from '../map/layer';
import { about, discs } from '../map/layers/about';
import { chosenRequest } from '../map/layers/requests';

export function openSmallMap(container: HTMLElement, at: { lon: number; lat: number; status: string; within: number }, title: string): () => void {
  const map = new GroundMap({ container, above: [about, chosenRequest], at: { lon: at.lon, lat: at.lat, zoom: 13.4 }, title });
  map.canvas.scrollZoom.disable();
  // Where it may be is a disc; a pin would say more than anybody knows.
  if (at.within > 0) map.set(about, discs([{ ...at, within_m: at.within }]));
  else map.set(chosenRequest, collection([{ type: 'Feature', properties: { status: at.status }, geometry: { type: 'Point', coordinates: [at.lon, at.lat] } }]));
  // Without its surroundings the pin still stands on its ground.
  cityAreas().then((found) => map.showAreas(found), () => undefined);
  cityGround().then((found) => map.showGround(found), () => undefined);
  return () => map.close();
}
