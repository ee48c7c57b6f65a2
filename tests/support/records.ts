import { type Calendar, parseShift } from '../../src/handoffs/business-time.ts'
import type { Ending } from '../../src/handoffs/endings.ts'
import { type Answer, answerHandoff, endHandoff, type Handoff } from '../../src/handoffs/handoff.ts'
import type { Attempts, HandoffKind } from '../../src/handoffs/kinds.ts'
import { type HandoffOrder, startHandoff } from '../../src/handoffs/start.ts'
import type { Change, Choice, Gathered, InboxItem, Input, LeadState, NextConfig } from '../../src/leads/change.ts'
import type { LeadRecord } from '../../src/leads/lead.ts'
import { next } from '../../src/leads/next.ts'
import type { Properties } from '../../src/leads/observe.ts'
import type { LeadReading } from '../../src/leads/reading.ts'
import type { Beside } from '../../src/leads/record.ts'
import type { Attributes, AttributeValue, Signal } from '../../src/rules/attributes.ts'
import type { AttributeTest, Condition, Lookup } from '../../src/rules/condition.ts'
import { instant } from './business-time-vectors.ts'

export const SECOND = 1_000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** Wednesday 18 November 2026, 10:00 in New York. */
export const NOW = instant('2026-11-18T15:00:00Z')

/** Known attributes by name, all from one source. */
export function facts(values: Record<string, AttributeValue>): Attributes {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value, source: 'test' }]))
}

/** A lookup over plain values; a name that is not there is unknown. */
export function lookupIn(values: Record<string, AttributeValue>): Lookup {
  return (name) => (Object.hasOwn(values, name) ? values[name] : undefined)
}

/** A condition on one attribute. */
export function when(attribute: string, test: AttributeTest): Condition {
  return { kind: 'test', attribute, test }
}

/** Signals of a type, each so many milliseconds before `NOW`. */
export function signalsAgo(type: string, ...ages: number[]): Signal[] {
  return ages.map((age, index) => ({ id: `${type}-${index}`, type, at: NOW - age }))
}

/** The facts of a lead that reaches all 50 points of fit with the default config. */
export const BEST_FIT = facts({
  jobTitle: 'VP Marketing',
  'company.size': 240,
  'company.industry': 'Computer Software',
  'leadSource.detail': 'webinar',
})

/** Weekdays in New York with a lunch break; Thanksgiving, Christmas and the afternoon before it are closed. */
export const NEW_YORK: Calendar = {
  timeZone: 'America/New_York',
  hours: Object.fromEntries(
    ['mon', 'tue', 'wed', 'thu', 'fri'].map((day) => [day, [parseShift('09:00-12:00'), parseShift('13:00-17:30')]]),
  ),
  holidays: ['2026-11-26', '2026-12-25'],
  overrides: { '2026-12-24': [parseShift('09:00-12:00')] },
}

/** What a kind is that routes start, beside its clock. */
export const BY_ROUTE: Omit<HandoffKind, 'respondWithin' | 'hours' | 'ladder'> = {
  withSales: true,
  starts: [],
  tells: [],
  buttons: [],
  on: {},
}

/** What a kind is that a signal starts for a pool. */
export const bySignal = (signal: string, pool: string): typeof BY_ROUTE => ({
  ...BY_ROUTE,
  withSales: false,
  starts: [{ signal }],
  to: { pool },
})

/** The handoff of the requirements: respond within 1 h, remind at 1 h, reassign at 2 h, manager at 4 h. */
export const MQL_TO_SALES: HandoffKind = {
  ...BY_ROUTE,
  respondWithin: { ms: HOUR },
  hours: 'business',
  ladder: [
    { at: { ms: HOUR }, do: 'remind' },
    { at: { ms: 2 * HOUR }, do: 'reassign' },
    { at: { ms: 4 * HOUR }, do: 'alert-manager' },
  ],
}

/** The same by the clock on the wall, day and night. */
export const ELAPSED: HandoffKind = { ...MQL_TO_SALES, hours: 'elapsed' }

/** When the rungs of a handoff that starts at `NOW` are due: 11:00, 12:00 and, because of lunch, 15:00 in New York. */
export const REMIND = NOW + HOUR
export const REASSIGN = NOW + 2 * HOUR
export const MANAGER = NOW + 5 * HOUR

