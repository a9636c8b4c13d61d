import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { Beginning, solve } from './sha256';

const hex = (words: Int32Array) => [...words].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
const known = (text: string) => createHash('sha256').update(text).digest('hex');

test('every length gives the digest that the rest of the world gives', () => {
  for (let length = 0; length < 200; length++) {
    const text = 'x'.repeat(length);
    const beginning = new Beginning(text);
    for (const ending of ['', '7', '1234567', '9'.repeat(50)]) assert.equal(hex(beginning.with(ending)), known(text + ending), `${length} and ${ending}`);
  }
});

test('what is solved begins with so many zero bits', () => {
  for (const bits of [0, 1, 7, 12]) {
    const answer = solve('1781092800000.12.nonce.mac', bits);
    assert.ok(answer.startsWith('1781092800000.12.nonce.mac:'));
    assert.ok(BigInt(`0x${known(answer)}`) >> BigInt(256 - bits) === 0n, answer);
  }
});
