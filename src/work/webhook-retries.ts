const [SECOND, MINUTE, HOUR] = [1_000, 60_000, 60 * 60_000]
const DAY = 24 * HOUR
const LONGEST = 6 * HOUR

// After the first try, the second, and so on; the last one repeats.
const WAITS = [5 * SECOND, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, LONGEST]

/**
 * When a webhook is tried again that failed `tries` times and waits `since` an instant; null when it has been tried for a day.
 * `retryAfter`: how long the endpoint asks to wait. Everything in epoch milliseconds and milliseconds.
 */
export function nextTry(
  { since, tries }: { since: number; tries: number },
  now: number,
  retryAfter = 0,
): number | null {
  if (isTriedForDay({ since }, now)) return null
  const wait = WAITS[Math.min(tries, WAITS.length) - 1] ?? LONGEST
  return now + Math.min(LONGEST, Math.max(wait, retryAfter))
}

/** Whether it has been tried for a day. */
export function isTriedForDay({ since }: { since: number }, now: number): boolean {
  return now - since >= DAY
}

/** For how long nothing is sent to an endpoint that failed so often in a row, in milliseconds. */
export function pauseAfter(failures: number): number {
  return failures < 3 ? 0 : Math.min(5 * MINUTE, 15 * SECOND * 2 ** (failures - 3))
}
