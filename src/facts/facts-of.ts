import { isServiceBreach } from '../handoffs/delivery.ts'
import { ENDINGS, type Ending } from '../handoffs/endings.ts'
import { type Handoff, type HandoffEvent, holderOf, isRuled } from '../handoffs/handoff.ts'
import { RUNGS, type RungEvent } from '../handoffs/rungs.ts'
import type { Change, LeadState } from '../leads/change.ts'
import { accountKey } from '../leads/company-key.ts'
import type { HistoryEntry } from '../leads/history.ts'
import { isInHubSpot, type LeadRecord, stageOf } from '../leads/lead.ts'
import { stageBefore } from '../leads/stage-moves.ts'
import { stageNow } from '../leads/stages.ts'
import { triggerNote } from '../leads/triggers.ts'
import { writeVerdict } from '../leads/verdict.ts'
import type { Signal } from '../rules/attributes.ts'
import { STAGES, type Stage } from '../rules/stages.ts'
import type { Fact, FactType } from './fact.ts'

// How an ending counts. A rep's answer is a fact of its own, so that a lead was reached says nothing new.
const OF_ENDING: Record<Ending, FactType | null> = {
  qualified: 'accepted',
  accepted: 'accepted',
  done: null,
  returned: 'recycled',
  recycled: 'recycled',
  rejected: 'rejected',
  disqualified: 'disqualified',
  'taken-over': 'ended',
  released: 'ended',
  expired: 'ended',
  archived: 'ended',
  missing: 'ended',
  merged: null,
}

// More than that within one look is a programme's doing.
const MOST_AT_ONCE = 25
const MONTH = 30 * 24 * 60 * 60_000

const CUSTOMER = new Set(['customer', 'evangelist'])
const OUTCOME_STAGES = new Set<Stage>(['sql', 'opportunity', 'customer'])

// What is counted by source, and by company.
const WITH_SOURCE = new Set<FactType>(['assigned', 'accepted', 'rejected', 'recycled', 'disqualified'])
const WITH_ACCOUNT = new Set<FactType>(['seen', 'signal', 'trigger', 'triggered', 'assigned', 'outcome'])

/** What happened by a change of a lead, as facts; a test is none. `now` is epoch milliseconds; `digest` makes of a company what stands for it in them. */
export function factsOf(before: LeadState, change: Change, now: number, digest: (company: string) => string): Fact[] {
  const lead = change.lead ?? before.lead
  if (!lead || lead.test || change.erased) return []
  const about = { at: now, lead: lead.pseudonym, config: lead.configVersion }
  const source = text(lead, 'leadSource')
  const company = accountKey(lead)
  const account = company && digest(company)
  return [
    ...(change.lead ? leadFacts(before, change.lead, change, now) : []),
    ...(change.lead ? signalFacts(before.lead, change.lead) : []),
    ...change.history.flatMap(triggerFact),
    ...change.history.flatMap(({ what, at }): Part[] => (what === 'stuck-act' ? [{ type: 'acted', at }] : [])),
    ...(change.observed ? [observedFact(change.observed)] : []),
    ...shadowFact(change.shadowed),
    ...change.handoffs.flatMap((handoff) => handoffFacts(before, before.handoffs[handoff.id], handoff)),
    ...lackedFacts(before, change, lead),
  ].map((fact) => ({
    ...about,
    ...(WITH_SOURCE.has(fact.type) ? { source } : {}),
    ...(WITH_ACCOUNT.has(fact.type) ? { account } : {}),
    ...fact,
  }))
}

/** What sales needs and did not know when a lead was handed over, or was held for it. */
function lackedFacts(before: LeadState, { handoffs }: Change, { missing }: LeadRecord): Part[] {
  const begun = handoffs.filter((one) => one.byRoute && !before.handoffs[one.id] && !one.formerly)
  return begun.flatMap(({ id, leadId, kind, route, pool }) =>
    missing.map((rule) => ({ type: 'lacked', rule, handoff: id.slice(leadId.length + 1), kind, route, pool })),
  )
}

function observedFact({ route, kind, pool, rep }: NonNullable<Change['observed']>): Part {
  return { type: 'observed', route, kind, pool, ...(rep === null ? {} : { rep }) }
}

function shadowFact(shadowed: Change['shadowed']): Part[] {
  if (!shadowed || shadowed.failed || !shadowed.differs) return []
  const { from, to } = shadowed.differs
  return [{ type: 'shadowed', shadow: shadowed.version, from: writeVerdict(from), to: writeVerdict(to) }]
}

function triggerFact(entry: HistoryEntry): Part[] {
  const note = triggerNote(entry)
  if (!note || note.what === 'not-followed-up') return []
  return [{ type: 'triggered', at: note.at, rule: note.rule, reason: note.what === 'triggered' ? 'fired' : note.what }]
}

// The text of a disqualification may hold what a lead wrote, so the route's name has to do.
function destination({ route }: LeadRecord): string {
  if ('pool' in route.to) return `pool ${route.to.pool}`
  return 'nurture' in route.to ? `nurture ${route.to.nurture}` : 'disqualify'
}

