/** Milliseconds of a day. */
export const DAY_MS: number = 86_400_000;

/** Midnight UTC that begins the day of this time. */
export function midnight(ms: number): number {
  return Math.floor(ms / DAY_MS) * DAY_MS;
}

function isWeekend(ms: number): boolean {
  const day = new Date(ms).getUTCDay();
  return day === 0 || day === 6;
}

/** Midnight UTC that begins the `days`-th business day after this time. Bank holidays are not known here. */
export function businessDaysLater(ms: number, days: number): number {
  let at = midnight(ms);
  for (let left = days; left > 0;) {
    at += DAY_MS;
    if (!isWeekend(at)) left -= 1;
  }
  return at;
}

/** Unix seconds, as Stripe writes times. */
export function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}
