import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import type { AttributeValue } from '../../../src/rules/attributes.ts'
import { type AttributeTest, type Condition, evaluate, type Lookup } from '../../../src/rules/condition.ts'
import { type IcpConfig, matchIcp, type Tier } from '../../../src/rules/icp.ts'
import { icpLookup } from '../../../src/rules/score.ts'
import { whyOf } from '../../../src/rules/why.ts'
import { facts, lookupIn, NOW, when } from '../../support/records.ts'

type Values = Record<string, AttributeValue>

const { icp } = await loadConfig('config', NOW)
const withTiers = (...tiers: Tier[]): IcpConfig => ({ ...icp, tiers })

function lookupOf(values: Values, profile = icp): Lookup {
  return icpLookup(facts(values), matchIcp(profile, lookupIn(values)))
}

describe('what the default profile works out', () => {
  it.each<[Values, number | undefined, number | undefined, boolean | undefined]>([
    [{}, undefined, undefined, undefined],
    [{ jobTitle: 'CMO' }, undefined, undefined, undefined],
    [{ 'company.size': 0 }, undefined, undefined, true],
    [{ 'company.size': 4 }, undefined, undefined, true],
    [{ 'company.size': 5 }, undefined, undefined, false],
    [{ 'company.size': 10 }, undefined, undefined, false],
    [{ 'company.size': 11 }, 2, undefined, false],
    [{ 'company.size': 50 }, 2, undefined, false],
    [{ 'company.size': 51 }, 1, undefined, false],
    [{ 'company.size': 500 }, 1, undefined, false],
    [{ 'company.size': 501 }, undefined, undefined, false],
    [{ 'company.size': 50.5 }, undefined, undefined, false],
    [{ 'company.size': 4.5 }, undefined, undefined, false],
    [{ 'company.size': 'many' }, undefined, undefined, undefined],
    [{ 'company.size': 'below 5' }, undefined, undefined, true],
    [{ 'company.size': 'below 6' }, undefined, undefined, false],
    [{ 'company.size': '2.000 Mitarbeiter' }, undefined, undefined, false],
    [{ 'company.size': '51-200 employees, 3 offices' }, 1, undefined, false],
    [{ 'company.industry': 'INFORMATION_TECHNOLOGY_AND_SERVICES' }, undefined, 1, undefined],
    [{ 'company.industry': 'information technology & services' }, undefined, 1, undefined],
    [{ 'company.industry': 'Retail;Computer Software' }, undefined, 1, undefined],
    [{ 'company.industry': 'Internet ' }, undefined, 1, undefined],
    [{ 'company.industry': 'FINANCIAL SERVICES' }, undefined, 1, undefined],
    [{ 'company.industry': 'retail' }, undefined, undefined, undefined],
    [{ 'company.industry': ['retail', 'internet'] }, undefined, 1, undefined],
    [{ 'company.size': 30, 'company.industry': 'internet' }, 2, 1, false],
  ])('%j: size tier %s, industry tier %s, below the minimum %s', (values, sizeTier, industryTier, below) => {
    const lookup = lookupOf(values)
    expect([lookup('icp.sizeTier'), lookup('icp.industryTier'), lookup('company.belowMinimum')]).toEqual([
      sizeTier,
      industryTier,
      below,
    ])
  })
})

