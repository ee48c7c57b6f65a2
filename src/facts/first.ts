import type { FactType, KeptFact } from './fact.ts'
import { validOf } from './valid.ts'

/** When a fact of a type first happened to each lead, by pseudonym, in epoch milliseconds. What a later fact corrects does not count. */
export async function firstOf(facts: AsyncIterable<KeptFact[]>, type: FactType): Promise<Map<string, number>> {
  const kept: KeptFact[] = []
  for await (const some of facts) {
    for (const fact of some) if (fact.type === type || fact.type === 'corrected') kept.push(fact)
  }
  const first = new Map<string, number>()
  for (const fact of validOf(kept)) first.set(fact.lead, Math.min(fact.at, first.get(fact.lead) ?? fact.at))
  return first
}
