import type { FactField, KeptFact } from './fact.ts'

/** What facts come to: how many there are, and the sum of their values and how many had one. */
export interface Sum {
  count: number
  values: number
  total: number
}

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
  const counted = new Map<string, KeptFact>()
  const corrected = new Set<string>()
  const undone: KeptFact[] = []
  const keyOf = (fact: KeptFact) => by.reduce((key, field) => `${key}\t${fact[field] ?? ''}`, fact.type as string)
  for await (const some of facts) {
    for (const fact of some) {
      if (fact.type === 'undone') undone.push(fact)
      if (fact.type === 'corrected') corrected.add(fact.of ?? ofHandoff(fact, fact.reason) ?? '')
      else if (fact.at >= span.from && fact.at < span.to) counted.set(fact.id, fact)
    }
  }
  for (const id of takenBack([...counted.values()], undone)) counted.delete(id)
  for (const fact of corrected.size > 0 ? [...counted.values()] : []) {
    if (corrected.has(fact.id) || corrected.has(ofHandoff(fact, fact.type) ?? fact.id)) counted.delete(fact.id)
  }
  for (const fact of counted.values()) {
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

/** The answers that were taken back: of each handoff the last one before. */
function takenBack(facts: readonly KeptFact[], undone: readonly KeptFact[]): string[] {
  if (undone.length === 0) return []
  const answers = Map.groupBy(facts, (fact) => (fact.type === 'answered' ? ofHandoff(fact, fact.type) : undefined))
  return undone.flatMap((fact) => {
    const before = answers.get(ofHandoff(fact, 'answered'))?.filter(({ at }) => at <= fact.at) ?? []
    return before.toSorted((a, b) => a.at - b.at).at(-1)?.id ?? []
  })
}

/** What a correction takes back that names no fact: those of a type of one handoff. */
export function ofHandoff({ lead, handoff }: KeptFact, type: string | undefined): string | undefined {
  return handoff === undefined ? undefined : `${lead}\t${handoff}\t${type}`
}
