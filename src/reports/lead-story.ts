import type { KeptFact } from '../facts/fact.ts'

/*
 * What became of a lead, read from its facts once, so that every part of the report counts the same.
 */

const DAY = 24 * 60 * 60_000
// Five business days of attempts, and the weekend: who is not decided on by then does not count as accepted.
const DECIDED_WITHIN = 7 * DAY

/** Who had a handoff, from when on, and how they came to it. */
export interface Held {
  rep: string
  since: number
  how: string
}

/** A handoff as its facts tell it. `toSales`: sales has the lead by it; `isMql`: the lead was an MQL when it began; `wasSql`: sales had taken it on before. */
export interface HandoffStory {
  kind: string
  pool: string
  startedAt: number
  /** Seconds from what led to it, or from when it began to wait for a rep, until a rep had it. */
  routedIn: number | undefined
  holders: Held[]
  answered?: { at: number; rep: string | undefined; minutes: number | undefined }
  breached?: { rep: string | undefined; isService: boolean }
  over?: { at: number; how: Over; reason: string }
  toSales: boolean
  isMql: boolean
  wasSql: boolean
}

/** How a handoff was over: taken on, not wanted, not reached or sent back, out by a person's word, or otherwise. */
export type Over = 'accepted' | 'rejected' | 'recycled' | 'disqualified' | 'ended'

/** A handoff that nobody has yet. `isHeld`: the lead lacks what sales needs, and nobody is asked to take it. */
export interface Waiting {
  pool: string
  since: number
  isHeld: boolean
}

/** A lead. Instants are epoch milliseconds; `newAt` is absent of one that was there before Baton came. */
export interface LeadStory {
  newAt?: number | undefined
  /** Where it came from, in HubSpot's words; '' where nobody knows. */
  source: string
  /** When it became an MQL, each time. */
  mqlAts: number[]
  /** When sales took it on, or HubSpot showed it as an SQL: the first time. The same of the others. */
  sqlAt: number | undefined
  opportunityAt: number | undefined
  customerAt: number | undefined
  /** When it first went on by sales: as an SQL, or at once further. */
  wonOverAt: number | undefined
  handoffs: HandoffStory[]
  /** Its handoffs that wait for somebody to take them: of which pool, and since when. */
  waiting: Waiting[]
  facts: readonly KeptFact[]
}

/** Reads the story of a lead from its facts, which come by time. `salesKinds`: the kinds by which sales has a lead. */
export function leadStory(facts: readonly KeptFact[], salesKinds: ReadonlySet<string>): LeadStory {
  const firstOutcome = (stage: string) => facts.find((fact) => fact.type === 'outcome' && fact.stage === stage)?.at
  const accepted = facts.find(({ type, kind }) => type === 'accepted' && kind !== undefined && salesKinds.has(kind))
  const [sqlAt, opportunityAt, customerAt] = [
    earliest(accepted?.at, firstOutcome('salesqualifiedlead')),
    firstOutcome('opportunity'),
    firstOutcome('customer'),
  ]
  const wonOverAt = earliest(sqlAt, opportunityAt, customerAt)
  const seen = facts.find(({ type }) => type === 'seen')
  // Of one that was there before Baton came nothing is decided at its first sight.
  const isNew = seen?.reason !== 'adopted' && facts.some(({ type, at }) => type === 'routed' && at === seen?.at)
  const newAt = isNew ? seen?.at : undefined
  const stages = facts.filter(({ type }) => type === 'stage')
  const { handoffs, waiting } = handoffsOf(facts)
  return {
    newAt,
    source:
      facts.findLast(({ type, source }) => (type === 'seen' || type === 'routed') && source !== undefined)?.source ??
      '',
    mqlAts: [
      ...(newAt !== undefined && seen?.stage === 'mql' ? [newAt] : []),
      ...stages.flatMap(({ stage, at }) => (stage === 'mql' ? [at] : [])),
    ],
    sqlAt,
    opportunityAt,
    customerAt,
    wonOverAt,
    handoffs: handoffs.map((handoff) => ({
      ...handoff,
      toSales: salesKinds.has(handoff.kind),
      isMql: stageAt(stages, seen, handoff.startedAt) === 'mql',
      wasSql: wonOverAt !== undefined && wonOverAt < handoff.startedAt,
    })),
    waiting,
    facts,
  }
}

