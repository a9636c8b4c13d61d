import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isNumber, plain, shown, spelled } from './number.ts';

/** Made by the server's own rule: weights 2 to 8, modulo 31. */
const NUMBER = '11111111';

test('a number is read however it was typed', () => {
  assert.equal(plain(' 4k72-18qx '), '4K7218QX');
  assert.equal(plain('iL11-1111'), NUMBER);
  assert.ok(isNumber('i111 11-11'));
});

test('one wrong symbol is noticed', () => {
  const symbols = '123456789ABCDEFGHJKMNPQRSTVWXYZ';
  for (let place = 0; place < 8; place++) {
    for (const symbol of symbols.replace('1', '')) {
      assert.ok(!isNumber(NUMBER.slice(0, place) + symbol + NUMBER.slice(place + 1)), `${symbol} at ${place}`);
    }
  }
  for (const text of ['', '1111111', '111111111', '1111111O', '1111111U']) assert.ok(!isNumber(text), text);
});

test('a number is shown in two groups and spelled for the telephone', () => {
  assert.equal(shown('4k7218qx'), '4K72-18QX');
  assert.equal(spelled('4K72-18QX'), '4, Kilo, 7, 2 · 1, 8, Quebec, Xray');
});
