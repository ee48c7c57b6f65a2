import type { FactField, FactType, KeptFact } from './fact.ts'
import { validOf } from './valid.ts'

/** What facts come to: how many there are, and the sum of their values and how many had one. */
export interface Sum {
  count: number
  values: number
  total: number
}

// What takes back, and answers: which one was taken back may be told by one behind the span.
const CHANGING = new Set<FactType>(['corrected', 'undone', 'answered'])

/**
 * Counts the facts of a span of time by type and by the given fields, in one pass over facts from `from` until now. What a
 * later fact corrects does not count. The key is the type and the fields' values, separated by tabs; an absent one is
 * empty. Instants are epoch milliseconds, `to` is not part of it.
 */
export async function foldFacts(
  facts: AsyncIterable<KeptFact[]>,
  span: { from: number; to: number },
  by: readonly FactField[],
): Promise<Map<string, Sum>> {
  const sums = new Map<string, Sum>()
  const kept: KeptFact[] = []
  const keyOf = (fact: KeptFact) => by.reduce((key, field) => `${key}\t${fact[field] ?? ''}`, fact.type as string)
  const isInSpan = ({ at }: KeptFact) => at >= span.from && at < span.to
  for await (const some of facts) {
    for (const fact of some) if (isInSpan(fact) || CHANGING.has(fact.type)) kept.push(fact)
  }
  for (const fact of validOf(kept)) {
    if (!isInSpan(fact)) continue
    const key = keyOf(fact)
    const sum = sums.get(key) ?? { count: 0, values: 0, total: 0 }
    sum.count += 1
    if (fact.value !== undefined) {
      sum.values += 1
      sum.total += fact.value
    }
    sums.set(key, sum)
  }
  return sums
}