describe('tiers', () => {
  const overlapping = withTiers(
    { tier: 1, size: [1, 100], industries: ['internet'] },
    { tier: 2, size: [50, 200], industries: ['retail', 'internet'] },
    { tier: 3, industries: ['farming'] },
    { tier: 4, when: when('company.size', { atLeast: 500 }) },
  )
  it.each<[Values, number | undefined, number | undefined, number | undefined]>([
    [{ 'company.size': 75, 'company.industry': 'internet' }, 1, 1, 1],
    [{ 'company.size': 75, 'company.industry': 'retail' }, 2, 1, 2],
    [{ 'company.size': 150, 'company.industry': 'internet' }, 2, 2, 1],
    [{ 'company.size': 75 }, undefined, 1, undefined],
    [{ 'company.size': 900, 'company.industry': 'farming' }, 3, undefined, 3],
    [{ 'company.size': 900 }, 4, undefined, undefined],
  ])('%j: tier %s by both, %s by size, %s by industry', (values, tier, sizeTier, industryTier) => {
    const lookup = lookupOf(values, overlapping)
    expect([lookup('icp.tier'), lookup('icp.sizeTier'), lookup('icp.industryTier')]).toEqual([
      tier,
      sizeTier,
      industryTier,
    ])
  })

  it('the first one that holds the value counts, and the explanation says which', () => {
    const condition = when('icp.sizeTier', { is: 2 })
    const evaluation = evaluate(condition, lookupOf({ 'company.size': 75 }, overlapping))
    expect(whyOf(evaluation)).toBe('icp.sizeTier is 1, not 2')
    expect(evaluation.checks).toContainEqual({
      attribute: 'company.size',
      test: { known: true },
      value: 75,
      truth: 'true',
    })
  })

  const ends = fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 60 }))
  const someIndustries = fc.subarray(['internet', 'retail', 'farming'], { minLength: 1 })
  const tiers = fc.array(
    fc
      .record({ tier: fc.integer({ min: 1, max: 9 }), size: fc.option(ends), industries: fc.option(someIndustries) })
      .filter(({ size, industries }) => size !== null || industries !== null)
      .map(
        ({ tier, size, industries }): Tier => ({
          tier,
          size: size ? [Math.min(...size), Math.max(...size)] : undefined,
          industries: industries ?? undefined,
        }),
      ),
    { maxLength: 4 },
  )
  const values = fc.record(
    {
      'company.size': fc.oneof(fc.integer({ min: -1, max: 61 }), fc.double({ min: 0, max: 61, noNaN: true })),
      'company.industry': fc.constantFrom('Internet', 'retail ', 'FARMING', 'mining', ''),
    },
    { requiredKeys: [] },
  )

  test('give the same in the old form and in the new', () => {
    const oldForm = ({ tier, size, industries }: Tier): Tier => {
      const of: Condition[] = []
      if (size) of.push(when('company.size', { between: size }))
      if (industries) of.push(when('company.industry', { in: industries }))
      return { tier, when: { kind: 'all', of } }
    }
    fc.assert(
      fc.property(tiers, values, (tiers, values) => {
        const lookup = lookupIn(values as Values)
        const [before, after] = [
          matchIcp(withTiers(...tiers.map(oldForm)), lookup),
          matchIcp(withTiers(...tiers), lookup),
        ]
        expect(after.tier).toBe(before.tier)
        expect(after.checks).toEqual(before.checks)
      }),
    )
  })

  const tests = fc.constantFrom<AttributeTest>(
    { is: 1 },
    { is: 2 },
    { in: [1, 2, 3] },
    { atLeast: 2 },
    { known: true },
    { known: false },
    { is: true },
    { is: false },
  )
  test('what explains a test never changes its answer, and shows the fact', () => {
    const attributes = { 'icp.sizeTier': 'size', 'icp.industryTier': 'industry', 'company.belowMinimum': 'size' }
    fc.assert(
      fc.property(
        tiers,
        values,
        fc.constantFrom(...Object.entries(attributes)),
        tests,
        (tiers, values, [name, of], test) => {
          const lookup = lookupOf(values as Values, withTiers(...tiers))
          const { truth, checks } = evaluate(when(name, test), lookup)
          expect(truth).toBe(evaluate(when(name, test), (attribute) => lookup(attribute)).truth)
          expect(checks.some((check) => check.truth === truth)).toBe(true)
          const fact = checks.find((check) => check.attribute === `company.${of}`)
          expect(fact?.value).toBe((values as Values)[`company.${of}`])
          if (fact?.value === undefined && test.known === undefined) expect(truth).toBe('unknown')
        },
      ),
    )
  })
})

