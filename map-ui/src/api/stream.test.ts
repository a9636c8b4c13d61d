import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StreamReader } from './stream.ts';

test('a message is told when its blank line has come, however it was cut', () => {
  const reader = new StreamReader();
  assert.deepEqual(reader.read(': beat\n\nevent: hello\nda'), []);
  assert.deepEqual(reader.read('ta: {"position": 4}\n'), []);
  assert.deepEqual(reader.read('\n'), [{ event: 'hello', data: '{"position": 4}', id: '' }]);
});

test('an id lasts, an event name does not, and lines may end as they like', () => {
  const reader = new StreamReader();
  assert.deepEqual(reader.read('event: change\r\nid: 9\r\ndata: 1\r\n\r\ndata: 2\r\ndata: 3\r\n\r\n'), [
    { event: 'change', data: '1', id: '9' },
    { event: 'message', data: '2\n3', id: '9' },
  ]);
});

test('nothing is told without data', () => {
  assert.deepEqual(new StreamReader().read('event: change\nid: 3\n\nretry: 100\n\n'), []);
});
