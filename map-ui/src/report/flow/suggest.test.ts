import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Service } from '../../api/city.ts';
import { found } from './suggest.ts';

const service = (code: string, name: string, keywords: string[] = []): Service => ({
  code, name, keywords, description: '', group: '', type: 'realtime', questions: false, duplicates: { policy: 'flag', radius_m: 0, window_days: 0, threshold: 0.2 },
});
const services = [service('p', 'Pothole', ['hole', 'road']), service('l', 'Street light out', ['lamp']), service('t', 'Árbol caído')];

test('beginnings of words find a service, in any order, whatever the accents', () => {
  const codes = (typed: string) => found(services, typed).map(({ code }) => code).join('');
  assert.equal(codes('road hol'), 'p');
  assert.equal(codes('LAMP'), 'l');
  assert.equal(codes('arbol'), 't');
  assert.equal(codes('zebra'), '');
  assert.equal(codes('  '), 'plt');
});
