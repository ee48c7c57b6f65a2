import { creditTurn, emptyLedger, giveTurnBack, type RotationLedger, type Turn } from './rotation.ts'
import type { Pool } from './team.ts'

/*
 * Leads that are for some of a pool's members alone have a rotation of their own, by who these members are. In one rotation of
 * all, the turns of the others would move on meanwhile: weights would not hold among the few, and whoever is for more or less
 * than another would be flooded or passed over later.
 */

/** The rotations of a pool: that of all its members, and those of segments. */
interface Rotations {
  rotation: RotationLedger
  segments?: Record<string, RotationLedger> | undefined
}

// Beyond so many the one that was quiet longest is forgotten, and its next lead begins anew.
const MOST_SEGMENTS = 50

/** The segment of leads that are not for some members; undefined when they are for everybody. */
export function segmentOf({ members }: Pool, unfit: Readonly<Record<string, string>>): string | undefined {
  const fit = members.filter(({ rep }) => !Object.hasOwn(unfit, rep)).map(({ rep }) => rep)
  return fit.length === members.length ? undefined : JSON.stringify(fit.toSorted())
}

/** Whose turn it is in a segment. Who has waited longest is told by all leads of the pool, whatever their segment. */
export function rotationOf(ledger: Rotations, segment: string | undefined, { members }: Pool): RotationLedger {
  const { rotation, segments = {} } = ledger
  const all = [rotation, ...Object.values(segments)]
  if (all.length === 1 && segment === undefined) return rotation
  const own = segment === undefined ? rotation : (segments[segment] ?? emptyLedger())
  const entries = new Map(Object.entries(own.members))
  for (const { rep, weight } of members) {
    const times = all.flatMap((one) =>
      Object.hasOwn(one.members, rep) ? (one.members[rep]?.lastAssignedAt ?? []) : [],
    )
    const lastAssignedAt = times.length > 0 ? Math.max(...times) : null
    entries.set(rep, { ...(entries.get(rep) ?? { turns: 0, weight }), lastAssignedAt })
  }
  return { ...own, members: Object.fromEntries(entries) }
}

/** The ledger with another state of a segment's rotation. */
export function withRotation<L extends Rotations>(ledger: L, segment: string | undefined, rotation: RotationLedger): L {
  if (segment === undefined) return { ...ledger, rotation }
  const { [segment]: _, ...others } = ledger.segments ?? {}
  // Those that were used last stand last.
  const kept = Object.entries(others).slice(-(MOST_SEGMENTS - 1))
  return { ...ledger, segments: Object.fromEntries([...kept, [segment, rotation]]) }
}

/** The ledger after a turn that came to nothing. */
export function turnGivenBack<L extends Rotations>(ledger: L, rep: string, turn: Turn): L {
  const { segment } = turn
  const rotation = segment === undefined ? ledger.rotation : ledger.segments?.[segment]
  return rotation ? withRotation(ledger, segment, giveTurnBack(rotation, rep, turn)) : ledger
}

/** The ledger after a turn that counts for nothing in the end; undefined: when it was is not known any more. */
export function turnCredited<L extends Rotations>(ledger: L, rep: string, turn: Turn | undefined): L {
  const segment = turn?.segment
  const rotation = segment === undefined ? ledger.rotation : ledger.segments?.[segment]
  return rotation ? withRotation(ledger, segment, creditTurn(rotation, rep, turn)) : ledger
}
