import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import type { Handoff } from '../../../src/handoffs/handoff.ts'
import { waitingHandoff } from '../../../src/handoffs/start.ts'
import { decide, type Standing } from '../../../src/leads/decision.ts'
import type { LeadRecord } from '../../../src/leads/lead.ts'
import { type Beside, decidedRecord, rescoredRecord, withOutcome } from '../../../src/leads/record.ts'
import {
  BESIDE,
  BEST_FIT,
  DAY,
  facts,
  HOUR,
  leadReading,
  leadRecord,
  MINUTE,
  NOW,
  ORDER,
  signalsAgo,
  started,
} from '../../support/records.ts'

const config = await loadConfig('config', NOW)
const FREE: Standing = { withSales: false, rejected: false }
const REACHED: Standing = { withSales: true, rejected: false }

function recordOf(
  reading = leadReading(),
  {
    previous = null,
    standing = FREE,
    ...beside
  }: { previous?: LeadRecord | null; standing?: Standing } & Partial<Beside> = {},
): LeadRecord {
  return decidedRecord(previous, reading, decide(config, reading, standing, NOW), { ...BESIDE, ...beside }, NOW)
}

describe('the record after a decision', () => {
  it('has what was read, decided and started', () => {
    const reading = leadReading()
    const record = recordOf(reading, { begun: [started()] })
    const { attributes, signals, counters, pages, enrichment } = reading
    expect(record).toMatchObject({ v: 2, id: '42', attributes, signals, counters, pages, enrichment })
    expect(record).toMatchObject({
      portalId: '7001',
      pseudonym: 'fresh',
      handoffs: { 'mql-to-sales': '42-1' },
      handoffCount: 1,
      missing: [],
      needsReview: false,
      wakeAt: NOW + 30 * DAY,
      configVersion: 'v2',
      rulesVersion: 2,
      score: { total: 70, at: NOW },
      route: { name: 'tier-1-mql', at: NOW },
      decisions: 1,
    })
    for (const absent of ['rejected', 'ended', 'overruledStatus', 'merged']) expect(record).not.toHaveProperty(absent)
  })

  it('keeps the last handoffs, how many there were, and who the lead is among the facts', () => {
    const previous = leadRecord({ handoffs: { 'mql-to-sales': '42-2', trial: '42-3' }, handoffCount: 3 })
    expect(recordOf(leadReading(), { previous })).toMatchObject({
      handoffs: { 'mql-to-sales': '42-2', trial: '42-3' },
      handoffCount: 3,
      pseudonym: 'lead-a',
    })
    const begun: Handoff[] = [{ ...started(), id: '42-4' }]
    expect(recordOf(leadReading(), { previous, begun })).toMatchObject({
      handoffs: { 'mql-to-sales': '42-4', trial: '42-3' },
      handoffCount: 4,
    })
  })

  it('keeps a person’s word', () => {
    const rejected = { by: 'U1', reason: 'competitor', at: NOW - DAY }
    const standing = { withSales: false, rejected: true }
    expect(recordOf(leadReading(), { previous: leadRecord(), standing, rejected })).toMatchObject({ rejected })
  })

  it('keeps the contacts that were merged into it', () => {
    expect(recordOf(leadReading(), { previous: leadRecord({ merged: ['7', '8'] }) }).merged).toEqual(['7', '8'])
  })

  it.each<[string, ReturnType<typeof leadReading>, Standing, LeadRecord['ended']]>([
    [
      'as long as it rests',
      leadReading(),
      { withSales: false, rejected: false, resting: true },
      { how: 'done', at: NOW - DAY },
    ],
    ['beside a person’s word', leadReading(), { withSales: false, rejected: true }, { how: 'done', at: NOW - DAY }],
    ['as long as it stays where it is', leadReading(), REACHED, { how: 'done', at: NOW - DAY }],
    [
      'as long as it stays, and that it has cooled down',
      leadReading({ attributes: facts({}), signals: [] }),
      REACHED,
      { how: 'done', at: NOW - DAY, cooled: true },
    ],
    ['no longer once it is routed anew', leadReading(), { ...REACHED, comesBack: true }, undefined],
  ])('keeps how the last handoff ended %s', (_, reading, standing, kept) => {
    const ended = { how: 'done' as const, at: NOW - DAY }
    expect(recordOf(reading, { previous: leadRecord({ ended }), standing, ended }).ended).toEqual(kept)
  })

  it.each(['qualified', 'taken-over'] as const)('has nothing to cool down from where it ended as %s', (how) => {
    const [ended, cold] = [{ how, at: NOW - DAY }, leadReading({ attributes: facts({}), signals: [] })]
    expect(recordOf(cold, { previous: leadRecord({ ended }), standing: REACHED, ended }).ended).toEqual(ended)
  })

  it('gets a number when it is the first, or somebody takes up at last what has waited', () => {
    const first = recordOf(leadReading(), { begun: [waitingHandoff(ORDER, NOW)], waiting: true })
    const again = (previous: LeadRecord, begun: Handoff[]) =>
      recordOf(leadReading({ signals: previous.signals }), { previous, begun }).decisions
    expect(again(first, [])).toBe(1)
    expect(again(first, [started()])).toBe(2)
    expect(again({ ...first, decisions: 0 }, [])).toBe(1)
  })
})

