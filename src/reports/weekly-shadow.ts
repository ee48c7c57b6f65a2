import { type ShadowMove, type ShadowSum, shadowFold } from '../facts/shadow.ts'
import { counted } from '../rules/words.ts'
import type { Section } from './report.ts'
import type { Part } from './weekly-part.ts'
import type { Weeks } from './weekly-weeks.ts'
import { cellText } from './words.ts'

const MOST = 10
const ASPECTS = { to: 'where it goes', band: 'band' } as const

/** What a config that runs beside the live one would have decided otherwise in the period, and what became of those leads since. */
export function shadowPart(weeks: Weeks): Part {
  const folds = new Map<string, ReturnType<typeof shadowFold>>()

  return {
    add({ facts }) {
      for (const { type, at, shadow } of facts) {
        if (type !== 'shadowed' || shadow === undefined || weeks.of(at) !== 0 || folds.has(shadow)) continue
        // The end is not part of the period.
        folds.set(shadow, shadowFold({ version: shadow, since: weeks.all[0]?.from ?? 0, until: weeks.end - 1 }))
      }
      for (const fold of folds.values()) fold.add(facts)
    },
    finish() {
      const sums = [...folds].map(([version, fold]) => ({ version, ...fold.finish() }))
      return {
        findings: sums.map((sum) => ({ id: `shadow-${sum.version}`, level: 'info', text: sentence(sum, weeks) })),
        sections: sums.map((sum) => section(sum, sums.length > 1)),
      }
    },
  }
}

function sentence(
  { version, differing, changed, meanScoreChange }: ShadowSum & { version: string },
  { word }: Weeks,
): string {
  const mean =
    meanScoreChange === null
      ? ''
      : `, by ${cellText(Math.abs(meanScoreChange), 'count', '')} points ${meanScoreChange < 0 ? 'fewer' : 'more'} on average`
  return `The shadow config ${version} would have decided otherwise ${counted(differing.decisions, 'time')} in this ${word}, about ${counted(differing.leads, 'lead')}: another score for ${changed.score.leads}${mean}, another band for ${changed.band.leads}, elsewhere ${changed.to.leads}.`
}

function section({ version, moves }: ShadowSum & { version: string }, isOneOfSeveral: boolean): Section {
  const rows = (['to', 'band'] as const).flatMap((aspect) =>
    moves[aspect].slice(0, MOST).map((move) => rowOf(ASPECTS[aspect], move)),
  )
  return {
    id: isOneOfSeveral ? `shadow-${version}` : 'shadow',
    title: `What the shadow config ${version} would change`,
    note: 'Leads of which it would have decided otherwise, and how many of them have come that far since.',
    columns: [
      { id: 'what', title: 'What', unit: 'text' },
      { id: 'from', title: 'Is', unit: 'text' },
      { id: 'to', title: 'Would be', unit: 'text' },
      { id: 'leads', title: 'Leads', unit: 'count' },
      { id: 'decisions', title: 'Decisions', unit: 'count' },
      { id: 'accepted', title: 'Accepted', unit: 'count' },
      { id: 'opportunity', title: 'Opportunity', unit: 'count' },
      { id: 'customer', title: 'Customer', unit: 'count' },
    ],
    rows,
    empty: 'Only scores differ.',
  }
}

function rowOf(what: string, { from, to, leads, decisions, outcomes }: ShadowMove) {
  const { accepted, opportunity, customer } = outcomes
  return { what, from, to, leads, decisions, accepted, opportunity, customer }
}
