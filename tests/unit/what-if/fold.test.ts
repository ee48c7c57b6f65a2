import { expect, it } from 'vitest'
import type { Config } from '../../../src/config/config.ts'
import type { Handoff } from '../../../src/handoffs/handoff.ts'
import { compareLead } from '../../../src/what-if/compare.ts'
import { createFold } from '../../../src/what-if/fold.ts'
import { WhatIf } from '../../../src/what-if/result.ts'
import { turnsOf } from '../../../src/what-if/turns.ts'
import { answered, DAY, HOUR, leadRecord, MINUTE, NOW, started } from '../../support/records.ts'
import { loadTestConfig } from '../../support/stage.ts'
import { kept } from './decisions.ts'

const config = await loadTestConfig({ 'routing-cases.yaml': 'cases: []\n' }, NOW)
const after: Config = structuredClone({ ...config, version: 'other' })
after.scoring.engagement.signals.webinar_attended = { points: 0 }

/** Takes in leads by the types of their signals, each a day after the one before. */
function folded(
  leads: string[][],
  more: { stored?: number; handoff?: (index: number) => Handoff; other?: Config } = {},
) {
  const other = more.other ?? after
  const fold = createFold(other)
  for (const [index, types] of leads.entries()) {
    const id = String(100 + index)
    const decision = kept(config, types, { at: NOW + index * DAY, rep: index % 2 ? 'ae-2' : 'ae-1' })
    const { compared, failed } = compareLead(
      id,
      { configOf: () => config, after: other, attributesUnder: (_, { attributes }) => attributes },
      [decision],
    )
    const record = leadRecord({
      id,
      properties: {},
      company: null,
      outcomes: index === 0 ? { customer: { at: NOW } } : {},
    })
    const handoffs = more.handoff ? [more.handoff(index)] : []
    const configs = { before: () => config, after: other }
    const turns = turnsOf(compared, configs, record, handoffs)
    fold.add(id, compared, failed, turns.length > 0 ? { record, handoffs, turns } : null)
    for (const one of handoffs) fold.addOpen(one)
  }
  const whole = {
    stored: more.stored ?? leads.length,
    sampled: leads.length,
    since: null,
    unknown: [],
    mistakes: [],
    portalIds: new Map([['100', '7001']]),
  }
  return WhatIf.parse({ ...fold.result(whole), failed: [] })
}

// 50 of fit: 65 with a webinar, 70 with a demo, 50 with nothing.
const [WEBINAR, DEMO, NOTHING] = [['webinar_attended'], ['demo_requested'], []]

it('counts leads that change, by band, route, pool and rep', () => {
  const result = folded([WEBINAR, WEBINAR, DEMO, NOTHING, NOTHING])
  expect(result.leads).toEqual({ stored: 5, sampled: 5, compared: 5 })
  expect(result.decisions).toEqual({ found: 5, reproduced: 5, notReproduced: [] })
  expect(result.changes).toMatchObject({ moved: 2, score: 2, band: 2, tier: 0, route: 2, pool: 2 })
  expect(result.bands).toEqual([
    { from: 'medium', to: 'medium', leads: 2 },
    { from: 'high', to: 'medium', leads: 2 },
    { from: 'high', to: 'high', leads: 1 },
  ])
  expect(result.routes).toEqual([
    { from: 'tier-1-mql', to: 'medium-good-fit', leads: 2, why: 'signal webinar_attended' },
  ])
  expect(result.rules).toEqual([{ rule: 'signal webinar_attended', leads: 2, points: -15 }])
  expect(result.sales).toEqual({ before: 3, after: 1, added: 0, addedConverted: 0, removed: 2, removedConverted: 1 })
})

it('tells who gets another rep by their own rules from those whose turn has moved', () => {
  // Before: ae-1, ae-2, ae-1. After, the first is not for sales: the second is.
  const result = folded([WEBINAR, DEMO, DEMO])
  expect(result.changes.rep).toEqual({ direct: 1, knockOn: 2 })
  expect(result.rotation).toMatchObject({ given: 3, same: 3, nobody: { before: 0, after: 0 } })
  expect(result.reps.map(({ rep, leads }) => [rep, leads])).toEqual([
    ['ae-1', { before: 2, after: 1 }],
    ['ae-2', { before: 1, after: 1 }],
  ])
})

it('shows the largest moves first, with a link, at most twenty', () => {
  const result = folded([DEMO, WEBINAR, ...Array.from({ length: 25 }, () => WEBINAR)])
  expect(result.largest).toHaveLength(20)
  expect(result.largest[0]).toEqual({
    lead: '101',
    url: 'https://app.hubspot.com/contacts',
    at: new Date(NOW + DAY).toISOString(),
    score: { before: 65, after: 50 },
    band: { before: 'high', after: 'medium' },
    route: { before: 'tier-1-mql', after: 'medium-good-fit' },
    rep: { before: expect.any(String), after: null },
  })
  expect(result.largest.map(({ lead }) => lead)).toEqual(Array.from({ length: 20 }, (_, index) => String(101 + index)))
})

