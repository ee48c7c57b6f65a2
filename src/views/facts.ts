import { z } from 'zod'
import { FACT_FIELDS, FACT_TYPES, type FactType, type KeptFact } from '../facts/fact.ts'
import { iso } from '../rules/words.ts'
import type { FactStreams } from '../store/facts.ts'

/*
 * What happened, the latest first, by filters: for the API, the console and the command line. Facts name leads by their pseudonyms.
 */

export const FACT_TYPE_NAMES = Object.keys(FACT_TYPES) as [FactType, ...FactType[]]

/** A fact as lists show it; what is empty is absent. */
export const FactItem = z.object({
  id: z.string(),
  at: z.iso.datetime(),
  type: z.enum(FACT_TYPE_NAMES),
  value: z.number().optional().describe('its unit depends on the type'),
  ...(Object.fromEntries(FACT_FIELDS.map((field) => [field, z.string().optional()])) as Record<
    (typeof FACT_FIELDS)[number],
    z.ZodOptional<z.ZodString>
  >),
})
export type FactItem = z.output<typeof FactItem>

/** Which facts are listed; what is absent does not matter. `since`: epoch milliseconds. */
export interface FactFilter {
  type?: FactType | undefined
  rep?: string | undefined
  pool?: string | undefined
  route?: string | undefined
  lead?: string | undefined
  since: number
}

/** A page of facts. `next`: behind which fact the following page begins; null: this is the last one. */
export interface FactPage {
  facts: FactItem[]
  next: { at: number; id: string } | null
}

/** Makes what lists facts. Only so many are in memory as a page has. */
export function createFactPages(facts: FactStreams) {
  /** The facts that a filter lets through, the latest first, at most `limit`, from `after` on. */
  return async function page(filter: FactFilter, after: FactPage['next'], limit: number): Promise<FactPage> {
    let found: KeptFact[] = []
    const isBehind = ({ at, id }: KeptFact) => !after || at < after.at || (at === after.at && id < after.id)
    for await (const some of facts.since(filter.since)) {
      found.push(...some.filter((fact) => lets(filter, fact) && isBehind(fact)))
      if (found.length > 2 * limit) found = latest(found).slice(0, limit + 1)
    }
    const sorted = latest(found)
    const shown = sorted.slice(0, limit)
    const last = shown.at(-1)
    return { facts: shown.map(factItem), next: sorted.length > limit && last ? { at: last.at, id: last.id } : null }
  }
}

/** Lists facts. */
export type FactPages = ReturnType<typeof createFactPages>

function latest(facts: KeptFact[]): KeptFact[] {
  return facts.sort((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1))
}

function lets({ since, ...same }: FactFilter, fact: KeptFact): boolean {
  if (fact.at < since) return false
  return Object.entries(same).every(
    ([field, value]) => value === undefined || fact[field as keyof typeof same] === value,
  )
}

function factItem({ at, ...fact }: KeptFact): FactItem {
  return { ...fact, at: iso(at) }
}

/** The columns of facts as CSV. */
export const FACT_COLUMNS = ['id', 'at', 'type', 'value', ...FACT_FIELDS] as const
