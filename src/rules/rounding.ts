/**
 * Rounds half up: 2.5 → 3, −2.5 → −2. A billionth of a point is forgiven, so that a sum of decimals that should
 * end in exactly .5 is not lost to binary fractions.
 */
export function roundHalfUp(points: number): number {
  return Math.floor(points + 0.5 + 1e-9) + 0
}

/** Keeps a number between two ends, both included. */
export function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value))
}
