import { quantile } from '../rules/quantile.ts'
import type { KeptFact } from './fact.ts'
import { validOf } from './valid.ts'

/** What a rep did in a span of time: leads that they got, answers, the median of their minutes, and how many were in time. */
export interface RepWeek {
  leads: number
  answered: number
  /** Minutes of the handoff's clock; null: nothing was answered. */
  median: number | null
  /** The share of what was answered or was due that was answered in time; null: nothing was. */
  inTime: number | null
}

/** Sums up what reps did, by rep, from facts from `from` until now. What a later fact corrects or undoes does not count. */
export async function weekByRep(facts: AsyncIterable<KeptFact[]>, from: number): Promise<Map<string, RepWeek>> {
  const kept: KeptFact[] = []
  for await (const some of facts) {
    for (const fact of some) {
      if (TAKES_BACK.has(fact.type) || (fact.at >= from && COUNTED.has(fact.type))) kept.push(fact)
    }
  }
  const valid = validOf(kept).filter(({ type }) => COUNTED.has(type))
  const byRep = Map.groupBy(valid, ({ rep }) => rep ?? '')
  return new Map([...byRep].map(([rep, own]) => [rep, weekOf(own)]))
}

const COUNTED: ReadonlySet<string> = new Set(['assigned', 'answered', 'breached'])
const TAKES_BACK: ReadonlySet<string> = new Set(['corrected', 'undone'])

function weekOf(facts: readonly KeptFact[]): RepWeek {
  const handoffsOf = (type: string) =>
    new Set(facts.flatMap((fact) => (fact.type === type ? (handoffOf(fact) ?? fact.id) : [])))
  const answers = facts.filter(({ type, value }) => type === 'answered' && value !== undefined)
  const [answered, breached] = [handoffsOf('answered'), handoffsOf('breached')]
  const decided = answered.union(breached).size
  return {
    leads: handoffsOf('assigned').size,
    answered: answered.size,
    median:
      answers.length === 0
        ? null
        : quantile(
            answers.map(({ value = 0 }) => value),
            0.5,
          ),
    inTime: decided === 0 ? null : answered.difference(breached).size / decided,
  }
}

function handoffOf({ lead, handoff }: KeptFact): string | undefined {
  return handoff === undefined ? undefined : `${lead}\t${handoff}`
}
