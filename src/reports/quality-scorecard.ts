import type { KeptFact } from '../facts/fact.ts'
import { KNOWN, MEASURES, type Measure, SAYS_NOTHING } from '../leads/quality.ts'
import type { ReportInput } from './kind.ts'
import type { Cell, Chart, Finding, Section } from './report.ts'
import { shareOf } from './statistics.ts'
import { cellText } from './words.ts'

/** How many months the scorecard looks at: its own, the one before, and those that its chart shows as well. */
export const MONTHS = 6
const NAMES: Record<Measure, string> = {
  validEmails: 'Valid emails',
  requiredFields: 'Required fields',
  duplicates: 'Duplicates',
  lifecycleStage: 'Lifecycle stage right',
  leadSource: 'Lead source',
  stale: 'Stale',
}
// A share of what is wrong: the less of it the better.
const OF_WRONG: ReadonlySet<Measure> = new Set(['duplicates', 'stale'])

/** How many are right, of how many. */
interface Counted {
  right: number
  of: number
}
type Month = Map<string, Counted>

/** The six measures of a month against their targets, the composite, and what rules know: all against the month before. */
export function scorecard({ period, before, settings }: Pick<ReportInput, 'period' | 'before' | 'settings'>) {
  const periods = Array.from({ length: MONTHS }, (_, count) => (count === 0 ? period : before(count)))
  const months = periods.map((): Month => new Map())
  const at = months.map(() => new Map<string, number>())
  const { targets } = settings.dataQuality

  /** Facts come in the order of their time within a lead only, so the last measure is looked for. */
  function add(facts: readonly KeptFact[]): void {
    const judged = new Map<number, boolean>()
    for (const fact of facts) {
      const month = periods.findIndex(({ from, to }) => fact.at >= from && fact.at < to)
      if (month < 0) continue
      if (fact.type === 'judged') judged.set(month, fact.reason === 'right')
      if (fact.type !== 'measured' || fact.rule === undefined) continue
      if (fact.at < (at[month]?.get(fact.rule) ?? 0)) continue
      at[month]?.set(fact.rule, fact.at)
      months[month]?.set(fact.rule, { right: fact.value ?? 0, of: Number(fact.amount ?? 0) })
    }
    // Who judged a lead again has another word now.
    for (const [month, isRight] of judged) {
      const { right = 0, of = 0 } = months[month]?.get('lifecycleStage') ?? {}
      months[month]?.set('lifecycleStage', { right: right + (isRight ? 1 : 0), of: of + 1 })
    }
  }

  const shown = (month: number, measure: Measure) => {
    const good = goodOf(months[month]?.get(measure))
    return good !== null && OF_WRONG.has(measure) ? 1 - good : good
  }
  const composites = () => months.map(compositeOf)

  function finish(): { findings: Finding[]; sections: Section[]; charts: Chart[] } {
    const [own, previous] = composites()
    const rows = MEASURES.map((measure) => {
      const counted = months[0]?.get(measure)
      const wrong = counted && OF_WRONG.has(measure) ? counted.of - counted.right : counted?.right
      return row(NAMES[measure], shown(0, measure), shown(1, measure), targets[measure], OF_WRONG.has(measure), {
        right: wrong ?? null,
        of: counted?.of ?? null,
      })
    })
    const composite = row('Composite', own ?? null, previous ?? null, targets.composite, false, {
      right: null,
      of: null,
    })
    return {
      findings: findings(own ?? null, previous ?? null),
      sections: [
        {
          id: 'scorecard',
          title: 'Scorecard',
          note: `Of all contacts that HubSpot has, as they were checked last in the ${period.kind}; of the lifecycle stage, of the leads of the sample that somebody judged in it. Valid: its letters are right, it is no disposable one, and mail does not come back. Duplicates: contacts that stand there twice or more. Stale: nothing has changed for so long, and they have done nothing. The composite is the mean of the six, each by the share that is right; what nobody could measure is left out.`,
          columns: [
            { id: 'measure', title: 'Measure', unit: 'text' },
            { id: 'share', title: 'Share', unit: 'share' },
            { id: 'target', title: 'Target', unit: 'text' },
            { id: 'met', title: 'Met', unit: 'text' },
            { id: 'change', title: `Change on the ${period.kind} before`, unit: 'points' },
            { id: 'count', title: 'Contacts', unit: 'count' },
            { id: 'of', title: 'Of', unit: 'count' },
          ],
          rows: [...rows, composite],
          empty: `The data was not checked in this ${period.kind}.`,
        },
        known(),
      ],
      charts: chart(),
    }
  }

  function findings(own: number | null, previous: number | null): Finding[] {
    if (own === null)
      return [
        {
          id: 'composite',
          level: 'info',
          text: `The data was not checked in this ${period.kind}, so nothing is known of it.`,
        },
      ]
    const { composite } = targets
    const by = previous === null ? '' : `, ${cellText(own - previous, 'points', '')} on the ${period.kind} before`
    const off = MEASURES.flatMap((measure): Finding[] => {
      const share = shown(0, measure)
      const target = targets[measure]
      if (share === null || isMet(share, target, OF_WRONG.has(measure))) return []
      const { right = 0, of = 0 } = months[0]?.get(measure) ?? {}
      const count = OF_WRONG.has(measure) ? of - right : right
      return [
        {
          id: measure,
          level: 'warn',
          text: `${NAMES[measure]}: ${cellText(share, 'share', '')} (${cellText(count, 'count', '')} of ${cellText(of, 'count', '')}${measure === 'lifecycleStage' ? ' judged' : ''}), the target is ${targetText(target, OF_WRONG.has(measure))}.`,
        },
      ]
    })
    const is = isMet(own, composite, false)
    const text = `The quality of the data is ${cellText(own, 'share', '')}${by}; the target is ${targetText(composite, false)}.`
    return [{ id: 'composite', level: is ? 'good' : 'warn', text }, ...off, ...unjudged()]
  }

  function unjudged(): Finding[] {
    if (months[0]?.has('lifecycleStage') || settings.dataQuality.sample === 0) return []
    const text = `Nobody judged the lifecycle stage of a lead of the sample in this ${period.kind}, so it is not in the composite.`
    return [{ id: 'lifecycleStage', level: 'info', text }]
  }

  function known(): Section {
    const names = [...(months[0]?.keys() ?? [])].filter((name) => name.startsWith(KNOWN))
    const rows = names.map((name) => {
      const attribute = name.slice(KNOWN.length)
      const [share, was] = [goodOf(months[0]?.get(name)), goodOf(months[1]?.get(name))]
      return {
        attribute,
        share,
        nothing: goodOf(months[0]?.get(SAYS_NOTHING + attribute)),
        change: share === null || was === null ? null : share - was,
      }
    })
    return {
      id: 'known',
      title: 'What rules know',
      note: 'Of all contacts, those of whom an attribute that rules use is known, by HubSpot or by enrichment, once texts such as "n/a" are left out. Says nothing: HubSpot has such a text, or one that cannot be read.',
      columns: [
        { id: 'attribute', title: 'Attribute', unit: 'text' },
        { id: 'share', title: 'Known', unit: 'share' },
        { id: 'nothing', title: 'Says nothing', unit: 'share' },
        { id: 'change', title: `Change on the ${period.kind} before`, unit: 'points' },
      ],
      rows: rows.sort((a, b) => (a.share ?? 0) - (b.share ?? 0)),
      empty: `Nothing was measured in this ${period.kind}.`,
    }
  }

  // A line of one point says nothing.
  function chart(): Chart[] {
    const all = composites()
    if (all.filter((one) => one !== null).length < 2) return []
    return [
      {
        id: 'composite',
        title: 'Quality of the data',
        kind: 'lines',
        unit: 'share',
        x: periods.map(({ title }) => title).toReversed(),
        series: [{ name: 'Composite', values: all.toReversed() }],
        target: { from: targets.composite, name: 'target' },
      },
    ]
  }

  return { add, finish }
}

function goodOf(counted: Counted | undefined): number | null {
  return counted ? shareOf(counted.right, counted.of) : null
}

function compositeOf(month: Month): number | null {
  const shares = MEASURES.flatMap((measure) => goodOf(month.get(measure)) ?? [])
  return shares.length > 0 ? shares.reduce((sum, share) => sum + share, 0) / shares.length : null
}

function isMet(share: number, target: number, isOfWrong: boolean): boolean {
  return isOfWrong ? share <= target : share >= target
}

function targetText(target: number, isOfWrong: boolean): string {
  return `${isOfWrong ? 'at most' : 'at least'} ${cellText(target, 'share', '')}`
}

function row(
  measure: string,
  share: number | null,
  was: number | null,
  target: number,
  isOfWrong: boolean,
  { right, of }: { right: number | null; of: number | null },
): Record<string, Cell> {
  return {
    measure,
    share,
    target: targetText(target, isOfWrong),
    met: share === null ? null : isMet(share, target, isOfWrong) ? 'yes' : 'no',
    change: share === null || was === null ? null : share - was,
    count: right,
    of,
  }
}
