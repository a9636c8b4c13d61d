/** A promised time as people enter it: a number and a unit, out of minutes and back. Pure. */
export const UNITS = { minute: 1, hour: 60, day: 1440 } as const;
export type Unit = keyof typeof UNITS;

export interface Duration {
  amount: number | null;
  unit: Unit;
}

/** In the largest unit that it fills: 90 minutes stay minutes, 120 are two hours. */
export function duration(minutes: number | null): Duration {
  if (minutes === null) return { amount: null, unit: 'hour' };
  const unit = minutes % UNITS.day === 0 ? 'day' : minutes % UNITS.hour === 0 ? 'hour' : 'minute';
  return { amount: minutes / UNITS[unit], unit };
}

export function minutes({ amount, unit }: Duration): number | null {
  return amount === null ? null : Math.round(amount * UNITS[unit]);
}
