import type { Evidence, Handoff } from '../handoffs/handoff.ts'
import type { Activities, Activity, ActivityType, Gathered, NextConfig } from './change.ts'
import { STAGES_OF_SALES } from './lead.ts'
import { type PropertyVersion, personSet, possibleResponses, readInstant } from './observe.ts'

/*
 * Whether somebody has responded to a handoff, by what HubSpot shows: who acted and when. What the lead itself did is no
 * response. Who acted is read from the activities, then from the owner's first engagement, then from who made the change;
 * where none of them says, it counts as an answer, and the answer says so.
 */

/** What was read of a contact for judging what people did. */
export type Looked = Pick<Gathered, 'contact' | 'history' | 'activities'>

/** A response: when it happened, what it is known by, and whether sales has taken the lead on by it. */
export interface Response {
  at: number
  evidence: Evidence
  takenOn: boolean
}

/** Something that the lead did itself while a handoff was open. */
export interface LeadAct {
  at: number
  what: 'meeting' | 'email' | 'call' | 'communication' | 'chat'
}

/** What HubSpot shows of a handoff: the first response to it, null when there is none, and what the lead did itself. */
export interface Judgement {
  response: Response | null
  byLead: LeadAct[]
}

/** HubSpot's counter of calls, mails, messages, meetings and chats, whoever acted. */
export const ATTEMPTS = 'num_contacted_notes'
/** When the last of them was. */
export const LAST_ATTEMPT = 'notes_last_contacted'
const STAGE = 'lifecyclestage'
// HubSpot's clock and ours, and the moment between reading a contact and starting its clock.
const CLOCKS_DIFFER_BY = 60_000
const MINUTE = 60_000

/** Judges what HubSpot shows of an open handoff. An answer lies between the start of the clock and `now`. */
export function judge(config: Pick<NextConfig, 'hubspot'>, handoff: Handoff, looked: Looked, now: number): Judgement {
  if (handoff.state !== 'open') return { response: null, byLead: [] }
  const clamped = (at: number) => Math.max(handoff.startedAt, Math.min(at, now))
  const byLead: LeadAct[] = []
  const found: Response[] = []
  const stage = stageSet(handoff, looked)
  if (stage) found.push({ at: stage.at ?? now, evidence: 'history', takenOn: true })
  for (const { property, rule } of possibleResponses(config.hubspot, looked.contact.properties, handoff.baseline)) {
    if (rule.rises === undefined) {
      const set = wordSet(handoff, looked, property, rule)
      if (set) found.push({ at: set.at ?? now, evidence: 'history', takenOn: false })
      continue
    }
    const risen = attempt(handoff, looked, property)
    byLead.push(...risen.byLead)
    if (risen.response) found.push({ ...risen.response, at: risen.response.at ?? now, takenOn: false })
  }
  const [first] = found.map((one) => ({ ...one, at: clamped(one.at) })).sort((a, b) => a.at - b.at)
  const response = first ? { ...first, takenOn: found.some(({ takenOn }) => takenOn) } : null
  return { response, byLead: byLead.map((act) => ({ ...act, at: clamped(act.at) })) }
}

/** Whether the activities of a contact can say more of its handoffs: a counter of attempts has risen since one started. */
export function wantsActivities(
  config: Pick<NextConfig, 'hubspot'>,
  handoffs: readonly Handoff[],
  { properties }: Looked['contact'],
): boolean {
  return handoffs
    .filter(({ state }) => state === 'open')
    .flatMap(({ baseline }) => possibleResponses(config.hubspot, properties, baseline))
    .some(({ rule }) => rule.rises !== undefined)
}

/** The properties whose histories say who answered an open handoff and when; none when nothing changed. */
export function historyOfResponses(
  config: Pick<NextConfig, 'hubspot'>,
  handoff: Handoff,
  { properties }: Looked['contact'],
): string[] {
  if (handoff.state !== 'open') return []
  const possible = possibleResponses(config.hubspot, properties, handoff.baseline)
  return [
    ...possible.map(({ property }) => property),
    ...(possible.some(({ rule }) => rule.rises) ? [LAST_ATTEMPT] : []),
    ...(movedToSales(handoff, properties[STAGE]) ? [STAGE] : []),
  ]
}

