/** The server counts characters (Unicode scalar values), a page counts UTF-16 units: an emoji is one there and two here. */
export interface Span {
  from: number;
  to: number;
}

/** A selection of the page as the server counts. */
export function counted(text: string, start: number, end: number): Span & { seen: string } {
  const from = [...text.slice(0, start)].length;
  const seen = text.slice(start, end);
  return { from, to: from + [...seen].length, seen };
}

/** A span of the server as the page counts. */
export function units(text: string, { from, to }: Span): [number, number] {
  const characters = [...text];
  const start = characters.slice(0, from).join('').length;
  return [start, start + characters.slice(from, to).join('').length];
}

/** The text cut into pieces, those of the spans marked; spans ascend and do not overlap. */
export function pieces<T extends Span>(text: string, spans: T[]): { text: string; span: T | null }[] {
  const characters = [...text];
  const cut: { text: string; span: T | null }[] = [];
  let at = 0;
  for (const span of spans) {
    if (span.from > at) cut.push({ text: characters.slice(at, span.from).join(''), span: null });
    cut.push({ text: characters.slice(span.from, span.to).join(''), span });
    at = span.to;
  }
  if (at < characters.length) cut.push({ text: characters.slice(at).join(''), span: null });
  return cut;
}

/** The text without a span, and without the gap that it leaves. */
export function without(text: string, { from, to }: Span): string {
  const characters = [...text];
  const [before, after] = [characters.slice(0, from).join(''), characters.slice(to).join('')];
  return (before.endsWith(' ') || before === '' ? before + after.trimStart() : before + after).trim();
}