describe('waiting for a rep', () => {
  const waiting = waitingHandoff(ORDER, NOW - HOUR)
  const before = leadRecord({ handoffs: { 'mql-to-sales': '42-1' }, handoffCount: 1 })

  it('is tried again in a minute, under the number that it got at first', () => {
    expect(recordOf(leadReading(), { begun: [waiting], waiting: true })).toMatchObject({
      wakeAt: NOW + MINUTE,
      handoffs: { 'mql-to-sales': '42-1' },
      handoffCount: 1,
    })
    const again = recordOf(leadReading(), { previous: before, waiting: true })
    expect(again).toMatchObject({ wakeAt: NOW + MINUTE, handoffCount: 1 })
  })

  it('ends when somebody is found, also for a handoff of another kind', () => {
    const begun: Handoff[] = [{ ...started(), kind: 'mql-to-sales-tier-1' }]
    const record = recordOf(leadReading(), { previous: before, begun })
    expect(record).toMatchObject({ handoffs: { 'mql-to-sales-tier-1': '42-1' }, handoffCount: 1 })
    expect(record.handoffs).not.toHaveProperty('mql-to-sales')
    expect(record.wakeAt).toBe(NOW + 30 * DAY)
  })
})

describe('review', () => {
  const unknown = facts({})
  it.each<[string, ReturnType<typeof leadReading>, Standing, boolean]>([
    ['complete, to sales', leadReading(), FREE, false],
    [
      'incomplete, to sales',
      leadReading({ attributes: unknown, signals: signalsAgo('pricing_page_viewed', 0, 1) }),
      FREE,
      true,
    ],
    ['incomplete, with sales', leadReading({ attributes: unknown }), REACHED, true],
    ['incomplete, not for sales', leadReading({ attributes: unknown }), FREE, false],
    ['enrichment failed', leadReading({ enrichmentFailed: true }), FREE, true],
    ['enrichment failed, not for sales', leadReading({ attributes: unknown, enrichmentFailed: true }), FREE, true],
  ])('%s', (_, reading, standing, needsReview) => {
    expect(recordOf(reading, { standing }).needsReview).toBe(needsReview)
  })

  it('looks again within the hour when enrichment failed', () => {
    expect(recordOf(leadReading({ enrichmentFailed: true })).wakeAt).toBe(NOW + HOUR)
    expect(recordOf(leadReading({ enrichmentFailed: true }), { waiting: true }).wakeAt).toBe(NOW + MINUTE)
  })

  it.each([
    [MINUTE, MINUTE],
    [2 * MINUTE, 13 * MINUTE],
    [10 * MINUTE, 5 * MINUTE],
    [HOUR, HOUR],
    [23 * HOUR, HOUR],
  ])('looks again at a contact of %d ms whose company may still be filled in after %d ms', (age, after) => {
    const reading = leadReading({ createdAt: NOW - age, attributes: unknown, signals: [] })
    expect(recordOf(reading, { standing: REACHED }).wakeAt).toBe(NOW + after)
  })

  it('never looks again when there is nothing to wait for', () => {
    expect(recordOf(leadReading({ signals: [] }), { standing: REACHED }).wakeAt).toBeNull()
    const old = leadReading({ createdAt: NOW - 2 * DAY, attributes: unknown, signals: [] })
    expect(recordOf(old, { standing: REACHED }).wakeAt).toBeNull()
  })
})

