import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Layer } from './city.ts';
import { dividing, kindOf } from './ground.ts';

const layer = (code: string, name: string, count: number): Layer => ({ code, name, count });

test('the layer that divides a city is found by its name, before all that is larger', () => {
  const city = [layer('park', 'Parks', 15), layer('state-road', 'State roads', 2), layer('district', 'Districts', 9), layer('city', 'City limits', 1)];
  assert.equal(dividing(city)?.code, 'district');
  assert.equal(dividing([layer('park', 'Parks', 900), layer('a7', 'Maintenance', 4)])?.code, 'a7');
  assert.equal(dividing([layer('park', 'Parks', 3)])?.code, 'park');
  assert.equal(dividing([]), null);
});

test('layers that say what the ground is are known by their names, whole words only', () => {
  assert.equal(kindOf(layer('park', 'Parks', 1)), 'park');
  assert.equal(kindOf(layer('state-road', 'State roads', 1)), 'road');
  assert.equal(kindOf(layer('x', 'Parking zones', 1)), null);
  assert.equal(kindOf(layer('rivers', 'Ríos', 1)), 'water');
});
