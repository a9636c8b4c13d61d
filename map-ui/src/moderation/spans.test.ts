import assert from 'node:assert/strict';
import { test } from 'node:test';
import { counted, pieces, units, without } from './spans';

const text = 'Näh 😀 call 555 now';

test('a selection is counted in characters and back', () => {
  const start = text.indexOf('555');
  const span = counted(text, start, start + 3);
  assert.deepEqual(span, { from: 11, to: 14, seen: '555' });
  assert.deepEqual(units(text, span), [start, start + 3]);
});

test('pieces put together are the text', () => {
  const cut = pieces(text, [{ from: 4, to: 5 }, { from: 11, to: 14 }]);
  assert.equal(cut.map((piece) => piece.text).join(''), text);
  assert.deepEqual(cut.filter(({ span }) => span).map((piece) => piece.text), ['😀', '555']);
});

test('what is left out leaves no gap', () => {
  assert.equal(without(text, { from: 11, to: 14 }), 'Näh 😀 call now');
  assert.equal(without('555 now', { from: 0, to: 3 }), 'now');
  assert.equal(without('call 555', { from: 5, to: 8 }), 'call');
});
