import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import { decide } from '../../../src/leads/decision.ts'
import {
  type DecisionEntry,
  decisionEntry,
  inputsOf,
  isNews,
  isRouting,
  keptDecision,
} from '../../../src/leads/history.ts'
import type { LeadRecord } from '../../../src/leads/lead.ts'
import { decidedRecord } from '../../../src/leads/record.ts'
import type { Attributes, Signal } from '../../../src/rules/attributes.ts'
import { BESIDE, BEST_FIT, facts, leadReading, leadRecord, NOW, signalsAgo } from '../../support/records.ts'

const config = await loadConfig('config', NOW)
const FREE = { withSales: false, rejected: false }

/** Decides one step after another, as the main job does, and keeps the record and the lines of the history. */
function live(steps: { attributes: Attributes; signals?: Signal[] }[]) {
  let record: LeadRecord | null = null
  const entries: DecisionEntry[] = []
  for (const [index, { attributes, signals = [] }] of steps.entries()) {
    const now = NOW + index
    const known: Signal[] = [...(record?.signals ?? []), ...signals]
    const decision = decide(config, { attributes, signals: known }, FREE, now)
    const reading = leadReading({ attributes, signals: known })
    const next: LeadRecord = decidedRecord(record, reading, decision, { ...BESIDE, version: config.version }, now)
    if (next.decisions !== record?.decisions) entries.push(decisionEntry(record, next, decision, FREE, undefined))
    record = next
  }
  return { record: record as unknown as LeadRecord, entries }
}

describe('the history', () => {
  const { 'company.size': _, ...without } = BEST_FIT
  const webinar: Signal[] = [{ id: 'w', type: 'webinar_attended', at: NOW }]
  const steps = [
    { attributes: facts({ jobTitle: 'student' }) },
    { attributes: BEST_FIT, signals: signalsAgo('demo_requested', 0) },
    { attributes: BEST_FIT },
    { attributes: without, signals: webinar },
  ]

  it('has a line for what is news: other attributes, other signals, another outcome', () => {
    const { record, entries } = live(steps)
    expect(entries.map(({ number, route, score }) => [number, route, score])).toEqual([
      [1, 'negative-icp', 0],
      [2, 'tier-1-mql', 70],
      [3, 'mql', 65],
    ])
    expect(record.decisions).toBe(3)
    expect(record.signals.map(({ id, decision }) => [id, decision])).toEqual([
      [expect.any(String), 2],
      ['w', 3],
    ])
  })

  it('gives back what each decision was made from', () => {
    const { record, entries } = live(steps)
    const inputs = entries.map(({ number }) => inputsOf(record, entries, number))
    expect(inputs.map((input) => input?.attributes)).toEqual([facts({ jobTitle: 'student' }), BEST_FIT, without])
    expect(inputs.map((input) => input?.signals.length)).toEqual([0, 1, 2])
    expect(inputsOf(record, entries, 4)).toBeNull()
  })

  it('calls a new signal news, also when it changes no number', () => {
    const opened = (id: string): Signal[] => [{ id, type: 'unheard_of', at: NOW }]
    const { record, entries } = live([
      { attributes: BEST_FIT },
      { attributes: BEST_FIT, signals: opened('a') },
      { attributes: BEST_FIT },
    ])
    expect(entries).toHaveLength(2)
    expect(record.signals).toMatchObject([{ id: 'a', decision: 2 }])
  })

  it('says what a changed attribute was before', () => {
    const { entries } = live(steps)
    expect(entries[0]?.was).toEqual({ jobTitle: null })
    expect(entries[1]?.was).toMatchObject({ jobTitle: { value: 'student' }, 'company.size': null })
    expect(entries[2]?.was).toEqual({ 'company.size': BEST_FIT['company.size'] })
  })

  it('does not call the order of attributes news', () => {
    const { record } = live([{ attributes: BEST_FIT }])
    const turned = { ...record, attributes: Object.fromEntries(Object.entries(record.attributes).reverse()) }
    expect(isNews(record, turned)).toBe(false)
    expect(isNews(record, { ...turned, attributes: {} })).toBe(true)
    expect(isNews(null, record)).toBe(true)
  })
})

describe('decisions that are kept whole', () => {
  const decision = decide(config, { attributes: BEST_FIT, signals: [] }, FREE, NOW)
  const standing = { withSales: true, rejected: false }
  const withSales = decide(config, { attributes: BEST_FIT, signals: [] }, standing, NOW)
  const { score, route } = leadRecord()
  const looking = { ...decision, action: 'assign' as const }

  it.each([
    ['the first of a lead', null, leadRecord(), withSales, true],
    ['one that looked for a rep', leadRecord(), leadRecord({ decisions: 2 }), looking, true],
    ['one that looked for a rep again, in vain as before', leadRecord(), leadRecord(), looking, false],
    ['one that moved the band', leadRecord(), leadRecord({ score: { ...score, band: 'high' } }), withSales, true],
    ['one that moved the route', leadRecord(), leadRecord({ route: { ...route, name: 'low' } }), withSales, true],
    ['one after which all stands as before', leadRecord(), leadRecord({ decisions: 2 }), withSales, false],
  ])('are those that route a lead: %s', (_, previous, record, decision, routing) => {
    expect(isRouting(previous, record, decision)).toBe(routing)
  })

  it('hold everything that they were made from, and nothing that later ones change', () => {
    const { record } = live([{ attributes: BEST_FIT, signals: signalsAgo('demo_requested', 0) }])
    const { engagement } = config.scoring
    const kept = keptDecision(engagement, record, decision, FREE, 'ae-1')
    expect(kept).toMatchObject({ number: 1, attributes: BEST_FIT, standing: FREE, rep: 'ae-1', probability: 1 })
    expect(kept.signals).toEqual(signalsAgo('demo_requested', 0))
    const acts = { ...engagement, signals: { demo_requested: { points: 20, by: 'sales' as const } } }
    expect(keptDecision(acts, record, decision, FREE, 'ae-1').signals).toMatchObject([{ by: 'sales' }])
  })
})