/**
 * Who acted in an activity, as HubSpot's properties say. A call that came in and was taken is a conversation, so the rep
 * had a part in it; a meeting that was booked by a link is the lead's.
 */
export function whoActed({ type, properties }: Pick<Activity, 'type' | 'properties'>): 'rep' | 'lead' | 'unknown' {
  const says = (name: string) => properties[name]?.toUpperCase() ?? ''
  const isUsers = Boolean(properties.hs_created_by_user_id)
  switch (type) {
    case 'emails':
      if (says('hs_email_direction') === 'INCOMING_EMAIL') return 'lead'
      return says('hs_email_direction') || isUsers ? 'rep' : 'unknown'
    case 'calls':
      if (says('hs_call_direction') === 'INBOUND') return says('hs_call_status') === 'COMPLETED' ? 'rep' : 'lead'
      return says('hs_call_direction') || isUsers ? 'rep' : 'unknown'
    case 'meetings':
      if (/^MEETINGS/.test(says('hs_meeting_source')) || properties.hs_meeting_created_from_link_id) return 'lead'
      return says('hs_meeting_source') === 'CRM_UI' || isUsers ? 'rep' : 'unknown'
    case 'communications':
      return isUsers ? 'rep' : 'unknown'
  }
}

/**
 * When somebody acted: a meeting was arranged when it was written down, unless that was before the handoff. What people log
 * by hand is dated to the minute, so that the minute in which the handoff began may be after its start.
 */
function actedAt({ type, at, createdAt }: Activity, startedAt: number): number {
  if (createdAt < startedAt) return at
  if (type === 'meetings') return Math.min(at, createdAt)
  const isOfThatMinute = at % MINUTE === 0 && at < startedAt && startedAt < at + MINUTE
  return isOfThatMinute ? Math.min(at + MINUTE - 1, createdAt) : at
}

type Found = { at: number | undefined; evidence: Evidence } | null

/** Who made a counter of attempts rise, and when. */
function attempt(handoff: Handoff, looked: Looked, property: string): { response: Found; byLead: LeadAct[] } {
  const { contact, history, activities } = looked
  const { startedAt, baseline } = handoff
  const acts = actsSince(activities, startedAt)
  const inTime = acts.filter(({ at }) => at >= startedAt)
  const byLead = leadActs(inTime)
  const byRep = inTime.filter(({ who }) => who === 'rep')
  if (byRep.length > 0)
    return { response: { at: Math.min(...byRep.map(({ at }) => at)), evidence: 'activity' }, byLead }

  const risenBy = Number(contact.properties[property] ?? 0) - Number(baseline[property] ?? 0)
  const isCounted = property === ATTEMPTS
  // The lead's own, and what a rep wrote down late of a time before.
  const explained = acts.filter(({ who }) => who !== 'unknown').length
  if (isCounted && explained >= risenBy) return { response: null, byLead }
  const engaged = firstEngagement(contact.properties)
  if (engaged !== undefined && engaged >= startedAt)
    return { response: { at: engaged, evidence: 'engagement' }, byLead }
  const at = attemptedAt(handoff, looked, property)
  if (at === 'before') return { response: null, byLead }
  const rises = raised(history[property] ?? [], handoff, property)
  const byPerson = rises.find(personSet)
  if (byPerson) return { response: { at: at ?? byPerson.at, evidence: 'history' }, byLead }
  // What is counted and none of the activities is a chat: of one in which the owner took part their first engagement says so.
  const isChat = isCounted && activities?.unread.length === 0 && acts.every(({ who }) => who !== 'unknown')
  if (isChat) return { response: null, byLead: [...byLead, { at: at ?? rises[0]?.at ?? startedAt, what: 'chat' }] }
  return { response: { at: at ?? rises[0]?.at, evidence: 'unclear' }, byLead }
}

const WHAT = { calls: 'call', emails: 'email', meetings: 'meeting', communications: 'communication' } as const

/** An activity that a counter has counted since a handoff began: who acted, and when. */
export interface Act {
  type: ActivityType
  id: string
  at: number
  createdAt: number
  who: ReturnType<typeof whoActed>
  /** Whose activity it is, by HubSpot's owner id. */
  owner?: string
}

