import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Status } from '../words/status.ts';
import { legal, LETTERS, needsReason, wayBack } from './workflow.ts';

const ALL = Object.keys(LETTERS) as Status[];

test('every case can be finished, and what is finished can be reopened', () => {
  for (const status of ALL) assert.ok(legal(status).includes('resolved') || legal(status).includes('reopened'), status);
});

test('undoing is made of legal moves and ends where it began, as far as the table goes', () => {
  for (const before of ALL) {
    for (const after of legal(before)) {
      const way = wayBack(before, after);
      let at = after;
      for (const step of way) {
        assert.ok(legal(at).includes(step), `${at} to ${step}`);
        at = step;
      }
      if (way.length > 0) assert.ok(at === before || at === 'reopened', `${before} to ${after} and back ends at ${at}`);
      // Only a reopened case that went on has no way back: nothing but an ending is ever reopened.
      else assert.equal(before, 'reopened');
    }
  }
});

test('the ways back that people will meet', () => {
  assert.deepEqual(wayBack('new', 'assigned'), ['new']);
  assert.deepEqual(wayBack('new', 'in_progress'), ['assigned', 'new']);
  assert.deepEqual(wayBack('in_progress', 'resolved'), ['reopened', 'in_progress']);
  assert.deepEqual(wayBack('new', 'resolved'), ['reopened']);
  assert.deepEqual(wayBack('resolved', 'reopened'), ['resolved']);
});

test('an ending without the work says why', () => {
  assert.equal(needsReason('new', 'closed'), true);
  assert.equal(needsReason('resolved', 'closed'), false);
  assert.equal(needsReason('assigned', 'resolved'), false);
});

test('no two statuses share a letter', () => assert.equal(new Set(Object.values(LETTERS)).size, ALL.length));
