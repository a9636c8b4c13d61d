/** Adds to the list of bundled licences what is shipped without being imported as code: the typeface and the icons. */
import { appendFileSync, readFileSync } from 'node:fs';
import type { Plugin } from 'rolldown';

const SHIPPED = ['@fontsource-variable/atkinson-hyperlegible-next', 'lucide-static'];

export function licenses(): Plugin & { apply: 'build' } {
  return {
    name: 'waymark-licenses',
    apply: 'build',
    // Synchronous and first: the list is whole before it is compressed.
    writeBundle: {
      order: 'pre',
      handler() {
        for (const name of SHIPPED) appendFileSync('dist/licenses.md', `\n## ${name}\n\n${readFileSync(`node_modules/${name}/LICENSE`, 'utf8')}`);
      },
    },
  };
}
