import assert from 'node:assert/strict';
import { test } from 'node:test';
import { movesIn } from './moved.ts';

test('a move is read from its words, and nothing else is', () => {
  assert.deepEqual(movesIn({ kind: 'moved', text: 'In progress → On hold' }), { from: 'in_progress', to: 'on_hold' });
  assert.equal(movesIn({ kind: 'moved', text: 'Somewhere → Elsewhere' }), null);
  assert.equal(movesIn({ kind: 'noted', text: 'New → Assigned' }), null);
});
