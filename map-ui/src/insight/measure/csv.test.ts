import assert from 'node:assert/strict';
import { test } from 'node:test';
import { csv } from './csv.ts';

test('what needs quotes gets them, and nothing else', () => {
  assert.equal(csv([['Name', 'Count'], ['Hole, deep', 3], ['The "Green"', -1], ['two\nlines', 0]]), 'Name,Count\r\n"Hole, deep",3\r\n"The ""Green""",-1\r\n"two\nlines",0\r\n');
});

test('a text never becomes a formula, and a number stays a number', () => {
  assert.equal(csv([['=1+1', '+cmd', '-x', '@sum', '\tx']]), "'=1+1,'+cmd,'-x,'@sum,'\tx\r\n");
  assert.equal(csv([['=HYPERLINK("a","b")']]), '"\'=HYPERLINK(""a"",""b"")"\r\n');
  assert.equal(csv([[-3, '-3', '+4.5', NaN]]), '-3,-3,+4.5,\r\n');
});