/** An open handoff that `ae-1` holds in New York. */
export function started(kind: HandoffKind = MQL_TO_SALES, now = NOW): Handoff {
  return startHandoff(
    ORDER,
    kind,
    { rep: 'ae-1', pool: 'ae', how: 'rotation', assignmentId: '42-1-1' },
    { name: 'us-east', calendar: NEW_YORK },
    now,
  )
}

/** What the handoff of these tests is begun with. */
export const ORDER: HandoffOrder = {
  id: '42-1',
  leadId: '42',
  kind: 'mql-to-sales',
  byRoute: true,
  route: 'tier-1-mql',
  pool: 'ae',
  baseline: { num_contacted_notes: null },
}

/** After an answer the rep has five business days to reach the lead, by three attempts. */
export const ATTEMPTS: Attempts = {
  count: 3,
  within: { businessDays: 5 },
  answered: when('leadStatus', { is: 'CONNECTED' }),
  then: { nurture: 'signal-based' },
}

/** The handoff once its rep, who works in New York, has contacted the lead. */
export function answered(
  handoff: Handoff,
  at: number,
  how: Answer = 'contacted',
  attempts: Attempts | null = ATTEMPTS,
): Handoff {
  const by = how === 'contacted' ? 'U0000AE1' : undefined
  const after = answerHandoff(handoff, { at, how, by }, attempts ?? undefined, { clock: NEW_YORK, holder: NEW_YORK })
  if (!after) throw new Error(`handoff ${handoff.id} is not open`)
  return after
}

/** The handoff after its end. */
export function ended(handoff: Handoff, at: number, how: Ending, more: { by?: string; reason?: string } = {}): Handoff {
  const after = endHandoff(handoff, { at, how, ...more })
  if (!after) throw new Error(`handoff ${handoff.id} has ended already`)
  return after
}

/** The rep that the rotation gives next. */
export function nextRep(rep: string, number = 2) {
  return { rep, pool: 'ae', assignmentId: `42-1-${number}` }
}

/** A lead as Baton keeps it: hot, complete, with pages and content. */
export function leadRecord(changes: Partial<LeadRecord> = {}): LeadRecord {
  return {
    v: 2,
    id: '42',
    portalId: '7001',
    pseudonym: 'lead-a',
    createdAt: NOW - 30 * DAY,
    attributes: facts({
      firstName: 'Dana',
      lastName: 'Ruiz',
      jobTitle: 'VP Marketing',
      country: 'Spain',
      'company.name': 'Northwind',
      'company.size': 240,
      'company.industry': 'computer software',
      'leadSource.detail': 'webinar',
      lifecycleStage: 'lead',
    }),
    properties: {},
    company: null,
    readBy: 'abc123',
    counters: {},
    signals: [
      { id: 'p1', type: 'pricing_page_viewed', at: NOW - DAY, detail: 'https://www.example.com/pricing?plan=pro' },
      { id: 'p2', type: 'pricing_page_viewed', at: NOW - HOUR, detail: 'https://www.example.com/pricing' },
      { id: 'c1', type: 'content_downloaded', at: NOW - HOUR, detail: 'Routing guide' },
    ],
    pages: { views: 9, last: 'https://www.example.com/pricing' },
    enrichment: {},
    missing: [],
    needsReview: false,
    score: {
      total: 85,
      fit: 50,
      engagement: 35,
      band: 'hot',
      mql: true,
      tier: 1,
      at: NOW,
      reasons: ['+20 company size tier 1', '+20 demo requested', '+15 buyer persona'],
    },
    route: { name: 'tier-1-mql', to: { pool: 'ae' }, reason: 'tier-1-mql: score 85', at: NOW },
    wakeAt: null,
    handoffs: { 'mql-to-sales': '42-1' },
    handoffCount: 1,
    outcomes: {},
    configVersion: 'abc123',
    rulesVersion: 1,
    decisions: 1,
    ...changes,
  }
}

/** What was read of a month-old contact that fits and has asked for a demo. */
export function leadReading(changes: Partial<LeadReading> = {}): LeadReading {
  return {
    id: '42',
    createdAt: NOW - 30 * DAY,
    portalId: '7001',
    attributes: BEST_FIT,
    properties: {},
    company: null,
    readBy: 'v2',
    signals: signalsAgo('demo_requested', 0),
    counters: { hs_email_open: '3' },
    pages: { views: 4 },
    enrichment: { apollo: { status: 'matched', at: NOW } },
    overBudget: false,
    enrichmentFailed: false,
    companyUnread: false,
    ...changes,
  }
}

