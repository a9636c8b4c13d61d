import assert from 'node:assert/strict';
import { test } from 'node:test';
import { coordinates, readCoordinates } from './figures.ts';

test('coordinates are read as people and other maps write them', () => {
  const place = { lat: 41.8818, lon: -87.6313 };
  for (const text of ['41.8818, -87.6313', '41.8818 -87.6313', '41.8818;−87.6313', '(41.8818, -87.6313)']) assert.deepEqual(readCoordinates(text), place, text);
  assert.deepEqual(readCoordinates(coordinates(place.lon, place.lat)), place);
});

test('what is no pair of coordinates is refused', () => {
  for (const text of ['', 'Linden Avenue 14', '41.8', '1, 2, 3', '95, 10', '10, 181']) assert.equal(readCoordinates(text), null, text);
});
