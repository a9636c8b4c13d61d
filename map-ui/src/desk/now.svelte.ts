/** The time of day as clocks on the page show it: half a minute is as exact as a promise in minutes needs. */
class Now {
  at = $state(Date.now());

  constructor() {
    setInterval(() => document.hidden || this.tick(), 30_000);
    document.addEventListener('visibilitychange', () => document.hidden || this.tick());
  }

  tick(): void {
    this.at = Date.now();
  }
}

export const now = new Now();