/** Beside a decision nothing else happened. */
export const BESIDE: Beside = {
  pseudonym: 'fresh',
  begun: [],
  marks: {},
  triggersDueAt: null,
  waiting: false,
  nextPlannedAt: null,
  rejected: undefined,
  overruledStatus: undefined,
  ended: undefined,
  adopted: undefined,
  outcomes: {},
  stageSetBack: undefined,
  stage: undefined,
  returning: undefined,
  answers: undefined,
  version: 'v2',
  rulesVersion: 2,
}

/** A lead as it stands, with everything that Baton keeps of it; handoffs by their own ids. */
export function leadState(
  lead: LeadRecord | null = leadRecord(),
  handoffs: Handoff[] = [],
  more: Partial<Pick<LeadState, 'id' | 'messages' | 'inbox' | 'written'>> = {},
): LeadState {
  return {
    id: lead?.id ?? '42',
    lead,
    handoffs: Object.fromEntries(handoffs.map((handoff) => [handoff.id, handoff])),
    messages: {},
    inbox: [],
    written: {},
    freshPseudonym: 'fresh',
    ...more,
  }
}

/** The properties of a contact that reaches all 50 points of fit, with the company below. */
export const FITTING: Properties = {
  firstname: 'Dana',
  lastname: 'Ruiz',
  jobtitle: 'VP Marketing',
  lifecyclestage: 'lead',
  hs_analytics_source_data_1: 'webinar',
}
const NORTHWIND: Properties = { name: 'Northwind', numberofemployees: '240', industry: 'COMPUTER_SOFTWARE' }

/** What was read of contact 42, who is a month old. */
export function gathered(properties: Properties = FITTING, more: Partial<Gathered> = {}): Gathered {
  return {
    contact: { id: '42', createdAt: NOW - 30 * DAY, properties },
    company: NORTHWIND,
    found: {},
    outcomes: {},
    history: {},
    ...more,
  }
}

/** The history of properties that a person has just set in HubSpot, to whatever they are. */
export function setByPersonJustNow(...properties: string[]): Pick<Gathered, 'history'> {
  const version = { value: '', at: NOW, source: 'CRM_UI', sourceId: 'userId:80011' }
  return { history: Object.fromEntries(properties.map((property) => [property, [version]])) }
}

/** The contact was read, see `gathered`. */
export function contactRead(properties: Properties = FITTING, more: Partial<Gathered> = {}): Input {
  return { type: 'contact', gathered: gathered(properties, more) }
}

/** A signal that waits in a lead's inbox. */
export function signalCame(type: string, at: number, more: { id?: string; detail?: string } = {}): InboxItem {
  return { kind: 'signal', signal: { id: `api-${type}-${at}`, type, at, ...more }, receivedAt: at }
}

/** What becomes of a lead by an input, where everybody who is wanted is `rep`; null: nobody is free. */
export function changeBy(
  config: NextConfig,
  state: LeadState,
  input: Input,
  now = NOW,
  rep: string | null = 'ae-1',
): Change | null {
  const reserved: Record<string, Choice> = {}
  for (;;) {
    const answer = next(config, state, input, now, reserved)
    if (answer === null || !('wanted' in answer)) return answer
    const { assignmentId, pool } = answer.wanted
    if (reserved[assignmentId]) throw new Error(`${assignmentId} was wanted twice`)
    reserved[assignmentId] = { assignmentId, rep, pool, owner: false, candidates: [] }
  }
}

/** The same where a change is certain. */
export function changed(...input: Parameters<typeof changeBy>): Change {
  const change = changeBy(...input)
  if (!change) throw new Error('nothing has changed')
  return change
}

/** The state once a change is committed; its inbox is empty then. */
export function stateAfter(state: LeadState, change: Change): LeadState {
  return {
    ...state,
    lead: change.lead ?? state.lead,
    handoffs: { ...state.handoffs, ...Object.fromEntries(change.handoffs.map((handoff) => [handoff.id, handoff])) },
    messages: change.messages ?? state.messages,
    inbox: [],
  }
}
