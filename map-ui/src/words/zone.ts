/** The city's time zone, once it is known. Alone in a file, so that a page which says no time yet need not fetch how. */
let zone: string | undefined;

export function keepTimeOf(timeZone: string): void {
  zone = timeZone;
}

/** Undefined means: the phone's own. */
export function zoneOfCity(): string | undefined {
  return zone;
}
