import type { KeptFact } from '../facts/fact.ts'
import { STAGES, type Stage } from '../rules/stages.ts'
import { whole } from '../rules/words.ts'
import type { Cell, Finding, Period, Report, Section } from './report.ts'
import { cellText, dayText } from './words.ts'

/*
 * What a report counts, held against HubSpot's own counts: how many contacts were created in a period, and how many came into each stage.
 */

/** By how much of HubSpot's count the two may differ without a word. */
const MAY_DIFFER = 0.05

/** What is compared: what it is called, and HubSpot's property with the date of it. */
export const COMPARED = {
  contacts: { title: 'new contacts', property: 'createdate' },
  mql: { title: 'MQLs', property: dateOf('mql') },
  sql: { title: 'SQLs', property: dateOf('sql') },
  opportunity: { title: 'opportunities', property: dateOf('opportunity') },
  customer: { title: 'customers', property: dateOf('customer') },
} as const
/** Something that is compared. */
export type Compared = keyof typeof COMPARED
const NAMES = Object.keys(COMPARED) as Compared[]

/** The types of facts that are counted. */
export const RECONCILED_TYPES = ['seen', 'stage'] as const

/** How many there were by the facts. */
export type Counts = Record<Compared, number>

/** HubSpot's count, or why there is none. */
export type HubSpotCount = number | { refused: string }

/** Counts leads that came into being or into a stage in a period, each once; those that HubSpot had before Baton came are not new. */
export function createCounts({ from, to }: Pick<Period, 'from' | 'to'>) {
  const counts = Object.fromEntries(NAMES.map((name) => [name, 0])) as Counts
  return {
    counts,
    add(facts: readonly KeptFact[]): void {
      const found = new Set<Compared>()
      for (const { type, at, stage, reason } of facts) {
        if (at < from || at >= to || (type !== 'seen' && type !== 'stage')) continue
        if (type === 'seen' && reason === 'adopted') continue
        if (type === 'seen') found.add('contacts')
        if (stage !== undefined && Object.hasOwn(COMPARED, stage)) found.add(stage as Compared)
      }
      for (const name of found) counts[name] += 1
    },
  }
}

/** A report with a table of both counts, and a sentence for each that is off or that HubSpot does not tell. */
export function withReconciled(
  report: Report,
  counts: Counts,
  hubspot: Record<Compared, HubSpotCount>,
  since: number | null,
): Report {
  const { timeZone } = report.period
  const rows = NAMES.map((name) => rowOf(name, counts[name], hubspot[name]))
  const off = rows.flatMap(({ finding }) => finding ?? [])
  const asked = rows.filter(({ row }) => row.hubspot !== null).length
  const fine: Finding[] =
    off.length === 0
      ? [
          {
            id: 'reconciled',
            level: 'good',
            text: `Baton and HubSpot count the same within ${limit(timeZone)}: ${asked} of ${NAMES.length} figures compared.`,
          },
        ]
      : []
  const known =
    since !== null && since > report.period.from ? ` Baton has facts only from ${dayText(since, timeZone)} on.` : ''
  const section: Section = {
    id: 'reconcile',
    title: 'Held against HubSpot',
    note: `What Baton noted in the period, and how many contacts HubSpot finds with such a date in it now; contacts deleted since are in the first alone, those that HubSpot had before Baton came in the second.${known}`,
    columns: [
      { id: 'what', title: 'What', unit: 'text' },
      { id: 'baton', title: 'Baton', unit: 'count' },
      { id: 'hubspot', title: 'HubSpot', unit: 'count' },
      { id: 'difference', title: 'Difference', unit: 'change' },
      { id: 'said', title: 'So', unit: 'text' },
    ],
    rows: rows.map(({ row }) => row),
    empty: 'Nothing was compared.',
  }
  return { ...report, findings: [...report.findings, ...off, ...fine], sections: [...report.sections, section] }

  function rowOf(
    name: Compared,
    baton: number,
    theirs: HubSpotCount,
  ): { row: Record<string, Cell>; finding?: Finding } {
    const { title, property } = COMPARED[name]
    const id = `reconcile-${name}`
    if (typeof theirs !== 'number') {
      const row = { what: title, baton, hubspot: null, difference: null, said: `not compared: ${theirs.refused}` }
      const text = `The ${title} could not be held against HubSpot (${property}): ${theirs.refused}. Baton counts ${whole(baton)}.`
      return { row, finding: { id, level: 'warn', text } }
    }
    const difference = theirs === 0 ? (baton === 0 ? 0 : null) : baton / theirs - 1
    const isOff = Math.abs(baton - theirs) > MAY_DIFFER * theirs
    const row = {
      what: title,
      baton,
      hubspot: theirs,
      difference,
      said: isOff ? `off by over ${limit(timeZone)}` : 'agrees',
    }
    if (!isOff) return { row }
    const text = `Of ${title} Baton counts ${whole(baton)} and HubSpot ${whole(theirs)} (${property}): they differ by over ${limit(timeZone)}.`
    return { row, finding: { id, level: 'warn', text } }
  }
}

const limit = (timeZone: string) => cellText(MAY_DIFFER, 'share', timeZone)

function dateOf(stage: Stage): string {
  return `hs_v2_date_entered_${STAGES[stage]}`
}
