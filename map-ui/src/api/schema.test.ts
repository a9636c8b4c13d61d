import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import openapiTS, { astToString, COMMENT_HEADER } from 'openapi-typescript';

test('the types of the API are those of the OpenAPI document; if not, run `npm run api`', async () => {
  const written = COMMENT_HEADER + astToString(await openapiTS(new URL('../../../openapi.json', import.meta.url)));
  assert.equal(await readFile(new URL('schema.d.ts', import.meta.url), 'utf8'), written);
});
