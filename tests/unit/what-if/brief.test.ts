import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Config } from '../../../src/config/config.ts'
import { type Decision, decide, type Standing } from '../../../src/leads/decision.ts'
import type { Attributes, Signal } from '../../../src/rules/attributes.ts'
import { withSharedParts } from '../../../src/what-if/shared-parts.ts'
import { DAY, facts, NOW } from '../../support/records.ts'
import { loadTestConfig } from '../../support/stage.ts'

const config = await loadTestConfig({ 'routing-cases.yaml': 'cases: []\n' }, NOW)
const TYPES = Object.keys(config.scoring.engagement.signals)

const anyAttributes = fc
  .record(
    {
      email: fc.constantFrom('dana@acme.example', 'd@gmail.com', 'x@eu.rival.example'),
      'email.domain': fc.constantFrom('acme.example', 'gmail.com', 'eu.rival.example'),
      'email.free': fc.boolean(),
      jobTitle: fc.constantFrom('VP Marketing', 'Engineer', 'CMO; Founder', 'Werkstudent', 'Head of Sales'),
      country: fc.constantFrom('DE', 'United States', 'Narnia'),
      language: fc.constantFrom('de', 'en'),
      'company.size': fc.constantFrom<number | string>(3, 20, 240, 900, 5_000, 'about 200', '?'),
      'company.industry': fc.constantFrom('COMPUTER_SOFTWARE', 'retail', 'consulting', 'mining'),
      'company.name': fc.constantFrom('Acme', 'Rival Inc'),
      junk: fc.constantFrom('disposable address'),
    },
    { requiredKeys: [] },
  )
  .map((values): Attributes => facts(values as Parameters<typeof facts>[0]))
const anySignals = fc.array(
  fc.record({ type: fc.constantFrom(...TYPES, 'unheard_of'), age: fc.integer({ min: -1, max: 120 }) }),
  { maxLength: 8 },
)
const anyStanding: fc.Arbitrary<Standing> = fc.record(
  {
    withSales: fc.boolean(),
    rejected: fc.boolean(),
    resting: fc.boolean(),
    restsIn: fc.constant('newsletter'),
    returning: fc.constant(true as const),
    quietSince: fc.integer({ min: 0, max: 100 }).map((days) => NOW - days * DAY),
  },
  { requiredKeys: ['withSales', 'rejected'] },
)
const anyLead = fc.record({ attributes: anyAttributes, signals: anySignals, standing: anyStanding }).map((lead) => ({
  ...lead,
  signals: lead.signals.map(({ type, age }, index): Signal => ({ id: `${index}`, type, at: NOW - age * DAY })),
}))

/** What a decision says, without what explains it. */
function said({ score, route, action, restsIn }: Decision) {
  const { considered: _, ...where } = route
  const { checks: __, derived, ...profile } = score.icp
  return {
    ...{ where, action, restsIn, profile, total: score.total, band: score.band, mql: score.mql },
    derived: Object.entries(derived).map(([name, { value }]) => [name, value]),
    fit: [score.fit.points, score.fit.contributions.map(({ rule, points, truth }) => [rule, points, truth])],
    engagement: score.engagement,
  }
}

function otherwise(edit: (config: Config) => void): Config {
  const after = structuredClone({ ...config, version: 'other' })
  edit(after)
  return after
}

const OTHERS: Record<string, Config> = {
  signals: otherwise(({ scoring }) => {
    scoring.engagement.signals.demo_requested = { points: 3 }
  }),
  fit: otherwise(({ scoring }) => {
    for (const rule of scoring.fit.rules) rule.points += 7
  }),
  profile: otherwise(({ icp }) => {
    icp.tiers.reverse()
    icp.personas = []
  }),
  routes: otherwise(({ routing }) => {
    routing.routes.splice(0, 3)
  }),
}

describe('a decision in brief', () => {
  it('says the same as one with all that explains it', () => {
    fc.assert(
      fc.property(anyLead, ({ attributes, signals, standing }) => {
        const lead = { id: '42', attributes, signals }
        expect(said(decide(config, lead, standing, NOW, true))).toEqual(said(decide(config, lead, standing, NOW)))
      }),
      { seed: 7, numRuns: 500 },
    )
  })

  it.each(Object.entries(OTHERS))('is each config’s own where two that differ in %s take turns', (_, after) => {
    const before = withSharedParts(structuredClone(config), after)
    fc.assert(
      fc.property(anyLead, ({ attributes, signals, standing }) => {
        const lead = { id: '42', attributes, signals }
        for (const [brief, full] of [
          [before, config],
          [after, after],
          [before, config],
        ] as const)
          expect(said(decide(brief, lead, standing, NOW, true))).toEqual(said(decide(full, lead, standing, NOW)))
      }),
      { seed: 7, numRuns: 200 },
    )
  })
})

describe('parts that two configs share', () => {
  it('are one object, and what differs stays', () => {
    const after = OTHERS.signals as Config
    const before = withSharedParts(structuredClone(config), after)
    expect(before).toEqual(config)
    expect(before.icp).toBe(after.icp)
    expect(before.scoring.fit).toBe(after.scoring.fit)
    expect(before.scoring.engagement).not.toBe(after.scoring.engagement)
  })
})
