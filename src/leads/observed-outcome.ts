import type { Handoff } from '../handoffs/handoff.ts'
import type { Handover } from '../handoffs/handover.ts'
import { quantile } from '../rules/quantile.ts'
import type { NextConfig } from './change.ts'
import { actsSince, historyOfResponses, judge, type Looked, wantsActivities } from './responses.ts'

/*
 * What would have been, beside what happened: who got the lead in HubSpot, after how long, and who tried to reach it.
 */

const OWNER = 'hubspot_owner_id'

/** What became of a handover that was only observed. Instants are epoch milliseconds, people HubSpot's owner ids. */
export interface ObservedOutcome {
  handover: Handover
  /** HubSpot has the contact no longer. */
  missing?: true
  /** Who got it, and when; absent while it is nobody's. One who had it already got it at once. */
  owner?: { id: string; at: number }
  /** The first attempt to reach it, and who made it; where HubSpot does not say, whose the lead was then ('' for nobody's). */
  answered?: { at: number; owner: string }
}

/** What has to be known of a contact to say what became of a handover. */
export function outcomeNeeds(
  config: Pick<NextConfig, 'hubspot'>,
  handover: Handover,
  contact: Looked['contact'],
): { history: string[]; activities: boolean } {
  const handoff = asOpen(handover)
  return {
    history: [...new Set([OWNER, ...historyOfResponses(config, handoff, contact)])],
    activities: wantsActivities(config, [handoff], contact),
  }
}

/** What became of a handover, by what HubSpot shows now. */
export function outcomeOf(
  config: Pick<NextConfig, 'hubspot'>,
  handover: Handover,
  looked: Looked,
  now: number,
): ObservedOutcome {
  const versions = (looked.history[OWNER] ?? []).toReversed()
  const ownerAt = (at: number) => versions.findLast((version) => version.at <= at)?.value ?? handover.owner
  const got = handover.owner
    ? { value: handover.owner, at: handover.at }
    : versions.find(({ value, at }) => value !== '' && at >= handover.at)
  // Where HubSpot gives no history, the owner of now has to do, and nobody knows since when.
  const shown = looked.contact.properties[OWNER]
  const owner = got ?? (versions.length === 0 && shown ? { value: shown, at: now } : undefined)
  const { response } = judge(config, asOpen(handover), looked, now)
  const acts = response?.evidence === 'activity' ? actsSince(looked.activities, handover.at) : []
  const actor = acts.find(({ who, at }) => who === 'rep' && at === response?.at)?.owner
  return {
    handover,
    ...(owner ? { owner: { id: owner.value, at: owner.at } } : {}),
    ...(response ? { answered: { at: response.at, owner: actor ?? (ownerAt(response.at) || (shown ?? '')) } } : {}),
  }
}

// As far as answers are judged by it.
function asOpen({ id, leadId, kind, withSales, route, pool, at, dueAt, baseline }: Handover): Handoff {
  return {
    ...{ v: 2, id, leadId, kind, route, pool, baseline, dueAt, startedAt: at, state: 'open', byRoute: withSales },
    ...{ calendar: null, counted: [], ladder: [], holders: [], events: [] },
  }
}

/** What a day of observing comes to. Times are milliseconds from the moment of the decision. */
export interface ObservedSum {
  /** Leads that would have been handed over. */
  count: number
  /** Those of them for whom nobody was free. */
  nobodyFree: number
  /** Those that somebody got in HubSpot, and those of them that the same rep would have got. */
  owned: number
  agreed: number
  untilOwned: number | null
  answered: number
  untilAnswered: number | null
  /** Those whose clock would have run out without an answer, and those whose clock still runs. */
  late: number
  running: number
}

/** Sums up what became of handovers. `ownerOf`: the owner id of a rep. Both times are medians; null where there is none. */
export function sumObserved(
  outcomes: readonly ObservedOutcome[],
  ownerOf: (rep: string) => string | undefined,
  now: number,
): ObservedSum {
  const owned = outcomes.filter(({ owner }) => owner)
  const answered = outcomes.filter((one) => one.answered)
  const late = outcomes.filter((one) => isLate(one, now))
  return {
    count: outcomes.length,
    nobodyFree: outcomes.filter(({ handover }) => handover.rep === null).length,
    owned: owned.length,
    agreed: owned.filter((one) => agrees(one, ownerOf)).length,
    untilOwned: median(owned.flatMap(({ owner, handover }) => (owner ? [owner.at - handover.at] : []))),
    answered: answered.length,
    untilAnswered: median(answered.flatMap(({ answered, handover }) => (answered ? [answered.at - handover.at] : []))),
    late: late.length,
    running: outcomes.filter(
      ({ handover: { dueAt }, answered, missing }) => !answered && !missing && dueAt !== null && dueAt > now,
    ).length,
  }
}

/** Whether who got the lead is who would have got it. */
export function agrees({ handover, owner }: ObservedOutcome, ownerOf: (rep: string) => string | undefined): boolean {
  return owner !== undefined && handover.rep !== null && ownerOf(handover.rep) === owner.id
}

/** Whether its clock would have run out before anybody answered. */
export function isLate({ handover: { dueAt }, answered, missing }: ObservedOutcome, now: number): boolean {
  return !missing && dueAt !== null && (answered?.at ?? now) > dueAt
}

function median(values: readonly number[]): number | null {
  return values.length === 0 ? null : quantile(values, 0.5)
}
