/**
 * The number residents hold: eight symbols, the last a check symbol, shown as `4K72-18QX`. Here it is read from whatever
 * somebody types, so that a slip is told at once, and spelled for the telephone. The server has the last word.
 */
const SYMBOLS = '123456789ABCDEFGHJKMNPQRSTVWXYZ';
const SIZE = 8;

/** What was typed, without hyphens and spaces; I and L, which no number has, are read as the 1 they look like. */
export function plain(text: string): string {
  return text.toUpperCase().replace(/[^0-9A-Z]/g, '').replaceAll('I', '1').replaceAll('L', '1');
}

/** Whether it can be a number at all: right symbols, and a sum weighted by place that fits the last one (as in ISBN-10). */
export function isNumber(text: string): boolean {
  const places = [...plain(text)].map((symbol) => SYMBOLS.indexOf(symbol));
  if (places.length !== SIZE || places.includes(-1)) return false;
  const sum = places.slice(0, -1).reduce((total, place, index) => total + place * (index + 2), 0);
  return sum % SYMBOLS.length === places[SIZE - 1];
}

export function shown(number: string): string {
  const typed = plain(number);
  return typed.length === SIZE ? `${typed.slice(0, 4)}-${typed.slice(4)}` : number;
}

const LETTERS: Record<string, string> = {
  A: 'Alfa', B: 'Bravo', C: 'Charlie', D: 'Delta', E: 'Echo', F: 'Foxtrot', G: 'Golf', H: 'Hotel', J: 'Juliett', K: 'Kilo', M: 'Mike',
  N: 'November', P: 'Papa', Q: 'Quebec', R: 'Romeo', S: 'Sierra', T: 'Tango', V: 'Victor', W: 'Whiskey', X: 'Xray', Y: 'Yankee', Z: 'Zulu',
};

/** "4, Kilo, 7, 2 · 1, 8, Quebec, Xray": digits as digits, letters by the international spelling alphabet. */
export function spelled(number: string): string {
  const words = [...plain(number)].map((symbol) => LETTERS[symbol] ?? symbol);
  return `${words.slice(0, 4).join(', ')} · ${words.slice(4).join(', ')}`;
}
