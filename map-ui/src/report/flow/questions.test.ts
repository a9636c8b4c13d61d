import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Question } from '../../api/city.ts';
import { asked, flaws, sendable, stopped } from './questions.ts';

const plain: Omit<Question, 'code' | 'datatype'> = { variable: true, required: false, order: 1, description: '', datatype_description: '', values: [] };
const questions: Question[] = [
  { ...plain, code: 'depth', datatype: 'singlevaluelist', required: true, values: [{ key: 'fist', name: 'Fist' }, { key: 'gas', name: 'I smell gas', stop: 'Call 0 555 0199.' }] },
  { ...plain, code: 'width', datatype: 'number', condition: { attribute: 'depth', any_of: ['fist'] } },
  { ...plain, code: 'why', datatype: 'text', required: true, condition: { attribute: 'width', any_of: ['3'] } },
  { ...plain, code: 'sides', datatype: 'multivaluelist', values: [{ key: 'l', name: 'Left' }, { key: 'r', name: 'Right' }] },
  { ...plain, code: 'since', datatype: 'datetime' },
  { ...plain, code: 'info', datatype: 'string', variable: false, required: true },
];

test('a question is asked only after the answer it waits for, and its own followers with it', () => {
  const codes = (answers: Record<string, string[]>) => asked(questions, answers).map(({ code }) => code).join(' ');
  assert.equal(codes({}), 'depth sides since info');
  assert.equal(codes({ depth: ['fist'], width: ['3'] }), 'depth width why sides since info');
  assert.equal(codes({ depth: ['gas'], width: ['3'] }), 'depth sides since info');
});

test('an answer with stop words ends the form', () => {
  assert.deepEqual(stopped(questions, { depth: ['gas'] }), { answer: 'I smell gas', words: 'Call 0 555 0199.' });
  assert.equal(stopped(questions, { depth: ['fist'] }), null);
});

test('what has to be answered and is not, and what is no number, is named', () => {
  assert.deepEqual(flaws(questions, {}), { depth: 'missing' });
  assert.deepEqual(flaws(questions, { depth: ['fist'], width: ['wide'] }), { width: 'not_a_number' });
  assert.deepEqual(flaws(questions, { depth: ['fist'], width: ['3,5'] }), {});
});

test('only answers to what is asked are sent, each in the form the server reads', () => {
  const sent = sendable(questions, { depth: ['fist'], width: [' 3,5'], why: ['old'], sides: ['l', 'r'], since: ['2026-11-20T10:30Z'], info: ['x'] });
  assert.deepEqual(sent, { depth: 'fist', width: ' 3.5', sides: ['l', 'r'], since: '2026-11-20T10:30:00.000Z' });
});
