/** Comma-separated values after RFC 4180, for spreadsheets that would run a text as a formula if it begins like one. Pure. */

/** What a spreadsheet takes for the beginning of a formula; tab and line break are dropped before it looks. */
const FORMULA = /^[=+\-@\t\r]/;
const SPECIAL = /[",\r\n]/;

function field(value: string | number): string {
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : '';
  const tame = FORMULA.test(value) && !isNumber(value) ? `'${value}` : value;
  return SPECIAL.test(tame) ? `"${tame.replaceAll('"', '""')}"` : tame;
}

function isNumber(text: string): boolean {
  return /^[+-]?\d+(\.\d+)?$/.test(text);
}

export function csv(rows: readonly (readonly (string | number)[])[]): string {
  return rows.map((row) => `${row.map(field).join(',')}\r\n`).join('');
}
