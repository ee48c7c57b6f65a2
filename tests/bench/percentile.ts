/** The value that so many percent of the values do not exceed (nearest rank). */
export function percentile(values: number[], percent: number): number {
  const ordered = values.toSorted((a, b) => a - b)
  return ordered[Math.max(0, Math.ceil((percent / 100) * ordered.length) - 1)] ?? Number.NaN
}