/** The first handoff of these to sales in which the lead was not theirs before: that it was handed over. */
export function handedOver({ handoffs }: LeadStory, isOf: (at: number) => boolean): HandoffStory | undefined {
  return handoffs.find(({ toSales, wasSql, startedAt }) => toSales && !wasSql && isOf(startedAt))
}

/** How a lead stands that was handed over: it may still be accepted for a week, unless somebody said no. `now` is epoch milliseconds. */
export function verdictOn(
  { wonOverAt }: LeadStory,
  { over, startedAt }: HandoffStory,
  now: number,
): 'accepted' | 'declined' | 'open' {
  if (wonOverAt !== undefined && wonOverAt >= startedAt) return 'accepted'
  return over || now - startedAt >= DECIDED_WITHIN ? 'declined' : 'open'
}

// What the stage was, by what moved it before, else at its first sight, else by what it came from afterwards; undefined where nobody knows.
function stageAt(stages: readonly KeptFact[], seen: KeptFact | undefined, at: number): string | undefined {
  return stages.findLast((fact) => fact.at <= at)?.stage ?? seen?.stage ?? stages[0]?.reason
}

function earliest(...instants: (number | undefined)[]): number | undefined {
  const known = instants.filter((at) => at !== undefined)
  return known.length > 0 ? Math.min(...known) : undefined
}

type Draft = Omit<HandoffStory, 'toSales' | 'isMql' | 'wasSql'>

function handoffsOf(facts: readonly KeptFact[]): { handoffs: Draft[]; waiting: Waiting[] } {
  const drafts = new Map<string, Draft>()
  const waiting = new Map<string, Waiting>()
  for (const fact of facts) {
    if (fact.type === 'disqualified') {
      // It says nothing of a handoff: all are over.
      waiting.clear()
      if (isPersonsWord(fact))
        for (const draft of drafts.values())
          draft.over ??= { at: fact.at, how: 'disqualified', reason: fact.reason ?? '' }
      continue
    }
    if (fact.type === 'gone' && fact.reason !== 'back') waiting.clear()
    if (fact.handoff === undefined) continue
    const draft = drafts.get(fact.handoff)
    if (!draft) {
      if (fact.type === 'waiting') waiting.set(fact.handoff, waitOf(fact))
      if (isOver(fact.type)) waiting.delete(fact.handoff)
      if (fact.type !== 'assigned') continue
      const waited = waiting.get(fact.handoff)
      waiting.delete(fact.handoff)
      drafts.set(fact.handoff, {
        ...{ kind: fact.kind ?? '', pool: fact.pool ?? '', startedAt: fact.at },
        routedIn: waited === undefined ? fact.value : (fact.at - waited.since) / 1_000,
        holders: [heldBy(fact)],
      })
      continue
    }
    note(draft, fact)
  }
  return { handoffs: [...drafts.values()], waiting: [...waiting.values()] }
}

/** What a fact of the type `waiting` says. */
export function waitOf({ pool = '', at, reason }: KeptFact): Waiting {
  return { pool, since: at, isHeld: reason === 'held' }
}

function note(draft: Draft, fact: KeptFact): void {
  const { type, at, rep, reason = '' } = fact
  // One that is begun anew is over no more.
  if (type === 'assigned' && reason === 'reopened') delete draft.over
  if ((type === 'assigned' || type === 'reassigned') && rep !== undefined) draft.holders.push(heldBy(fact))
  if (type === 'answered') draft.answered ??= { at, rep, minutes: fact.value }
  if (type === 'breached') draft.breached ??= { rep, isService: reason === 'undelivered' }
  if (isOver(type)) draft.over ??= { at, how: type, reason }
}

function isOver(type: KeptFact['type']): type is Exclude<Over, 'disqualified'> {
  return type === 'accepted' || type === 'rejected' || type === 'recycled' || type === 'ended'
}

function heldBy({ rep = '', at, type, reason = '' }: KeptFact): Held {
  return { rep, since: at, how: type === 'reassigned' ? type : reason }
}

/** Whether a person took the lead out, and not a rule: a rule is named by its route. */
export function isPersonsWord({ reason, route }: KeptFact): boolean {
  return reason !== route
}
