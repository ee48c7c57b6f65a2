import type { Condition } from '../../rules/condition.ts'
import { tierConditions } from '../../rules/icp.ts'
import type { Config } from '../config.ts'
import type { Candidate } from './candidates.ts'
import { type Formula, formulaOf, type Literal } from './formulas.ts'

/** What else is so of a lead of which a test is true: of a tier its sizes and industries, of a persona its titles. */
export type Follows = (literal: Literal, fits: (value: Candidate) => boolean) => Formula | undefined

/** Says by a config what follows from tests on what its profile works out, and which conditions that leads to. */
export function followsOf({ icp }: Pick<Config, 'icp'>): { follows: Follows; conditions: Condition[] } {
  const sized = (size: [number, number]): Condition => test('company.size', { between: size })
  const inside = (industries: string[]): Condition => test('company.industry', { in: industries })
  const behind: Record<string, { value: Candidate; when: Condition | undefined }[]> = {
    'icp.tier': tierConditions(icp).map(({ tier, condition }) => ({ value: tier, when: condition })),
    'icp.sizeTier': icp.tiers.flatMap(({ tier, size }) => (size ? [{ value: tier, when: sized(size) }] : [])),
    'icp.industryTier': icp.tiers.flatMap(({ tier, industries }) =>
      industries ? [{ value: tier, when: inside(industries) }] : [],
    ),
    persona: icp.personas.map(({ name, when }) => ({ value: name, when })),
    'icp.negative': icp.negative.map(({ reason, when }) => ({ value: reason, when })),
    'company.belowMinimum':
      icp.minimumCompanySize > 0
        ? [
            { value: true, when: test('company.size', { atMost: icp.minimumCompanySize - 1 }) },
            { value: false, when: test('company.size', { known: true }) },
          ]
        : [],
  }
  const formulas = new Map<Condition, Formula>()
  const follows: Follows = (literal, fits) => {
    const known = behind[literal.attribute]
    if (literal.want !== 'true' || !known || fits(undefined)) return undefined
    const options = known.filter(({ value }) => fits(value)).map(({ when }) => when)
    if (options.length === 0 || options.some((when) => when === undefined)) return undefined
    return {
      kind: 'or',
      of: options.flatMap((when) => {
        if (!when) return []
        const made = formulas.get(when) ?? formulaOf(when, 'true')
        formulas.set(when, made)
        return [made]
      }),
    }
  }
  return { follows, conditions: Object.values(behind).flatMap((known) => known.flatMap(({ when }) => when ?? [])) }
}

function test(attribute: string, asked: Extract<Condition, { kind: 'test' }>['test']): Condition {
  return { kind: 'test', attribute, test: asked }
}
