import type { KeptFact } from '../facts/fact.ts'
import { validOf } from '../facts/valid.ts'

/** The facts of one stream lead by lead, each by time, without those that a later one took back; those about no lead under ''. */
export function validByLead(facts: readonly KeptFact[]): Map<string, KeptFact[]> {
  const byLead = new Map<string, KeptFact[]>()
  for (const fact of validOf(facts)) {
    const own = byLead.get(fact.lead)
    if (own) own.push(fact)
    else byLead.set(fact.lead, [fact])
  }
  for (const own of byLead.values()) if (!isOrdered(own)) own.sort((a, b) => a.at - b.at)
  return byLead
}

// Most are entered when they happen.
function isOrdered(facts: readonly KeptFact[]): boolean {
  return facts.every(({ at }, index) => index === 0 || (facts[index - 1]?.at ?? 0) <= at)
}
