import { type Attempt, firstAttempt } from '../handoffs/attempt.ts'
import { attemptsMade, leadsAnswer } from '../handoffs/attempts.ts'
import type { CrmNote } from '../handoffs/crm-note.ts'
import { type Handoff, holderAt, holderOf } from '../handoffs/handoff.ts'
import type { Team } from '../handoffs/team.ts'
import { localTime } from '../rules/words.ts'
import type { Gathered, NextConfig } from './change.ts'
import type { LeadRecord } from './lead.ts'
import { type PropertyHistory, personSet, readInstant } from './observe.ts'
import { ATTEMPTS, actsSince, LAST_ATTEMPT, type LeadAct, type Looked, leadActs } from './responses.ts'

/*
 * The attempts after an answer, as HubSpot shows them: what people of ours did, by its activities; its counters, which count
 * the lead's own acts as well, where those cannot be read. And the note that says what came of them.
 */

const REPLIED = 'hs_sales_email_last_replied'

/** The counters of attempts that the config names, each by how much it has risen since the handoff began. */
function rises(config: Pick<NextConfig, 'hubspot'>, { baseline }: Handoff, { properties }: Gathered['contact']) {
  const counters = config.hubspot.responses.flatMap(({ rises: name }) =>
    name && Object.hasOwn(baseline, name) ? name : [],
  )
  return counters.map((name) => ({
    name,
    by: Math.max(0, Number(properties[name] ?? 0) - Number(baseline[name] ?? 0)),
  }))
}

/** The counters that have moved since the attempts of a handoff were looked at last; none while none are asked for. */
export function movedCounters(
  config: Pick<NextConfig, 'hubspot'>,
  handoff: Handoff,
  contact: Gathered['contact'],
): string[] {
  if (handoff.state !== 'answered' || !handoff.attempts) return []
  const risen = rises(config, handoff, contact)
  const moved = Math.max(0, ...risen.map(({ by }) => by)) !== (handoff.attempts.risen ?? 0)
  return moved ? risen.map(({ name }) => name) : []
}

/** The handoff with the attempts that HubSpot shows; the same one when there is nothing new. */
export function followAttempts(
  config: Pick<NextConfig, 'hubspot'>,
  handoff: Handoff,
  looked: Looked,
  now: number,
): Handoff {
  const { attempts, answered, startedAt } = handoff
  if (!attempts || !answered || movedCounters(config, handoff, looked.contact).length === 0) return handoff
  const { activities } = looked
  const isComplete = activities?.unread.length === 0
  const acts = actsSince(activities, startedAt)
  const ours = acts.filter(({ who, at }) => who !== 'lead' && at >= startedAt)
  const seen = ours.map(({ type, id, at, createdAt }): Attempt => {
    return { at: Math.min(at, now), how: 'seen', what: type, id, ...(createdAt === at ? {} : { loggedAt: createdAt }) }
  })
  const risen = rises(config, handoff, looked.contact)
  // What a counter has counted beyond the activities: nobody knows who acted, unless its history says.
  let isExplained = true
  const beside = risen.map(({ name, by }) => {
    const left = Math.max(0, by - (name === ATTEMPTS ? acts.length : ours.length))
    if (name !== ATTEMPTS || !isComplete) return left
    const byPeople = raisedByPeople(looked.history, name, handoff).length
    // The activity may not be there yet; a chat never is.
    isExplained = left <= byPeople
    return Math.min(left, byPeople)
  })
  const before = attempts.made ?? [firstAttempt(answered)]
  const others = isComplete ? [] : before.filter(({ id }) => id !== undefined && !seen.some((one) => one.id === id))
  const counted = before.filter(({ how, id }) => how === 'seen' && id === undefined)
  const made = [
    ...before.filter(({ how }) => how === 'said'),
    ...others,
    ...seen,
    ...countedAttempts(counted, Math.max(0, ...beside), looked, handoff, now),
  ].sort((a, b) => a.at - b.at)
  const after = {
    ...attempts,
    made,
    ...(isExplained ? { risen: Math.max(0, ...risen.map(({ by }) => by)) } : {}),
  }
  return JSON.stringify(after) === JSON.stringify(attempts) ? handoff : { ...handoff, attempts: after }
}

