import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import { decide } from '../../../src/leads/decision.ts'
import { type LeadReading, nextRecord } from '../../../src/leads/next-record.ts'
import { BEST_FIT, DAY, facts, HOUR, leadRecord, MINUTE, NOW, signalsAgo } from '../../support/records.ts'

const config = await loadConfig('config', NOW)
const FREE = { withSales: false, rejected: false }
const NOTHING = { handoffId: undefined, waiting: false, configVersion: 'v2', scoringVersion: 2 }

function read(changes: Partial<LeadReading> = {}): LeadReading {
  return {
    id: '42',
    createdAt: NOW - 30 * DAY,
    portalId: '7001',
    attributes: BEST_FIT,
    signals: signalsAgo('demo_requested', 0),
    counters: { hs_email_open: '3' },
    pages: { views: 4 },
    enrichment: { apollo: { status: 'matched', at: NOW } },
    enrichmentFailed: false,
    ...changes,
  }
}

function recordOf(
  reading: LeadReading,
  {
    previous = null,
    outcome = NOTHING,
    standing = FREE,
  }: {
    previous?: ReturnType<typeof leadRecord> | null
    outcome?: { handoffId: string | undefined; waiting: boolean; configVersion: string; scoringVersion: number }
    standing?: typeof FREE
  } = {},
) {
  return nextRecord(previous, reading, decide(config, reading, standing, NOW), outcome, NOW)
}

describe('the record after a decision', () => {
  it('has what was read, decided and started', () => {
    const reading = read()
    const record = recordOf(reading, { outcome: { ...NOTHING, handoffId: '42-1' } })
    const { attributes, signals, counters, pages, enrichment } = reading
    expect(record).toMatchObject({ v: 1, id: '42', attributes, signals, counters, pages, enrichment })
    expect(record).toMatchObject({
      portalId: '7001',
      handoffId: '42-1',
      handoffs: 1,
      missing: [],
      needsReview: false,
      lookAgainAt: NOW + 30 * DAY,
      configVersion: 'v2',
      score: { total: 70, at: NOW },
      route: { name: 'tier-1-mql', at: NOW },
    })
    expect(record).not.toHaveProperty('waitingSince')
    expect(record).not.toHaveProperty('rejected')
  })

  it('keeps the last handoff, how many there were, and a person’s word', () => {
    const rejected = { by: 'U1', reason: 'competitor', at: NOW - DAY }
    const previous = leadRecord({ handoffId: '42-3', handoffs: 3, rejected })
    const standing = { withSales: false, rejected: true }
    expect(recordOf(read(), { previous, standing })).toMatchObject({ handoffId: '42-3', handoffs: 3, rejected })
    expect(recordOf(read(), { previous, outcome: { ...NOTHING, handoffId: '42-4' } })).toMatchObject({
      handoffId: '42-4',
      handoffs: 4,
    })
  })
})

describe('waiting for a rep', () => {
  const waiting = { ...NOTHING, waiting: true }

  it('is tried again in a minute, and remembers since when', () => {
    expect(recordOf(read(), { outcome: waiting })).toMatchObject({ waitingSince: NOW, lookAgainAt: NOW + MINUTE })
    const previous = leadRecord({ waitingSince: NOW - HOUR })
    expect(recordOf(read(), { previous, outcome: waiting }).waitingSince).toBe(NOW - HOUR)
  })

  it('ends when somebody is found', () => {
    const previous = leadRecord({ waitingSince: NOW - HOUR })
    expect(recordOf(read(), { previous, outcome: { ...NOTHING, handoffId: '42-1' } })).not.toHaveProperty(
      'waitingSince',
    )
  })
})

describe('review', () => {
  it.each([
    ['complete, to sales', read(), FREE, false],
    [
      'incomplete, to sales',
      read({ attributes: facts({}), signals: signalsAgo('pricing_page_viewed', 0, 1) }),
      FREE,
      true,
    ],
    ['incomplete, with sales', read({ attributes: facts({}) }), { withSales: true, rejected: false }, true],
    ['incomplete, not for sales', read({ attributes: facts({}) }), FREE, false],
    ['enrichment failed', read({ enrichmentFailed: true }), FREE, true],
    ['enrichment failed, not for sales', read({ attributes: facts({}), enrichmentFailed: true }), FREE, true],
  ])('%s', (_, reading, standing, needsReview) => {
    expect(recordOf(reading, { standing }).needsReview).toBe(needsReview)
  })

  it('looks again within the hour when enrichment failed', () => {
    expect(recordOf(read({ enrichmentFailed: true })).lookAgainAt).toBe(NOW + HOUR)
    expect(recordOf(read({ enrichmentFailed: true }), { outcome: { ...NOTHING, waiting: true } }).lookAgainAt).toBe(
      NOW + MINUTE,
    )
  })

  it('never looks again when there is nothing to wait for', () => {
    const standing = { withSales: true, rejected: false }
    expect(recordOf(read({ signals: [] }), { standing }).lookAgainAt).toBeNull()
  })
})
