import { type Calendar, parseShift } from '../../src/handoffs/business-time.ts'
import { type Handoff, type HandoffDefinition, startHandoff } from '../../src/handoffs/handoff.ts'
import type { LeadRecord } from '../../src/leads/lead.ts'
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

/** The handoff of the requirements: respond within 1 h, remind at 1 h, reassign at 2 h, manager at 4 h. */
export const MQL_TO_SALES: HandoffDefinition = {
  respondWithin: { ms: HOUR },
  hours: 'business',
  ladder: [
    { at: { ms: HOUR }, do: 'remind' },
    { at: { ms: 2 * HOUR }, do: 'reassign' },
    { at: { ms: 4 * HOUR }, do: 'alert-manager' },
  ],
}

/** The same by the clock on the wall, day and night. */
export const ELAPSED: HandoffDefinition = { ...MQL_TO_SALES, hours: 'elapsed' }

/** When the rungs of a handoff that starts at `NOW` are due: 11:00, 12:00 and, because of lunch, 15:00 in New York. */
export const REMIND = NOW + HOUR
export const REASSIGN = NOW + 2 * HOUR
export const MANAGER = NOW + 5 * HOUR

/** An open handoff that `ae-1` holds in New York. */
export function started(definition: HandoffDefinition = MQL_TO_SALES, now = NOW): Handoff {
  return startHandoff({
    id: '42-1',
    leadId: '42',
    name: 'mql-to-sales',
    definition,
    route: 'tier-1-mql',
    pool: 'ae',
    holder: { rep: 'ae-1', pool: 'ae', how: 'rotation', assignmentId: '42-1-1' },
    calendarName: 'us-east',
    calendar: NEW_YORK,
    baseline: { num_contacted_notes: null },
    now,
  })
}

/** The rep that the rotation gives next. */
export function nextRep(rep: string, number = 2) {
  return { rep, pool: 'ae', assignmentId: `42-1-${number}` }
}

/** A lead as Baton keeps it: hot, complete, with pages and content. */
export function leadRecord(changes: Partial<LeadRecord> = {}): LeadRecord {
  return {
    v: 1,
    id: '42',
    portalId: '7001',
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
    lookAgainAt: null,
    handoffs: 1,
    configVersion: 'abc123',
    scoringVersion: 1,
    decisions: 1,
    ...changes,
  }
}