// Those that only a counter shows: as many as there are. Of new ones its history says when, or HubSpot's date of the last; one
// of no date may be the response itself.
function countedAttempts(
  known: readonly Attempt[],
  count: number,
  { history, contact }: Looked,
  handoff: Handoff,
  now: number,
): Attempt[] {
  const { startedAt, answered } = handoff
  const counters = Object.keys(history).filter((name) => name !== LAST_ATTEMPT && Object.hasOwn(handoff.baseline, name))
  const dates = counters.flatMap((name) => raisedByPeople(history, name, handoff)).sort((a, b) => b - a)
  const last = readInstant(contact.properties[LAST_ATTEMPT])
  if (dates.length === 0 && last !== undefined && last >= startedAt && last <= now) dates.push(last)
  const undated = known.length === 0 ? (answered?.at ?? now) : now
  const fresh = Array.from({ length: Math.max(0, count - known.length) }, (_, index): Attempt => {
    return { at: dates[index] ?? undated, how: 'seen' }
  })
  return [...known.slice(0, count), ...fresh]
}

// When people made a counter rise since the start, once for each that it rose by.
function raisedByPeople(history: PropertyHistory, name: string, { startedAt, baseline }: Handoff): number[] {
  let before = Number(baseline[name] ?? 0)
  return (history[name] ?? []).toReversed().flatMap((version) => {
    const by = Math.max(0, Math.min(Number(version.value) - before, 100))
    before = Math.max(before, Number(version.value))
    return personSet(version) && version.at >= startedAt ? Array.from({ length: by }, () => version.at) : []
  })
}

/** What the lead did itself since a handoff began: by the activities, and by HubSpot's date of its last reply to a mail. */
export function leadActsOf(handoff: Handoff, { activities, contact }: Looked): LeadAct[] {
  const acts = leadActs(actsSince(activities, handoff.startedAt))
  const replied = readInstant(contact.properties[REPLIED])
  const isKnown = leadsAnswer({ ...handoff, events: handoff.events.filter(({ detail }) => detail === 'email') })
  const isNew = replied !== undefined && handoff.answered && replied > handoff.answered.at && !isKnown
  return isNew && !acts.some(({ what }) => what === 'email') ? [...acts, { at: replied, what: 'email' }] : acts
}

const WORDS = { calls: 'call', emails: 'mail', meetings: 'meeting', communications: 'message' } as const

/** The note on a lead that nobody reached: what was tried, when and by whom, and where it goes. `then`: what becomes of it. */
export function noAnswerNote(
  team: Team,
  { score }: Pick<LeadRecord, 'score'>,
  handoff: Handoff,
  reason: string,
  then: string,
): CrmNote {
  const timeZone = team.calendars[team.reps[holderOf(handoff)?.rep ?? '']?.calendar ?? '']?.timeZone ?? 'UTC'
  const people = [...Object.values(team.reps), ...Object.values(team.managers)]
  const nameOf = ({ at, by }: Attempt) => {
    const rep = holderAt(handoff, at)?.rep ?? ''
    return people.find(({ slackUserId }) => by !== undefined && slackUserId === by)?.name ?? team.reps[rep]?.name ?? rep
  }
  const lines = attemptsMade({ made: handoff.attempts?.made, answered: handoff.answered }).map((one) => {
    const what = one.what ? WORDS[one.what] : one.by === undefined ? 'seen in HubSpot' : 'told in Slack'
    return `${localTime(one.at, timeZone)}: ${what}, by ${nameOf(one)}, no answer`
  })
  const tier = score.tier === undefined ? '' : `, tier ${score.tier}`
  return {
    id: `${handoff.id}.returned`,
    text: [
      `Baton: ${reason}`,
      ...lines,
      `Score ${score.total} (${score.band}): fit ${score.fit}, engagement ${score.engagement}${tier}`,
      then,
    ].join('\n'),
  }
}
