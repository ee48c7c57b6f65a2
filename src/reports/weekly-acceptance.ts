import { counted } from '../rules/words.ts'
import { ofWords, shareWords } from './figures.ts'
import type { ReportInput } from './kind.ts'
import { handedOver, verdictOn } from './lead-story.ts'
import type { Cell, Finding, Section } from './report.ts'
import { shareOf } from './statistics.ts'
import { labelOf } from './weekly-funnel.ts'
import { likely, type Part } from './weekly-part.ts'
import { PERIODS, type Weeks } from './weekly-weeks.ts'

// Two leads say nothing.
const FEWEST = 5
const SHOWN = 9

/** Leads handed over: how many sales accepted, did not want or gave up, and how many may still be accepted. */
export interface Cohort {
  handed: number
  accepted: number
  declined: number
  open: number
}

const emptyCohort = (): Cohort => ({ handed: 0, accepted: 0, declined: 0, open: 0 })

/**
 * Where a cohort lies outside the band. The open ones are taken for accepted, and for not accepted, so that the days of a decision raise no
 * alarm; and with 90 % it is not chance (Wilson). Fewer than five leads are none's matter.
 */
export function outside(
  { handed, accepted, open }: Cohort,
  band: { from: number; to: number },
): 'below' | 'above' | null {
  if (handed < FEWEST) return null
  if (likely(accepted + open, handed).to < band.from) return 'below'
  return likely(accepted, handed).from > band.to ? 'above' : null
}

/**
 * Acceptance: of the leads that were handed over in a period, those that sales took on, whenever it did: SQL ÷ MQL by the cohort, for a lead of
 * Friday is decided on next week. MQLs are those that were MQLs when they were handed over; who raised a hand, or was drawn as a sample,
 * says nothing of the bar, and stands apart. The report of last week finds many undecided, so the four weeks before are judged as well.
 */
export function acceptancePart({ settings, now }: Pick<ReportInput, 'settings' | 'now'>, weeks: Weeks): Part {
  const { acceptance: band } = settings.targets
  const mqls = Array.from({ length: PERIODS }, emptyCohort)
  const others = emptyCohort()

  function note(cohort: Cohort | undefined, verdict: ReturnType<typeof verdictOn>): void {
    if (!cohort) return
    cohort.handed += 1
    cohort[verdict] += 1
  }

  return {
    add(lead) {
      for (const which of new Set(lead.handoffs.map(({ startedAt }) => weeks.of(startedAt)))) {
        if (which === undefined) continue
        const handoff = handedOver(lead, (at) => weeks.of(at) === which)
        if (!handoff) continue
        const verdict = verdictOn(lead, handoff, now)
        if (handoff.isMql) note(mqls[which], verdict)
        else if (which === 0) note(others, verdict)
      }
    },
    finish() {
      const own = mqls[0] ?? emptyCohort()
      const lately = sum(mqls.slice(1, 5))
      const rows = [
        { ...row('MQLs', own), target: standing(own, band) },
        { ...row('other leads', others), target: null },
        { ...row(`MQLs, 4 ${weeks.word}s before`, lately), target: standing(lately, band) },
      ]
      const shown = Array.from({ length: SHOWN }, (_, at) => SHOWN - 1 - at)
      const section: Section = {
        id: 'acceptance',
        title: 'Acceptance by sales',
        note: `Of the leads that were handed over to sales in that time, those that it has accepted by now (SQL). Not accepted: declined, given up, or older than 7 days. The target, ${bandWords(band)}, is of MQLs alone.`,
        columns: [
          { id: 'who', title: 'Handed over', unit: 'text' },
          { id: 'handed', title: 'Leads', unit: 'count' },
          { id: 'accepted', title: 'Accepted', unit: 'count' },
          { id: 'declined', title: 'Not accepted', unit: 'count' },
          { id: 'open', title: 'Open', unit: 'count' },
          { id: 'share', title: 'Share', unit: 'share' },
          // Not one of the share itself: undecided leads are no miss, and few say nothing.
          { id: 'target', title: 'Target', unit: 'text' },
        ],
        rows,
        empty: 'No lead was handed over to sales.',
      }
      return {
        findings: [finding(weeks, own, lately, band)],
        sections: [section],
        charts: [
          {
            id: 'acceptance',
            title: `Acceptance of MQLs, by the ${weeks.word} in which they were handed over`,
            kind: 'lines',
            unit: 'share',
            x: shown.map((which) => labelOf(weeks, which)),
            series: [{ name: 'Acceptance', values: shown.map((which) => shareOfCohort(mqls[which])) }],
            target: { from: band.from, to: band.to, name: bandWords(band) },
          },
        ],
      }
    },
  }
}

type Band = ReportInput['settings']['targets']['acceptance']

function finding({ word }: Weeks, own: Cohort, lately: Cohort, band: Band): Finding {
  const target = `target ${bandWords(band)}`
  const undecided = own.open > 0 ? `, ${own.open} undecided` : ''
  const said =
    own.handed === 0
      ? `No MQL was handed over to sales in this ${word}`
      : own.handed === own.open
        ? `Sales has decided on none of the ${counted(own.handed, 'MQL')} handed over in this ${word}; ${target}`
        : `Sales accepted ${ofWords(own.accepted, own.handed, `MQLs that were handed over in this ${word}`)}${undecided}; ${target}`
  const before = lately.handed > 0 ? ` Of the 4 ${word}s before: ${ofWords(lately.accepted, lately.handed)}.` : ''
  const cohort = [own, lately].find((one) => outside(one, band) !== null)
  if (!cohort) {
    const few = own.handed > 0 && own.handed < FEWEST ? ', too few to judge' : ''
    return { id: 'acceptance', level: standing(own, band) === 'met' ? 'good' : 'info', text: `${said}${few}.${before}` }
  }
  return { id: 'acceptance', level: 'warn', text: `${said}.${before} ${meaning(cohort, band)}`, alert: true }
}

// What it means is about the MQLs alone.
function meaning(cohort: Cohort, band: Band): string {
  if (outside(cohort, band) === 'below')
    return `Below ${shareWords(band.from)}: scoring is too loose, and sends sales leads that it does not want; the reasons below say which.`
  if ((shareOf(cohort.accepted, cohort.handed) ?? 0) > band.tooHigh)
    return `Above ${shareWords(band.tooHigh)}: the bar is too low by which sales accepts, or scoring is so strict that good leads stay in nurture.`
  return `Above ${shareWords(band.to)}: sales takes nearly all; look whether good leads stay in nurture.`
}

function row(who: string, cohort: Cohort): Record<string, Cell> {
  return { who, ...cohort, share: shareOfCohort(cohort) }
}

/** How a cohort stands against the band; null of none. */
function standing(cohort: Cohort, band: Band): string | null {
  const { handed, accepted, open } = cohort
  if (handed === 0) return null
  const share = shareOf(accepted, handed)
  if (open === 0 && share !== null && share >= band.from && share <= band.to) return 'met'
  return outside(cohort, band) ?? (handed < FEWEST ? 'too few' : 'cannot tell')
}

function bandWords({ from, to }: Band): string {
  return `${shareWords(from)} to ${shareWords(to)}`
}

// While nobody is decided on, nobody can say.
function shareOfCohort(cohort: Cohort | undefined): number | null {
  return cohort && cohort.open < cohort.handed ? shareOf(cohort.accepted, cohort.handed) : null
}

function sum(cohorts: readonly Cohort[]): Cohort {
  const all = emptyCohort()
  for (const one of cohorts) for (const key of ['handed', 'accepted', 'declined', 'open'] as const) all[key] += one[key]
  return all
}