describe('the record that other rules compute again', () => {
  const decision = decide(config, { attributes: BEST_FIT, signals: [] }, FREE, NOW)
  const again = (previous: LeadRecord) =>
    rescoredRecord(previous, BEST_FIT, decision, { marks: {}, dueAt: null }, { version: 'v3', rulesVersion: 3 }, NOW)

  it('has another score and route, and everything that was read as before', () => {
    const previous = leadRecord({ decisions: 4, counters: { hs_email_open: '7' }, missing: ['country'] })
    const { signals, counters, pages, enrichment, readBy, handoffs } = previous
    expect(again(previous)).toMatchObject({ signals, counters, pages, enrichment, readBy, handoffs })
    expect(again(previous)).toMatchObject({
      attributes: BEST_FIT,
      missing: [],
      score: { total: 50, at: NOW },
      route: { name: 'medium-good-fit', at: NOW },
      configVersion: 'v3',
      rulesVersion: 3,
      decisions: 5,
    })
  })

  it('is known since then, where an older version did not say', () => {
    expect(again(leadRecord()).knownSince).toBe(NOW)
    expect(again(leadRecord({ knownSince: NOW - DAY })).knownSince).toBe(NOW - DAY)
  })

  it('forgets how the last handoff ended once its rules send it elsewhere', () => {
    const previous = leadRecord({ ended: { how: 'returned', at: NOW - DAY } })
    expect(again(previous)).not.toHaveProperty('ended')
    const rests = decide(config, { attributes: BEST_FIT, signals: [] }, { ...FREE, resting: true }, NOW)
    const rules = { version: 'v3', rulesVersion: 3 }
    expect(rescoredRecord(previous, BEST_FIT, rests, { marks: {}, dueAt: null }, rules, NOW).ended).toEqual(
      previous.ended,
    )
  })

  it.each([
    ['stays planned', NOW + HOUR, NOW + HOUR],
    ['is earlier when the route says so', NOW + 9 * DAY, NOW + 2 * DAY],
    ['is planned where none was', null, NOW + 2 * DAY],
  ])('a look that was planned %s', (_, wakeAt, after) => {
    expect(again(leadRecord({ wakeAt })).wakeAt).toBe(after)
  })
})

describe('what became of a lead', () => {
  it('is the first of each kind', () => {
    const first = withOutcome({}, 'answered', { at: NOW, minutes: 3 })
    expect(first).toEqual({ answered: { at: NOW, minutes: 3 } })
    expect(withOutcome(first, 'answered', { at: NOW + DAY, minutes: 9 })).toBe(first)
  })

  it.each([
    ['SalesQualifiedLead', { salesqualifiedlead: { at: NOW } }],
    ['customer', { customer: { at: NOW } }],
    ['lead', {}],
    ['evangelist', {}],
  ])('and its stage %s', (lifecycleStage, outcomes) => {
    expect(recordOf(leadReading({ attributes: facts({ lifecycleStage }) })).outcomes).toEqual(outcomes)
  })
})
