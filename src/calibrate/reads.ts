import { attributesOf, type Condition } from '../rules/condition.ts'
import type { Story } from './cases.ts'
import type { JudgedRules } from './inputs.ts'

/*
 * A decision keeps what the config of its day read. What another config reads besides is not there, and counts for nothing without
 * a word: so it is named.
 */

// An attribute that turns up after so much of the time, and then as often as that, was not read before.
const LATE = 0.2
const OFTEN = 20

/** What is lacking: by fit rule, the facts that no decision knows; and those that are known only from some day on. */
export interface Unread {
  byRule: Record<string, string[]>
  /** Epoch milliseconds. */
  since: { attribute: string; at: number }[]
}

/** Finds out what the fit rules read and the kept decisions lack. */
export function unreadOf(rules: JudgedRules, stories: readonly Story[]): Unread {
  const ordered = stories.toSorted((a, b) => a.at - b.at)
  const seen = new Map<string, { place: number; at: number; times: number }>()
  for (const [place, { known, at }] of ordered.entries()) {
    for (const name of known) {
      const before = seen.get(name)
      if (before) before.times += 1
      else seen.set(name, { place, at, times: 1 })
    }
  }
  const read = rules.scoring.fit.rules.map(({ id, when }) => ({ id, facts: factsBehind(rules, when) }))
  const lacking = read.map(({ id, facts }) => ({ id, facts: facts.filter((name) => !seen.has(name)) }))
  const since = [...new Set(read.flatMap(({ facts }) => facts))].flatMap((attribute) => {
    const found = seen.get(attribute)
    const isLate = found && found.place > LATE * ordered.length && found.times >= OFTEN
    return isLate ? [{ attribute, at: found.at }] : []
  })
  const byRule = lacking.filter(({ facts }) => facts.length > 0).map(({ id, facts }) => [id, facts] as const)
  return { byRule: Object.fromEntries(byRule), since }
}

/** The facts that a condition rests on; what the profile works out of them is taken apart. */
function factsBehind({ icp }: JudgedRules, condition: Condition): string[] {
  const behind = (when: Condition | undefined) => (when ? attributesOf(when) : [])
  const derived: Record<string, () => string[]> = {
    'icp.sizeTier': () => ['company.size'],
    'icp.industryTier': () => ['company.industry'],
    'company.belowMinimum': () => ['company.size'],
    persona: () => icp.personas.flatMap(({ when }) => behind(when)),
    'icp.negative': () => icp.negative.flatMap(({ when }) => behind(when)),
    'icp.tier': () =>
      icp.tiers.flatMap(({ size, industries, when }) => [
        ...(size ? ['company.size'] : []),
        ...(industries ? ['company.industry'] : []),
        ...behind(when),
      ]),
  }
  const facts = attributesOf(condition).flatMap((name) =>
    Object.hasOwn(derived, name) ? (derived[name]?.() ?? []) : [name],
  )
  // A profile may itself ask for what it works out.
  return [
    ...new Set(
      facts.flatMap((name) =>
        Object.hasOwn(derived, name) ? (name === 'icp.tier' ? [] : (derived[name]?.() ?? [])) : [name],
      ),
    ),
  ]
}