function sampledOf({ route }: LeadRecord): string | undefined {
  return route.sampled && String(route.sampled.share)
}

// `at` where it is not the present instant.
type Part = Omit<Fact, 'at' | 'lead' | 'config'> & { at?: number }

function leadFacts(state: LeadState, lead: LeadRecord, change: Change, now: number): Part[] {
  const before = state.lead
  const facts: Part[] = []
  const where = { source: text(lead, 'leadSource'), content: contentOf(lead), route: lead.route.name }
  // One that takes over from a contact that was merged into it was seen under that one's name.
  const [came, went] = [stageBefore({ lead: before }, stageOf(lead.attributes)).name, stageNow(lead)]
  if (!before && !lead.merged)
    facts.push({ type: 'seen', ...where, stage: came, ...(lead.adopted ? { reason: 'adopted' } : {}) })
  if (before?.score.band !== lead.score.band)
    facts.push({ type: 'scored', value: lead.score.total, reason: lead.score.band, route: lead.route.name })
  if ((before?.route.name !== lead.route.name || (before.archived && !lead.archived)) && !lead.adopted) {
    facts.push({
      type: 'routed',
      ...where,
      reason: destination(lead),
      sampled: sampledOf(lead),
      value: secondsSinceReceived(state, now),
    })
  }
  if (lead.archived && lead.archived.at !== before?.archived?.at)
    facts.push({ type: 'archived', rule: lead.archived.by.name, reason: lead.archived.by.what })
  const gone = before && goneBy(before, lead)
  if (gone) facts.push({ type: 'gone', reason: gone })
  const word = lead.rejected && lead.rejected.at !== before?.rejected?.at ? lead.rejected : undefined
  const newlyOut = 'disqualify' in lead.route.to && before?.route.name !== lead.route.name
  if (word) facts.push({ type: 'disqualified', route: lead.route.name, reason: word.choice ?? 'other' })
  else if (newlyOut) facts.push({ type: 'disqualified', route: lead.route.name, reason: lead.route.name })
  if (came !== went) facts.push({ type: 'stage', stage: went, reason: came })
  const reached = came !== went && OUTCOME_STAGES.has(went) ? STAGES[went] : null
  const isLost = before && CUSTOMER.has(stageOf(before.attributes)) && !CUSTOMER.has(stageOf(lead.attributes))
  const outcome = reached ?? (isLost ? 'churn' : undefined)
  if (outcome) facts.push({ type: 'outcome', stage: outcome, source: where.source })
  for (const [source, { status }] of Object.entries(lead.enrichment)) {
    if (change.decision && before?.enrichment[source]?.status !== status)
      facts.push({ type: 'enrichment', source, reason: status })
  }
  return facts
}

// An archived lead and one that HubSpot has no longer stand in no stage's list.
function goneBy(before: LeadRecord, lead: LeadRecord): string | undefined {
  const isListed = (one: LeadRecord) => !one.archived && isInHubSpot(one)
  if (isListed(before) === isListed(lead)) return undefined
  if (isListed(lead)) return 'back'
  return lead.mergedInto !== undefined ? 'merged' : lead.missingSince !== undefined ? 'missing' : undefined
}

function handoffFacts(state: LeadState, before: Handoff | undefined, handoff: Handoff): Part[] {
  // What a merged contact brings along was told under its own name.
  if (!before && handoff.formerly) return []
  const fresh = handoff.events.slice(before?.events.length ?? 0)
  // One that waited begins its events anew when somebody takes it.
  const taken = before?.state === 'waiting' && handoff.holders.length > 0
  const events = taken ? handoff.events : fresh
  const about = {
    handoff: handoff.id.slice(handoff.leadId.length + 1),
    kind: handoff.kind,
    pool: (holderOf(handoff)?.pool ?? handoff.pool) || undefined,
    rep: holderOf(handoff)?.rep,
    route: handoff.route,
  }
  const facts: Part[] = events.flatMap((event) => eventFact(state, handoff, event))
  if (!before && isRuled(handoff)) facts.unshift({ type: 'trigger', rule: handoff.route })
  if (handoff.breachedAt !== undefined && before?.breachedAt === undefined)
    facts.push({ type: 'breached', ...(isServiceBreach(handoff) ? { reason: 'undelivered' } : {}) })
  if (handoff.breachedAt === undefined && before?.breachedAt !== undefined)
    facts.push({ type: 'corrected', reason: 'breached' })
  if (handoff.passOn?.by && !before?.passOn) facts.push({ type: 'passed-on' })
  facts.push(...stepFacts(before?.plan, handoff.plan))
  const ending = handoff.ended && !before?.ended ? OF_ENDING[handoff.ended.how] : null
  // That a person took the lead out is a fact of the lead.
  if (ending && ending !== 'disqualified')
    facts.push({ type: ending, reason: handoff.ended?.choice ?? handoff.ended?.how })
  return facts.map((fact) => ({ ...about, ...fact }))
}

