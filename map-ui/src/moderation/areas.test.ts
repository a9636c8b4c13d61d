import assert from 'node:assert/strict';
import { test } from 'node:test';
import { between, grown, large, LEAST, moved } from './areas';

test('corners in any order make the same rectangle, and none leaves the picture', () => {
  const area = { x: 0.1, y: 0.2, width: 0.3, height: 0.4 };
  assert.deepEqual(between({ x: 0.1, y: 0.2 }, { x: 0.4, y: 0.6 }), area);
  assert.deepEqual(between({ x: 0.4, y: 0.6 }, { x: 0.1, y: 0.2 }), area);
  assert.deepEqual(between({ x: -1, y: -1 }, { x: 2, y: 2 }), { x: 0, y: 0, width: 1, height: 1 });
});

test('an area is moved and grown within the picture', () => {
  const area = { x: 0.7, y: 0, width: 0.2, height: 0.2 };
  assert.deepEqual(moved(area, 0.5, -0.5), { ...area, x: 0.8 });
  assert.deepEqual(grown(area, 0.5, 0.1), { ...area, width: 0.3, height: 0.3 });
  assert.deepEqual(grown(area, -1, -1), { ...area, width: LEAST, height: LEAST });
  assert.ok(large(area) && !large({ ...area, width: 0.001 }));
});
