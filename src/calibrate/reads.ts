import { attributesOf, type Condition } from '../rules/condition.ts'
import { matchIcp } from '../rules/icp.ts'
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

/** The facts that a condition rests on; what the profile and the job title say is taken back to what they are worked out of. */
function factsBehind({ icp }: JudgedRules, condition: Condition): string[] {
  const { derived } = matchIcp(icp, () => undefined)
  const lists: Record<string, Condition[]> = {
    persona: icp.personas.map(({ when }) => when),
    'icp.negative': icp.negative.map(({ when }) => when),
    'icp.tier': icp.tiers.flatMap(({ when }) => when ?? []),
  }
  const ofTiers = icp.tiers.flatMap(({ size, industries }) => [
    ...(size ? ['company.size'] : []),
    ...(industries ? ['company.industry'] : []),
  ])
  const factsOf = (name: string): string[] => {
    if (name.startsWith('title.')) return ['jobTitle']
    if (Object.hasOwn(derived, name)) return [derived[name]?.fact ?? name]
    if (!Object.hasOwn(lists, name)) return [name]
    return [...(lists[name] ?? []).flatMap(attributesOf).flatMap(factsOf), ...(name === 'icp.tier' ? ofTiers : [])]
  }
  return [...new Set(attributesOf(condition).flatMap(factsOf))]
}
