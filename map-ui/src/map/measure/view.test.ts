import assert from 'node:assert/strict';
import { test } from 'node:test';
import { circle, grown, holds, moved, plateResolutionAt, readPlace, resolutionAt, writePlace } from './view.ts';

test('a place survives the address', () => {
  const view = { lat: 41.8818, lon: -87.6313, zoom: 12.4 };
  assert.deepEqual(readPlace(writePlace(view)), view);
});

test('what is no place is not read as one', () => {
  for (const text of [null, '', '41,-87', '41,-87,x', '91,0,3', '0,181,3', '1,2,3,4', '1,,3']) assert.equal(readPlace(text), null, String(text));
});

test('cells grow coarser as one zooms out, and plates are coarser than cells', () => {
  for (let zoom = 3; zoom < 19; zoom += 0.1) {
    assert.ok(resolutionAt(zoom) <= resolutionAt(zoom + 0.1));
    assert.ok(plateResolutionAt(zoom) <= resolutionAt(zoom));
  }
  assert.equal(resolutionAt(18), 10);
});

test('a pin moved by a metre moves by a metre', () => {
  const from = { lon: -87.6, lat: 41.9 };
  const to = moved(from.lon, from.lat, 1, 0);
  const metres = (to.lon - from.lon) * 111_320 * Math.cos((from.lat * Math.PI) / 180);
  assert.ok(Math.abs(metres - 1) < 1e-6);
});

test('a circle is closed', () => {
  const ring = circle(10, 50, 45);
  assert.deepEqual(ring[0]?.map((n) => n.toFixed(9)), ring.at(-1)?.map((n) => n.toFixed(9)));
});

test('a box grows on all sides and stays on the earth', () => {
  assert.deepEqual(grown([0, 0, 10, 10], 0.1), [-1, -1, 11, 11]);
  assert.deepEqual(grown([-180, -90, 180, 90], 0.5), [-180, -90, 180, 90]);
  assert.ok(holds([0, 0, 1, 1], 1, 0) && !holds([0, 0, 1, 1], 1.1, 0));
});
