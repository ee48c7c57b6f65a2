/*
 * What shares of small numbers are worth. Their intervals are Wilson's: they stay between 0 and 1, and hold also for a few cases and for none
 * or all of them.
 */

// 95 %: so many standard deviations to either side.
const Z = 1.959964

/** So many of so many; null: a share of nothing. */
export function shareOf(count: number, all: number): number | null {
  return all > 0 ? count / all : null
}

/** Between which shares the true one lies, with 95 % or so many standard deviations, when `count` of `all` cases were so; null of none. */
export function wilson(count: number, all: number, deviations = Z): { from: number; to: number } | null {
  if (all <= 0) return null
  const share = count / all
  const middle = share + deviations ** 2 / (2 * all)
  const width = deviations * Math.sqrt((share * (1 - share) + deviations ** 2 / (4 * all)) / all)
  const scale = 1 + deviations ** 2 / all
  return { from: Math.max(0, (middle - width) / scale), to: Math.min(1, (middle + width) / scale) }
}

/** Whether two shares differ by more than chance explains: their intervals do not touch. It is careful, so that few false ones are told. */
export function differ(a: { count: number; all: number }, b: { count: number; all: number }): boolean {
  const [one, other] = [wilson(a.count, a.all), wilson(b.count, b.all)]
  return one !== null && other !== null && (one.from > other.to || other.from > one.to)
}
