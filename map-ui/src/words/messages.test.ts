import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const keys = (language: string) => Object.keys(JSON.parse(readFileSync(`messages/${language}.json`, 'utf8'))).filter((key) => key !== '$schema');

test('every language says everything, in alphabetical order', () => {
  const english = keys('en');
  assert.deepEqual(english, [...english].sort());
  assert.deepEqual(keys('es'), english);
});
