/**
 * Writes `src/parts/icons.svg` and its list of names from lucide (ISC licence). Run `npm run icons` after changing NAMES;
 * both files are committed, so that a build needs no generator and a reviewer sees what is drawn.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const NAMES = [
  'arrow-left', 'arrow-right-left', 'bell', 'camera', 'check', 'chevron-down', 'chevron-right', 'circle-alert', 'circle-help', 'clock',
  'cloud-off', 'construction', 'copy', 'droplets', 'file-text', 'flame', 'footprints', 'funnel', 'globe', 'hexagon', 'history', 'house',
  'image', 'image-plus', 'inbox', 'info', 'languages', 'layers', 'lightbulb', 'link', 'list', 'list-checks', 'locate-fixed', 'lock', 'log-out',
  'map', 'map-pin', 'map-pin-check', 'map-pin-off', 'map-pin-plus', 'maximize', 'message-square', 'minus', 'moon', 'paw-print', 'phone',
  'pencil', 'plus', 'refresh-cw', 'rotate-ccw', 'route', 'search', 'send', 'share', 'shield-check', 'snowflake', 'spray-can', 'sun',
  'table-2', 'thermometer', 'traffic-cone', 'trash-2', 'tree-pine', 'triangle-alert', 'undo-2', 'user', 'users', 'volume-2', 'volume-1',
  'keyboard', 'chevron-up', 'bug', 'building-2', 'bus', 'car', 'signpost', 'toilet', 'trees', 'waves', 'x', 'zap', 'bike', 'square-parking', 'store', 'eye',
  'chevron-left', 'download', 'pause', 'play',
];

const ALIASES: Record<string, string> = { 'circle-help': 'circle-question-mark' };

function read(name: string): string {
  const base = new URL('../node_modules/lucide-static/icons/', import.meta.url);
  try {
    return readFileSync(new URL(`${name}.svg`, base), 'utf8');
  } catch {
    return readFileSync(new URL(`${ALIASES[name]}.svg`, base), 'utf8');
  }
}

const symbols = NAMES.toSorted().map((name) => {
  const body = /<svg[^>]*>([\s\S]*)<\/svg>/.exec(read(name))?.[1]?.replace(/\s*\n\s*/g, '').replace(/ \/>/g, '/>');
  return `<symbol id="${name}" viewBox="0 0 24 24">${body}</symbol>`;
});
const out = new URL('../src/parts/', import.meta.url);
writeFileSync(new URL('icons.svg', out), `<svg xmlns="http://www.w3.org/2000/svg"><!-- Lucide icons, ISC licence: lucide.dev/license -->\n${symbols.join('\n')}\n</svg>\n`);
const union = NAMES.toSorted().map((name) => `'${name}'`).join(' | ');
writeFileSync(new URL('icons.ts', out), `// Written by \`npm run icons\`.\nexport type IconName = ${union};\n`.replace(/(.{100,140}?) \| /g, '$1\n  | '));
