import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Areas } from '../../api/city.ts';
import { areaAt, boxOf } from './area.ts';

const square = (west: number, south: number, size: number) => [[west, south], [west + size, south], [west + size, south + size], [west, south + size], [west, south]];
const areas: Areas = {
  type: 'FeatureCollection',
  features: [
    { type: 'Feature', properties: { code: 'a', name: 'Ring', team: null }, geometry: { type: 'Polygon', coordinates: [square(0, 0, 10), square(4, 4, 2)] } },
    { type: 'Feature', properties: { code: 'b', name: 'Islands', team: null }, geometry: { type: 'MultiPolygon', coordinates: [[square(20, 0, 1)], [square(30, 0, 1)]] } },
  ],
};

test('a point is named by the area it lies in, not by one whose hole it lies in', () => {
  assert.equal(areaAt(areas, 1, 1), 'Ring');
  assert.equal(areaAt(areas, 5, 5), null);
  assert.equal(areaAt(areas, 30.5, 0.5), 'Islands');
  assert.equal(areaAt(null, 1, 1), null);
});

test('the box of areas holds all of them', () => {
  assert.deepEqual(boxOf(areas), [0, 0, 31, 10]);
  assert.equal(boxOf({ type: 'FeatureCollection', features: [] }), null);
});
