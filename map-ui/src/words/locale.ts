/** How dates and numbers are written: in the page's language, the way of the reader's own country where that is known. */
import { getLocale } from '../paraglide/runtime.js';

let kept: string | undefined;

export function localeOfReader(): string {
  kept ??= navigator.languages.find((tag) => tag.split('-')[0] === getLocale()) ?? getLocale();
  return kept;
}
