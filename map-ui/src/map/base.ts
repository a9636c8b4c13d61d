/**
 * What the map stands on, as the server says it: our own tiles, somebody else's style, or nothing but the city's boundaries.
 * Asked once, before the first map is made: this module is loaded with the map's code.
 */
import { type BaseMap, city } from '../api/city';

/** A map without streets is better than no map. */
export const base: BaseMap | null = await city().then(({ map }) => map, () => null);

/** What the attribution is put into is read as HTML; what the operator wrote is text. */
export const thanks = (base?.attribution ?? '').replaceAll('&', '&amp;').replaceAll('<', '&lt;');
