import { isServiceBreach } from '../handoffs/delivery.ts'
import { ENDINGS, type Ending } from '../handoffs/endings.ts'
import { type Handoff, type HandoffEvent, holderOf, isRuled } from '../handoffs/handoff.ts'
import { RUNGS, type RungEvent } from '../handoffs/rungs.ts'
import type { Change, LeadState } from '../leads/change.ts'
import type { HistoryEntry } from '../leads/history.ts'
import { type LeadRecord, stageOf } from '../leads/lead.ts'
import { stageBefore } from '../leads/stage-moves.ts'
import { stageNow } from '../leads/stages.ts'
import { triggerNote } from '../leads/triggers.ts'
import { writeVerdict } from '../leads/verdict.ts'
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

const CUSTOMER = new Set(['customer', 'evangelist'])
const OUTCOME_STAGES = new Set<Stage>(['sql', 'opportunity', 'customer'])

/** What happened by a change of a lead, as facts; a test is none. `now` is epoch milliseconds. */
export function factsOf(before: LeadState, change: Change, now: number): Fact[] {
  const lead = change.lead ?? before.lead
  if (!lead || lead.test || change.erased) return []
  const about = { at: now, lead: lead.pseudonym, config: lead.configVersion }
  return [
    ...(change.lead ? leadFacts(before.lead, change.lead, change) : []),
    ...change.history.flatMap(triggerFact),
    ...(change.observed ? [observedFact(change.observed)] : []),
    ...shadowFact(change.shadowed),
    ...change.handoffs.flatMap((handoff) => handoffFacts(before, before.handoffs[handoff.id], handoff)),
  ].map((fact) => ({ ...about, ...fact }))
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

function leadFacts(before: LeadRecord | null, lead: LeadRecord, change: Change): Part[] {
  const facts: Part[] = []
  const where = { source: text(lead, 'leadSource'), content: contentOf(lead), route: lead.route.name }
  // One that takes over from a contact that was merged into it was seen under that one's name.
  if (!before && !lead.merged) facts.push({ type: 'seen', ...where })
  if (before?.score.band !== lead.score.band)
    facts.push({ type: 'scored', value: lead.score.total, reason: lead.score.band, route: lead.route.name })
  if ((before?.route.name !== lead.route.name || (before.archived && !lead.archived)) && !lead.adopted) {
    facts.push({ type: 'routed', ...where, reason: destination(lead), sampled: sampledOf(lead) })
  }
  if (lead.archived && lead.archived.at !== before?.archived?.at)
    facts.push({ type: 'archived', rule: lead.archived.by.name, reason: lead.archived.by.what })
  const word = lead.rejected && lead.rejected.at !== before?.rejected?.at ? lead.rejected : undefined
  const newlyOut = 'disqualify' in lead.route.to && before?.route.name !== lead.route.name
  if (word) facts.push({ type: 'disqualified', route: lead.route.name, reason: word.choice ?? 'other' })
  else if (newlyOut) facts.push({ type: 'disqualified', route: lead.route.name, reason: lead.route.name })
  const [came, went] = [stageBefore({ lead: before }, stageOf(lead.attributes)).name, stageNow(lead)]
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
      return [{ type: 'waiting' }]
    case 'started': {
      const received = state.inbox.flatMap(({ receivedAt }) => receivedAt ?? [])
      const value = received.length > 0 ? Math.max(0, event.at - Math.min(...received)) / 1_000 : undefined
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

// What an ending says stands in `OF_ENDING`.
function isEnding(what: HandoffEvent['what']): what is Ending {
  return (ENDINGS as readonly string[]).includes(what)
}

function text(lead: LeadRecord, name: string): string | undefined {
  const value = lead.attributes[name]?.value
  return value === undefined ? undefined : String(value)
}

// The newest form or page that a signal names; of an address the path alone, for its query may say who it is. What our own people
// did names none: of a deal it is its id, by which the person would be found.
function contentOf(lead: LeadRecord): string | undefined {
  const detail = lead.signals.findLast((signal) => signal.detail && signal.by !== 'sales')?.detail
  return detail?.replace(/^https?:\/\/[^/]+/, '').replace(/[?#].*$/, '')
}
