import { keyOf } from '../rules/texts.ts'

/*
 * Sources as people tell them apart: a code of HubSpot and its label are one (`PAID_SEARCH`, `Paid search`).
 */

/** What stands where nobody knows the source. */
export const UNKNOWN_SOURCE = 'not known'

/** Keeps something for each source, and for all whose source is not known. */
export function bySource<T>(fresh: () => T) {
  const groups = new Map<string, { names: Map<string, number>; of: T }>()
  return {
    /** What is kept for a source. */
    of(source: string | undefined): T {
      const name = source === undefined || source === '' ? UNKNOWN_SOURCE : source
      const group = groups.get(keyOf(name)) ?? { names: new Map<string, number>(), of: fresh() }
      groups.set(keyOf(name), group)
      group.names.set(name, (group.names.get(name) ?? 0) + 1)
      return group.of
    },
    /** All of them, each by the name that most have, in the order of names. */
    all(): { source: string; of: T }[] {
      const rows = [...groups.values()].map(({ names, of }) => {
        const [[source] = ['', 0]] = [...names].sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1))
        return { source, of }
      })
      return rows.sort((a, b) => (a.source < b.source ? -1 : 1))
    },
  }
}