it('names what never fired', () => {
  const { neverFired } = folded([DEMO, NOTHING])
  expect(neverFired.routes).toEqual(expect.arrayContaining(['mql', 'low']))
  expect(neverFired.routes).not.toContain('tier-1-mql')
  expect(neverFired.signals).toContain('webinar_attended')
  expect(neverFired.signals).not.toContain('demo_requested')
  expect(neverFired.fit).toEqual(expect.arrayContaining(['below-minimum-size']))
  expect(neverFired.fit).not.toContain('buyer-persona')
})

it('compares load and answers with the hours at work: the median of what is known, one lead after the other', () => {
  const handoff = (index: number): Handoff => {
    const at = NOW + index * DAY
    const open = { ...started(undefined, at), id: `${100 + index}-1`, leadId: String(100 + index) }
    return index === 3 ? open : answered(open, at + (index + 1) * 10 * MINUTE, 'contacted', null)
  }
  const result = folded([DEMO, DEMO, DEMO, DEMO], { handoff })
  expect(result.answers).toEqual({ minutes: 20, known: 3 })
  const [first] = result.reps
  expect(first).toMatchObject({ rep: 'ae-1', busiestDay: { before: 1, after: 1, cap: 25 } })
  expect(first?.late).toEqual({ before: 2, after: 2 })
  expect(result.reps.reduce((sum, one) => sum + one.openNow, 0)).toBe(1)
  // Nobody has answered: nothing is said of it.
  expect(folded([DEMO]).reps[0]).toMatchObject({ busy: null, waiting: null, late: null })
})

it('counts as moved who goes elsewhere by the same route', () => {
  const other: Config = structuredClone({ ...config, version: 'other' })
  const route = other.routing.routes.find(({ name }) => name === 'tier-1-mql')
  if (!route) throw new Error('there is no route tier-1-mql')
  route.to = { pool: 'sdr' }
  expect(folded([DEMO, DEMO, NOTHING], { other }).changes).toMatchObject({ moved: 2, band: 0, route: 0, pool: 2 })
  route.to = { pool: 'ae' }
  route.observe = true
  expect(folded([DEMO, DEMO, NOTHING], { other }).changes).toMatchObject({ moved: 2, band: 0, route: 0, pool: 0 })
})

it('says of a rep who is left out of the new config how the leads were answered before', () => {
  const other: Config = structuredClone({ ...config, version: 'other' })
  delete other.team.reps['ae-1']
  const pool = other.team.pools.ae
  if (!pool) throw new Error('there is no pool ae')
  pool.members = pool.members.filter(({ rep }) => rep !== 'ae-1')
  const handoff = (index: number): Handoff => {
    const at = NOW + index * DAY
    const open = { ...started(undefined, at), id: `${100 + index}-1`, leadId: String(100 + index) }
    return answered(open, at + 20 * MINUTE, 'contacted', null)
  }
  const [left] = folded([DEMO, DEMO], { other, handoff }).reps
  expect(left).toMatchObject({ rep: 'ae-1', leads: { before: 1, after: 0 }, hoursPerWeek: null, busy: null })
  expect(left?.late).toEqual({ before: 1, after: 0 })
})

it('counts a sample up', () => {
  const whole = folded([DEMO, DEMO, WEBINAR])
  const sampled = folded([DEMO, DEMO, WEBINAR], { stored: 30 })
  expect(sampled.reps[0]?.leads.before).toBe((whole.reps[0]?.leads.before ?? 0) * 10)
  expect(sampled.changes.moved).toBe(1)
})

it('lists weeks from Monday on', () => {
  const { weeks } = folded(Array.from({ length: 8 }, () => DEMO))
  expect([...new Set(weeks.map(({ week }) => week))]).toEqual(['2026-11-16', '2026-11-23'])
  expect(weeks.reduce((sum, { before }) => sum + before, 0)).toBe(8)
})

it('counts decisions that are not reproduced by why, and nothing else of them', () => {
  const fold = createFold(after)
  const past = kept(config, DEMO)
  fold.add('1', [], [{ past, why: 'the config that made it is not kept' }], null)
  const result = fold.result({
    stored: 1,
    sampled: 1,
    since: NOW - HOUR,
    unknown: [],
    mistakes: [],
    portalIds: new Map(),
  })
  expect(result.decisions).toEqual({
    found: 1,
    reproduced: 0,
    notReproduced: [{ why: 'the config that made it is not kept', decisions: 1 }],
  })
  expect(result.leads.compared).toBe(0)
  expect(result.config.versions).toEqual([{ version: config.version, decisions: 1 }])
})
