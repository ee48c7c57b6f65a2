import type { Config } from '../config/config.ts'
import { MOST_SIGNALS, memoryFor } from '../leads/kept-signals.ts'
import type { Compared } from './compare.ts'
import type { Needs } from './needs.ts'
import type { WhatIf } from './result.ts'

const DAY = 24 * 60 * 60_000

/** Keeps what cannot be known, and of how many leads. `offline`: nothing is read in HubSpot. */
export function createUnknown(after: Config, offline: boolean) {
  const leads = new Map<string, number>()
  const signalRules = JSON.stringify(after.hubspot.signals)
  const remembers = memoryFor(after)
  let unreadable = 0
  let gone: string | undefined
  let areSignalsOthers = false
  const note = (what: string) => void leads.set(what, (leads.get(what) ?? 0) + 1)

  // The same few configs come up again and again.
  const forgotten = new WeakMap<Config, string | null>()
  function whatIsForgotten(before: Config): string | null {
    const known = forgotten.get(before)
    if (known !== undefined) return known
    areSignalsOthers ||= JSON.stringify(before.hubspot.signals) !== signalRules
    const kept = memoryFor(before)
    const isLonger = kept !== undefined && (remembers === undefined || remembers > kept)
    const what = isLonger
      ? `signals that were older than ${Math.round(kept / DAY)} days were forgotten; the new config looks back ${remembers === undefined ? 'for ever' : `${Math.round(remembers / DAY)} days`}`
      : null
    forgotten.set(before, what)
    return what
  }

  return {
    /** Decisions that were kept in a form that this release does not read. */
    unreadable(decisions: number): void {
      unreadable += decisions
    },

    /** Decisions of so long are asked for, and so long they are kept, both in milliseconds. */
    longAgo(asked: number, kept: number): void {
      if (asked <= kept) return
      gone = `decisions of more than ${Math.floor(kept / DAY)} days ago, of the ${Math.round(asked / DAY)} that were asked for: so long they are kept (decisions in retention.yaml)`
    },

    /** A lead's record is in a form that this release does not read. */
    unreadableLead(): void {
      note('their records cannot be read: nobody gets them here')
    },

    /** A lead was compared that this config had decided about. */
    lead(before: Config, compared: readonly Compared[]): void {
      const what = whatIsForgotten(before)
      if (what) note(what)
      if (compared.some(({ past }) => past.signals.length >= MOST_SIGNALS))
        note(`no more than ${MOST_SIGNALS} signals were kept`)
    },

    /** A lead's record lacks these properties. */
    neverKept(names: readonly string[]): void {
      for (const name of names)
        note(
          offline
            ? `property ${name} was never kept, and was not read: it counts as unknown`
            : `property ${name} was never kept: it was read in HubSpot, and is as it is now`,
        )
    },

    /** A lead's properties of now stand for those of then. */
    asOfNow(needs: Iterable<Needs>): void {
      const names = [...needs].flatMap(({ attributes, raw }) => [...attributes, ...raw])
      for (const name of new Set(names)) note(`${name} is as it was last read, not as it was then`)
    },

    /** All of it. */
    list(): WhatIf['unknown'] {
      const always = 'what reps and leads would have done then; what triggers would have done'
      return [
        ...[...leads].map(([what, count]) => ({ what, leads: count })),
        ...(unreadable > 0
          ? [{ what: `${unreadable} decisions are kept in a form that this release does not read`, leads: null }]
          : []),
        ...(areSignalsOthers
          ? [{ what: 'which signals the rules of hubspot.yaml would have found, where they are others', leads: null }]
          : []),
        ...(gone === undefined ? [] : [{ what: gone, leads: null }]),
        { what: always, leads: null },
      ]
    },
  }
}