describe('the explanation of a test on what was worked out', () => {
  const size = (test: AttributeTest) => when('icp.sizeTier', test)
  const below = (is: boolean) => when('company.belowMinimum', { is })
  const industry = when('icp.industryTier', { is: 1 })
  const wanted = 'not one of computer software, information technology and services, internet, financial services'
  const noTier =
    'company.size is 900, not between 51 and 500 (in no tier); company.size is 900, not between 11 and 50 (in no tier)'
  it.each<[string, Values, Condition, string]>([
    ['met', { 'company.size': 240 }, size({ is: 1 }), 'company.size is 240'],
    ['of another tier', { 'company.size': 30 }, size({ is: 1 }), 'company.size is 30, not between 51 and 500'],
    [
      'in no tier',
      { 'company.size': 900 },
      size({ is: 1 }),
      'company.size is 900, not between 51 and 500 (in no tier)',
    ],
    ['unknown', {}, size({ is: 1 }), 'company.size is unknown'],
    ['one of several', { 'company.size': 30 }, size({ in: [1, 2] }), 'company.size is 30'],
    ['none of several', { 'company.size': 900 }, size({ in: [1, 2] }), noTier],
    ['several, unknown', {}, size({ in: [1, 2] }), 'company.size is unknown'],
    ['a lower tier', { 'company.size': 30 }, size({ atMost: 1 }), 'company.size is 30, not between 51 and 500'],
    ['wanted known', { 'company.size': 900 }, size({ known: true }), noTier.replaceAll(' (in no tier)', '')],
    ['wanted known, unknown', {}, size({ known: true }), 'company.size is unknown'],
    ['wanted unknown', { 'company.size': 900 }, size({ known: false }), 'icp.sizeTier is unknown; company.size is 900'],
    ['a tier that is not there', { 'company.size': 30 }, size({ is: 7 }), 'icp.sizeTier is 2, not 7'],
    [
      'not: in no tier',
      { 'company.size': 900 },
      { kind: 'not', of: size({ is: 1 }) },
      'company.size is 900, not between 51 and 500 (in no tier)',
    ],
    ['an industry', { 'company.industry': 'Internet' }, industry, 'company.industry is Internet'],
    ['no industry', { 'company.industry': 'retail' }, industry, `company.industry is retail, ${wanted} (in no tier)`],
    [
      'all: what is in no tier, and what is unknown',
      { 'company.size': 900 },
      { kind: 'all', of: [size({ is: 1 }), industry] },
      'company.size is 900, not between 51 and 500 (in no tier); company.industry is unknown',
    ],
    ['below', { 'company.size': 4 }, below(true), 'company.size is 4'],
    ['not below', { 'company.size': 5 }, below(true), 'company.size is 5, not at most 4'],
    ['unknown, below', {}, below(true), 'company.size is unknown'],
    ['wanted large enough', { 'company.size': 5 }, below(false), 'company.size is 5'],
    ['not large enough', { 'company.size': 4 }, below(false), 'company.size is 4, not at least 5'],
  ])('%s', (_, values, condition, words) => {
    expect(whyOf(evaluate(condition, lookupOf(values)))).toBe(words)
  })

  it('leaves out in the short form what was wanted', () => {
    expect(whyOf(evaluate(size({ is: 1 }), lookupOf({ 'company.size': 900 })), 'short')).toBe('company.size is 900')
  })

  it('names the fact with its value and the sizes of the tier', () => {
    expect(evaluate(size({ is: 1 }), lookupOf({ 'company.size': 30 }))).toEqual({
      truth: 'false',
      checks: [{ attribute: 'company.size', test: { between: [51, 500] }, value: 30, truth: 'false' }],
    })
  })
})
