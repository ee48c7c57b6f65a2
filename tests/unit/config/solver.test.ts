import fc from 'fast-check'
import { expect, test } from 'vitest'
import { conditionsOf } from '../../../src/config/config.ts'
import { loadConfig } from '../../../src/config/load.ts'
import { formulaOf } from '../../../src/config/sense/formulas.ts'
import { reachOf } from '../../../src/config/sense/score-range.ts'
import { createSolver } from '../../../src/config/sense/solve.ts'
import type { AttributeValue } from '../../../src/rules/attributes.ts'
import { type AttributeTest, type Condition, evaluate, type Lookup } from '../../../src/rules/condition.ts'
import { withPlaces } from '../../../src/rules/places.ts'
import { fullLookup, scoreLead } from '../../../src/rules/score.ts'
import { DAY, facts, NOW } from '../../support/records.ts'

/*
 * The solver may take for possible what is not, and never the other way: of leads that come about by the real rules none may
 * be what it calls impossible.
 */

const config = await loadConfig('config', NOW)

const texts = ['VP Marketing', 'CMO', 'Student', 'Consultant', 'founder', 'Senior Consultant of sales', 'CMO; Student']
const sizes = [0, 3, 4, 5, 11, 50, 51, 60, 500, 501]
const number = (values: number[]): fc.Arbitrary<AttributeTest> =>
  fc.oneof(
    fc.constantFrom(...values).map((atLeast) => ({ atLeast })),
    fc.constantFrom(...values).map((atMost) => ({ atMost })),
    fc.constantFrom(...values).map((is) => ({ is })),
    fc
      .tuple(fc.constantFrom(...values), fc.nat(40))
      .map(([from, more]) => ({ between: [from, from + more] as [number, number] })),
  )
const word = (values: (string | number | boolean)[]): fc.Arbitrary<AttributeTest> =>
  fc.oneof(
    fc.constantFrom(...values).map((is) => ({ is })),
    fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 3 }).map((one) => ({ in: one })),
    fc.boolean().map((known) => ({ known })),
  )
const asked = (attribute: string, test: fc.Arbitrary<AttributeTest>): fc.Arbitrary<Condition> =>
  test.map((one) => ({ kind: 'test' as const, attribute, test: one }))
const patterns = fc.constantFrom(
  '*marketing*',
  '*vp*',
  'vp*marketing*',
  '*student*',
  '*consultant*',
  '*consultant',
  '*o*',
)
const tests = fc.oneof(
  asked('score', number([0, 10, 31, 60, 61, 81, 100, 120])),
  asked('score.fit', number([-30, 0, 15, 30, 50])),
  asked('score.engagement', number([0, 20, 31, 50])),
  asked('band', word(['low', 'medium', 'high', 'hot'])),
  asked('company.size', number(sizes)),
  asked('company.belowMinimum', word([true, false])),
  asked('icp.tier', word([1, 2])),
  asked('icp.sizeTier', word([1, 2])),
  asked('persona', word(['marketing leader', 'founder'])),
  asked('icp.negative', word(['student', 'consultant'])),
  asked('region', word(['DACH', 'Benelux'])),
  asked('country', word(['Germany', 'DE', 'NL'])),
  asked('company.techStack', word(['HubSpot', 'Slack'])),
  asked(
    'jobTitle',
    fc.oneof(
      word(texts),
      patterns.map((matches) => ({ matches: [matches] })),
    ),
  ),
  asked(
    'signals.demo_requested',
    fc
      .tuple(number([0, 1, 2]), fc.constantFrom(undefined, 7 * DAY, 30 * DAY))
      .map(([one, within]) => ({ ...one, within })),
  ),
)
const conditions = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    tests,
    fc.record({
      kind: fc.constantFrom('all' as const, 'any' as const),
      of: fc.array(tie('condition'), { minLength: 2, maxLength: 3 }),
    }),
    tie('condition').map((of) => ({ kind: 'not' as const, of })),
  ),
})).condition

const leads: fc.Arbitrary<Lookup> = fc
  .record({
    jobTitle: fc.option(fc.constantFrom(...texts), { nil: undefined }),
    size: fc.option(fc.constantFrom(...sizes), { nil: undefined }),
    industry: fc.option(fc.constantFrom('internet', 'retail'), { nil: undefined }),
    country: fc.option(fc.constantFrom('DE', 'Netherlands', 'US', 'nowhere'), { nil: undefined }),
    stack: fc.option(fc.subarray(['HubSpot', 'Slack', 'SAP']), { nil: undefined }),
    signals: fc.array(fc.tuple(fc.constantFrom('demo_requested', 'webinar_attended', 'email_opened'), fc.nat(60)), {
      maxLength: 5,
    }),
  })
  .map(({ jobTitle, size, industry, country, stack, signals }) => {
    const given: Record<string, AttributeValue | undefined> = { jobTitle, country }
    Object.assign(given, { 'company.size': size, 'company.industry': industry, 'company.techStack': stack })
    const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
    const attributes = withPlaces(config.icp, facts(known as Record<string, AttributeValue>))
    const past = signals.map(([type, days], index) => ({ id: String(index), type, at: NOW - days * DAY }))
    return fullLookup(attributes, past, scoreLead(config, attributes, past, NOW), NOW)
  })

test('what it calls impossible is true of no lead', () => {
  let impossible = 0
  fc.assert(
    fc.property(
      fc.array(conditions, { minLength: 1, maxLength: 3 }),
      fc.array(leads, { minLength: 20, maxLength: 20 }),
      (all, some) => {
        const solver = createSolver(config, reachOf(config), [...conditionsOf(config), ...all])
        const [first, ...others] = all
        // As with routes: the first holds, those before it do not.
        const wanted = all.map((one, index) => formulaOf(one, index === 0 ? 'true' : 'not true'))
        if (solver.possible(wanted)) return
        impossible++
        for (const lookup of some) {
          const holds = first && evaluate(first as Condition, lookup).truth === 'true'
          expect(holds && others.every((one) => evaluate(one as Condition, lookup).truth !== 'true')).toBe(false)
        }
      },
    ),
    { numRuns: 1_500 },
  )
  // Else it would prove nothing.
  expect(impossible).toBeGreaterThan(100)
})
