/** Writes a `.br` and a `.gz` beside every text file of the build: the server sends them as they are, at no cost. */
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Plugin } from 'rolldown';

const TEXT = /\.(html|js|mjs|css|svg|json|webmanifest|md|txt)$/;
/** Below this a packet is a packet: compressing saves nothing and costs a header. */
const WORTH_IT = 600;

export function compress(): Plugin & { apply: 'build'; enforce: 'post' } {
  return {
    name: 'waymark-compress',
    apply: 'build',
    enforce: 'post',
    async writeBundle() {
      const files = await readdir('dist', { recursive: true });
      await Promise.all(files.filter((file) => TEXT.test(file)).map((file) => shrink(join('dist', file))));
    },
  };
}

async function shrink(file: string): Promise<void> {
  const raw = await readFile(file);
  if (raw.length < WORTH_IT) return;
  const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY, [constants.BROTLI_PARAM_SIZE_HINT]: raw.length };
  await Promise.all([
    promisify(brotliCompress)(raw, { params }).then((small) => writeFile(`${file}.br`, small)),
    promisify(gzip)(raw, { level: 9 }).then((small) => writeFile(`${file}.gz`, small)),
  ]);
}