// The events of steps are for people; what their plan says is what is counted.
function stepFacts(before: Handoff['plan'], plan: Handoff['plan']): Part[] {
  const fresh = plan?.steps.filter((step, at) => step.how && !before?.steps[at]?.how) ?? []
  const facts: Part[] = fresh.map(({ name, how }) => ({ type: 'step', rule: name, reason: how }))
  if (plan?.pausedAt !== undefined && before?.pausedAt === undefined) facts.push({ type: 'step', reason: 'paused' })
  if (plan?.pausedAt === undefined && before?.pausedAt !== undefined) facts.push({ type: 'step', reason: 'resumed' })
  return facts
}

function eventFact(state: LeadState, handoff: Handoff, event: HandoffEvent): Part[] {
  const { what } = event
  if (isEnding(what)) return []
  const rung = Object.values(RUNGS).find((row) => row.event === what)
  if (rung) return [{ type: rung.fact, rep: event.rep }]
  switch (what as Exclude<typeof what, RungEvent>) {
    case 'waiting':
      return [{ type: 'waiting', ...(handoff.lacks ? { reason: 'held' } : {}) }]
    case 'started': {
      const value = secondsSinceReceived(state, event.at)
      return [{ type: 'assigned', rep: event.rep, reason: handoff.holders[0]?.how, value }]
    }
    case 'passed-on':
    case 'owner-changed':
    case 'owner-cleared':
    case 'handed-on':
    case 'unreachable':
    case 'assigned':
    case 'reopened':
      // That the owner was cleared names nobody yet.
      return event.rep ? [{ type: 'assigned', rep: event.rep, reason: event.what }] : []
    case 'contacted':
    case 'seen-in-hubspot': {
      const reason = handoff.answered?.evidence === 'unclear' ? 'unclear' : event.what
      const rep = event.rep === undefined ? {} : { rep: event.rep }
      return [{ type: 'answered', at: event.at, ...rep, value: handoff.answered?.minutes, reason }]
    }
    case 'undone':
      return [{ type: 'undone' }]
    case 'snoozed':
      return [{ type: 'snoozed', rep: event.rep }]
    case 'attempts-reminded':
      return [{ type: 'reminded', rep: event.rep, reason: 'attempts' }]
    case 'lead-acted':
    case 'came-back':
    case 'nobody-left':
    case 'owner-stays':
    case 'not-told':
    case 'told-late':
    case 'manager-told':
    case 'reason-asked':
    case 'reason-given':
    case 'sent-on':
    case 'step':
    case 'steps-paused':
    case 'steps-resumed':
    case 'steps-finished':
      return []
  }
}

// Since the first of what came in was received; undefined where nothing did.
function secondsSinceReceived({ inbox }: LeadState, at: number): number | undefined {
  const received = inbox.flatMap(({ receivedAt }) => receivedAt ?? [])
  return received.length > 0 ? Math.max(0, at - Math.min(...received)) / 1_000 : undefined
}

// What an ending says stands in `OF_ENDING`.
function isEnding(what: HandoffEvent['what']): what is Ending {
  return (ENDINGS as readonly string[]).includes(what)
}

function text(lead: LeadRecord, name: string): string | undefined {
  const value = lead.attributes[name]?.value
  return value === undefined ? undefined : String(value)
}

// The newest form or page that a signal names. What our own people did names none: of a deal it is its id, by which the person would be found.
function contentOf(lead: LeadRecord): string | undefined {
  return pathOf(lead.signals.findLast((signal) => signal.detail && signal.by !== 'sales')?.detail)
}

// Of an address the path alone, for its query may say who it is.
function pathOf(detail: string | undefined): string | undefined {
  return detail?.replace(/^https?:\/\/[^/]+/, '').replace(/[?#].*$/, '')
}

/**
 * What the lead has done that was not known before: each form, page or kind of act once. One without a name by which engagement did not rise,
 * such as a mail opened again, counts once a month.
 */
function signalFacts(before: LeadRecord | null, lead: LeadRecord): Part[] {
  // What a merged contact had done was told under its own name.
  if (lead.merged?.length !== before?.merged?.length) return []
  const known = new Set(before?.signals.map(({ id }) => id))
  const fresh = lead.signals.filter(({ id, by }) => !known.has(id) && by !== 'sales')
  const rise = Math.max(0, lead.score.engagement - (before?.score.engagement ?? 0))
  const isAgain = ({ type, at }: Signal) =>
    lead.signals.some((one) => known.has(one.id) && one.type === type && one.at > at - MONTH)
  const told = new Map<string, Part>()
  for (const signal of fresh) {
    const value = signal === fresh.at(-1) && rise > 0 ? rise : undefined
    const content = pathOf(signal.detail)
    if (!content && value === undefined && isAgain(signal)) continue
    told.set(`${signal.type}\t${content}`, { type: 'signal', at: signal.at, rule: signal.type, content, value })
  }
  return [...told.values()].slice(-MOST_AT_ONCE)
}
