/** The time in epoch milliseconds with fractions; processes of one machine agree on it. */
export function now(): number {
  return performance.timeOrigin + performance.now()
}
