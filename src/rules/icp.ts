import type { AttributeValue } from './attributes.ts'
import {
  type AttributeTest,
  type Check,
  type Condition,
  checkOf,
  type Evaluation,
  evaluate,
  type Lookup,
  makeCheck,
} from './condition.ts'
import type { JunkConfig } from './junk.ts'
import type { Places } from './places.ts'
import { compileTest, type ValueTest } from './value-test.ts'

/**
 * A tier by the company's size (employees, both ends in) and industry: each that is given must hold. Or, in the old form,
 * by a condition of any kind.
 */
export interface Tier {
  tier: number
  size?: [number, number] | undefined
  industries?: string[] | undefined
  when?: Condition | undefined
}

/** The ideal customer profile: who is a good, a fair and a wrong lead (`config/icp.yaml`), and the tables of places. */
export interface IcpConfig extends Places {
  tiers: Tier[]
  /** Employees, a whole number. */
  minimumCompanySize: number
  personas: { name: string; when: Condition }[]
  negative: { reason: string; when: Condition }[]
  /** Who is junk; absent: nobody. */
  junk?: JunkConfig | undefined
}

/**
 * An attribute that the profile works out of one fact. `tests` are those on the fact, each with the value that it stands
 * for. Without a `value` the attribute is unknown.
 */
export interface Derived {
  fact: string
  value: AttributeValue | undefined
  tests: { value: AttributeValue; check: Check }[]
}

/**
 * What the profile says of a lead; absent means that nothing matched. `checks` explain the first match or the misses,
 * `derived` holds the attributes that are worked out of a single fact, by name.
 */
export interface IcpResult {
  tier?: number
  persona?: string
  negative?: string
  checks: { kind: 'tier' | 'persona' | 'negative'; name: string; evaluation: Evaluation }[]
  derived: Record<string, Derived>
}

/** The tiers with the condition of each, in their order. */
export function tierConditions(config: IcpConfig): readonly { tier: number; condition: Condition }[] {
  return profileOf(config).tiers
}

/** Finds tier, persona and negative reason: in each list the first match wins. `lookup` reads facts (`factLookup`). */
export function matchIcp(config: IcpConfig, lookup: Lookup): IcpResult {
  const { tiers, tests } = profileOf(config)
  const result: IcpResult = { checks: [], derived: deriveAttributes(tests, lookup) }
  for (const { tier, condition } of tiers) {
    const evaluation = evaluate(condition, lookup)
    result.checks.push({ kind: 'tier', name: String(tier), evaluation })
    if (evaluation.truth === 'true') {
      result.tier = tier
      break
    }
  }
  for (const { name, when } of config.personas) {
    const evaluation = evaluate(when, lookup)
    result.checks.push({ kind: 'persona', name, evaluation })
    if (evaluation.truth === 'true') {
      result.persona = name
      break
    }
  }
  for (const { reason, when } of config.negative) {
    const evaluation = evaluate(when, lookup)
    result.checks.push({ kind: 'negative', name: reason, evaluation })
    if (evaluation.truth === 'true') {
      result.negative = reason
      break
    }
  }
  return result
}

/**
 * The tests on the fact that say why a test on a derived attribute came out as it did: `company.size` between 51 and 500
 * for `icp.sizeTier` is 1. All have its truth. Where none says why, the test itself with the fact beside it.
 */
export function testsBehind({ fact, value, tests }: Derived, check: Check, lookup: Lookup): Check[] {
  const behind = tests
    .filter((each) => compileTest(check.attribute, check.test)(each.value) === 'true')
    // A fact that is in no tier leaves the attribute unknown, so a test on that is unknown too, and not false.
    .map((each) => (value === undefined ? { ...each.check, truth: check.truth } : each.check))
    .filter(({ truth }) => truth === check.truth)
  return behind.length > 0 ? behind : [check, makeCheck(fact, { known: lookup(fact) !== undefined }, lookup)]
}

type FactTests = { value: AttributeValue; test: AttributeTest; passes: ValueTest }[]

interface Profile {
  tiers: { tier: number; condition: Condition }[]
  tests: { sizes: FactTests; industries: FactTests; minimum: FactTests }
}

// What follows from the config alone is worked out once for it.
const profiles = new WeakMap<IcpConfig, Profile>()

function profileOf(config: IcpConfig): Profile {
  const known = profiles.get(config)
  if (known) return known
  const { tiers, minimumCompanySize } = config
  const profile: Profile = {
    tiers: tiers.map((tier) => ({ tier: tier.tier, condition: conditionOf(tier) })),
    tests: {
      sizes: tiers.flatMap(({ tier, size }) => (size ? [factTest('company.size', tier, { between: size })] : [])),
      industries: tiers.flatMap(({ tier, industries }) =>
        industries ? [factTest('company.industry', tier, { in: industries })] : [],
      ),
      minimum: [
        factTest('company.size', true, { atMost: minimumCompanySize - 1 }),
        factTest('company.size', false, { atLeast: minimumCompanySize }),
      ],
    },
  }
  profiles.set(config, profile)
  return profile
}

function factTest(fact: string, value: AttributeValue, test: AttributeTest): FactTests[number] {
  return { value, test, passes: compileTest(fact, test) }
}

function conditionOf({ size, industries, when }: Tier): Condition {
  if (when) return when
  const of: Condition[] = []
  if (size) of.push({ kind: 'test', attribute: 'company.size', test: { between: size } })
  if (industries) of.push({ kind: 'test', attribute: 'company.industry', test: { in: industries } })
  return { kind: 'all', of }
}

function deriveAttributes({ sizes, industries, minimum }: Profile['tests'], lookup: Lookup): IcpResult['derived'] {
  const belowMinimum = derive('company.size', minimum, lookup)
  // A size that is no whole number may pass neither; it is known, and not below.
  if (typeof lookup('company.size') === 'number') belowMinimum.value ??= false
  return {
    'icp.sizeTier': derive('company.size', sizes, lookup),
    'icp.industryTier': derive('company.industry', industries, lookup),
    'company.belowMinimum': belowMinimum,
  }
}

// The first test that holds says the value.
function derive(fact: string, tests: FactTests, lookup: Lookup): Derived {
  if (lookup.brief) {
    const known = lookup(fact)
    const found = tests.find(({ passes }) => passes(known) === 'true')
    return { fact, value: found?.value, tests: [] }
  }
  const made = tests.map(({ value, test, passes }) => ({ value, check: checkOf(fact, test, passes, lookup) }))
  return { fact, value: made.find(({ check }) => check.truth === 'true')?.value, tests: made }
}
