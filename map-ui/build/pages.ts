/**
 * One static HTML file for each kind of page, so that the browser fetches the page's own code and style beside the
 * shell's instead of after it, and so that a reader without scripts sees the right title.
 */
import type { OutputAsset, OutputBundle, OutputChunk, Plugin } from 'rolldown';

/** What stands at `dist/<file>`: `src/ui.rs` knows the same files. `data`: what the page asks the server for in any case. */
const PAGES: { file: string; module: string; title: string; data?: string[] }[] = [
  { file: 'index.html', module: 'src/explore/Explore.svelte', title: 'Map of requests', data: ['config', 'services', 'layers'] },
  { file: 'report/index.html', module: 'src/report/Report.svelte', title: 'Report a problem' },
  { file: 'requests/index.html', module: 'src/follow/Follow.svelte', title: 'Follow a request', data: ['config'] },
  { file: 'my/index.html', module: 'src/my/My.svelte', title: 'Your requests', data: ['config'] },
  { file: 'insight/index.html', module: 'src/insight/Insight.svelte', title: 'Insight', data: ['config', 'services', 'layers'] },
  { file: 'desk/index.html', module: 'src/desk/Desk.svelte', title: 'Desk' },
  { file: 'invite/index.html', module: 'src/staff/Invite.svelte', title: 'Invitation' },
  { file: 'reset/index.html', module: 'src/staff/Reset.svelte', title: 'A new password' },
  { file: 'settings/index.html', module: 'src/settings/Settings.svelte', title: 'Settings' },
  { file: 'missing.html', module: 'src/app/Missing.svelte', title: 'Nothing here' },
];

export function pages(): Plugin & { apply: 'build'; enforce: 'post' } {
  return {
    name: 'waymark-pages',
    apply: 'build',
    enforce: 'post',
    generateBundle(_, bundle) {
      const shell = bundle['index.html'] as OutputAsset;
      const html = String(shell.source);
      for (const page of PAGES) {
        const source = write(html, bundle, page);
        if (page.file === 'index.html') shell.source = source;
        else this.emitFile({ type: 'asset', fileName: page.file, source });
      }
    },
  };
}

function write(html: string, bundle: OutputBundle, page: (typeof PAGES)[number]): string {
  const chunks = Object.values(bundle).filter((file): file is OutputChunk => file.type === 'chunk');
  const entry = chunks.find((chunk) => chunk.isEntry);
  const own = chunks.find((chunk) => chunk.facadeModuleId?.endsWith(page.module));
  if (!entry || !own) throw new Error(`no chunk for ${page.module}`);
  const shell = reach(entry, bundle);
  const files = [...reach(own, bundle)].filter((chunk) => !shell.has(chunk));
  const styles = files.flatMap((chunk) => [...(styleOf(chunk) ?? [])]);
  const links = [
    ...(page.data ?? []).map((name) => `<link rel="preload" as="fetch" crossorigin href="/api/${name}">`),
    ...files.map((chunk) => `<link rel="modulepreload" crossorigin href="/${chunk.fileName}">`),
    ...new Set(styles.map((style) => `<link rel="stylesheet" crossorigin href="/${style}">`)),
  ];
  return html
    .replace(/<title>.*?<\/title>/, `<title>${page.title} · Waymark</title>`)
    .replace('</head>', `  ${links.join('\n  ')}\n</head>`);
}

/** A chunk and all it imports before it runs. */
export function reach(chunk: OutputChunk, bundle: OutputBundle, found = new Set<OutputChunk>()): Set<OutputChunk> {
  if (found.has(chunk)) return found;
  found.add(chunk);
  for (const name of chunk.imports) {
    const next = bundle[name];
    if (next?.type === 'chunk') reach(next, bundle, found);
  }
  return found;
}

export function styleOf(chunk: OutputChunk): Set<string> | undefined {
  return (chunk as OutputChunk & { viteMetadata?: { importedCss: Set<string> } }).viteMetadata?.importedCss;
}