/** The activities that a counter has counted since an instant; one that was written down later may be from before. */
export function actsSince(activities: Activities | undefined, startedAt: number): Act[] {
  return (activities?.found ?? []).flatMap((activity) => {
    const { type, createdAt, id = `${type}-${activity.at}`, properties } = activity
    const owner = properties.hubspot_owner_id
    if (Math.max(activity.at, createdAt) < startedAt) return []
    return [
      { type, id, createdAt, at: actedAt(activity, startedAt), who: whoActed(activity), ...(owner ? { owner } : {}) },
    ]
  })
}

/** Those of them that the lead did itself. */
export function leadActs(acts: readonly Act[]): LeadAct[] {
  return acts.flatMap(({ who, type, at }): LeadAct[] => (who === 'lead' ? [{ at, what: WHAT[type] }] : []))
}

/** When the owner first engaged with the lead; a task that was ticked off is no attempt. */
function firstEngagement(properties: Looked['contact']['properties']): number | undefined {
  if (properties.hs_sa_first_engagement_object_type === 'TASK') return undefined
  return readInstant(properties.hs_sa_first_engagement_date)
}

/**
 * When a rise of a counter happened by the date of the last attempt, which HubSpot keeps beside; `before`: before the
 * handoff began; undefined: it does not say.
 */
function attemptedAt(
  { startedAt, baseline }: Handoff,
  looked: Looked,
  property: string,
): number | 'before' | undefined {
  if (property !== ATTEMPTS) return undefined
  const { contact, history } = looked
  const known = readInstant(baseline[LAST_ATTEMPT]) ?? 0
  const now = readInstant(contact.properties[LAST_ATTEMPT])
  const values = [now, ...(history[LAST_ATTEMPT] ?? []).map(({ value }) => readInstant(value))]
  const later = values.flatMap((at) => (at !== undefined && at > known && at >= startedAt ? [at] : []))
  if (later.length > 0) return Math.min(...later)
  return Object.hasOwn(baseline, LAST_ATTEMPT) && now !== undefined && now > known ? 'before' : undefined
}

/** The values of a counter above its baseline that it had since the start, oldest first. */
function raised(versions: readonly PropertyVersion[], { startedAt, baseline }: Handoff, property: string) {
  const above = versions.filter(({ value }) => Number(value) > Number(baseline[property] ?? 0))
  const inTime = above.filter(({ at }) => at >= startedAt)
  // A clock that is a little behind ours.
  return (inTime.length > 0 ? inTime : above.slice(0, 1)).toReversed()
}

/** The first value that answers by a rule; undefined when the rule wants a person and none has set it. */
function wordSet(
  { startedAt, baseline }: Handoff,
  { history }: Looked,
  property: string,
  rule: { to?: string[] | undefined; by?: 'person' | undefined },
): { at: number | undefined } | undefined {
  const versions = history[property] ?? []
  const answers = ({ value }: PropertyVersion) =>
    rule.to ? rule.to.includes(value) : value !== (baseline[property] ?? '')
  const fits = (version: PropertyVersion) => rule.by === undefined || personSet(version)
  const inTime = versions.findLast((version) => version.at >= startedAt && answers(version) && fits(version))
  const found = inTime ?? versions.slice(0, 1).find(fits)
  return found ?? (rule.by === undefined ? { at: undefined } : undefined)
}

/** When the lead was moved to a stage of sales since the start; undefined when it was not. Baton sets none of those. */
function stageSet(handoff: Handoff, { contact, history }: Looked): { at: number | undefined } | undefined {
  if (!movedToSales(handoff, contact.properties[STAGE])) return undefined
  const versions = (history[STAGE] ?? []).filter(({ value }) => isOfSales(value))
  if (versions.length === 0) return { at: undefined }
  // Another contact's stage, which a merge brought along, is nobody's word about this clock.
  const set = versions.filter(({ at, source }) => at >= handoff.startedAt - CLOCKS_DIFFER_BY && !/^MERGE/.test(source))
  return set.at(-1)
}

/** Whether a lead has come to a stage of sales since its handoff began. */
export function movedToSales({ baseline }: Handoff, stage: string | null | undefined): boolean {
  // A handoff of an older version has nothing to compare with.
  if (!Object.hasOwn(baseline, STAGE)) return false
  return stage !== baseline[STAGE] && isOfSales(stage ?? '')
}

function isOfSales(stage: string): boolean {
  return STAGES_OF_SALES.includes(stage.toLowerCase())
}
