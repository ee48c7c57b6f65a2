import type { FactType, KeptFact } from './fact.ts'
import { ofHandoff } from './fold.ts'

/** When a fact of a type first happened to each lead, by pseudonym, in epoch milliseconds. What a later fact corrects does not count. */
export async function firstOf(facts: AsyncIterable<KeptFact[]>, type: FactType): Promise<Map<string, number>> {
  const counted: KeptFact[] = []
  const corrected = new Set<string>()
  for await (const some of facts) {
    for (const fact of some) {
      if (fact.type === type) counted.push(fact)
      else if (fact.type === 'corrected') corrected.add(fact.of ?? ofHandoff(fact, fact.reason) ?? '')
    }
  }
  const first = new Map<string, number>()
  for (const fact of counted) {
    if (corrected.has(fact.id) || corrected.has(ofHandoff(fact, type) ?? fact.id)) continue
    first.set(fact.lead, Math.min(fact.at, first.get(fact.lead) ?? fact.at))
  }
  return first
}
