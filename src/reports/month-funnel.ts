import { quantile } from '../rules/quantile.ts'
import { counted } from '../rules/words.ts'
import { capital, column, levelOf, type Part, partWords, pointsOf } from './figures.ts'
import type { ReportBody } from './kind.ts'
import { type Cohort, type cohortsOf, type Reached, STEPS } from './month-cohorts.ts'
import type { Chart, Finding, Section } from './report.ts'
import { shareOf, wilson } from './statistics.ts'
import { cellText } from './words.ts'

// Sources are listed one by one up to here, and compared when so many leads came by them.
const MOST_SOURCES = 15
const FEWEST = 5
// Of fewer customers nobody can say how long it takes.
const FEWEST_CUSTOMERS = 5

/** The funnel of the leads that came in the period: by stage, by cohort, by source. */
export function funnelBody({ cohorts, days }: ReturnType<typeof cohortsOf>): ReportBody {
  const [own, previous] = cohorts
  if (!own) return { findings: [], sections: [], charts: [] }
  const before = previous?.isKnown ? previous : null
  const sources = sourceRows(own, before)
  return {
    findings: [overall(own, days), ...changes(own, before), ...sourceFindings(own)],
    sections: [stages(own, before), cohortTable(cohorts), sourceTable(own, sources)],
    charts: own.reached[0] === 0 ? [] : [funnelChart(own), ...sourceChart(sources)],
  }
}

/** Of those that came as far as the stage before, how many came to this one. */
function conversion(reached: Reached, step: number): Part {
  return { count: reached[step] ?? 0, all: step === 0 ? 0 : (reached[step - 1] ?? 0) }
}

function overall({ period, reached, open }: Cohort, days: readonly number[]): Finding {
  const [leads = 0, ...later] = reached
  if (leads === 0) return { id: 'funnel', level: 'info', text: `No lead came in ${period.title}.` }
  const became = later.map((count, at) => reachedWords(count, at + 1))
  const slow =
    days.length >= FEWEST_CUSTOMERS ? [0.5, 0.8].map((share) => cellText(quantile(days, share), 'days', '')) : null
  const long = slow
    ? ` Of ${days.length} leads that became customers half took up to ${slow[0]}, four of five up to ${slow[1]}; those that take longer than we have waited are not among them.`
    : ''
  return {
    id: 'funnel',
    level: 'info',
    text: `Of ${counted(leads, 'lead')} that came in ${period.title}, so far ${became.join(', ')}; ${cellText(open, 'count', '')} of them may still go on, so these shares only rise.${long}`,
  }
}

// 3 MQLs, 1 customer.
function reachedWords(count: number, step: number): string {
  const many = STEPS[step]?.replace(/^[OC]/, (first) => first.toLowerCase()) ?? ''
  return `${cellText(count, 'count', '')} ${count === 1 ? many.replace(/ies$/, 'y').replace(/s$/, '') : many}`
}

function changes(own: Cohort, before: Cohort | null): Finding[] {
  if (!before || own.reached[0] === 0) return []
  const found = STEPS.slice(1).flatMap((title, index): Finding[] => {
    const [now, then] = [conversion(own.reached, index + 1), conversion(before.atSameAge, index + 1)]
    const level = levelOf(now, then)
    if (level === 'info') return []
    const text = `From ${STEPS[index]} to ${title}: ${partWords(now)}, against ${partWords(then)} in ${before.period.title} at the same age. Chance alone does not explain that.`
    return [{ id: `funnel-${title.toLowerCase()}`, level, text }]
  })
  if (found.length > 0) return found
  return [
    {
      id: 'funnel-change',
      level: 'info',
      text: `No step of the funnel differs from ${before.period.title} at the same age by more than chance explains.`,
    },
  ]
}

function stages({ period, reached, open }: Cohort, before: Cohort | null): Section {
  const word = period.kind
  return {
    id: 'funnel',
    title: 'From lead to customer',
    note: `The leads that came in ${period.title}, as of now; whoever skips a stage has been through it, whoever goes back has been there; who was an SQL or further when they came is left out. Of the stage before: the share of it. ${capital(word)} before: the leads of that one, at the same age. ${counted(open, 'lead')} may still go on: neither a customer nor out.`,
    columns: [
      column('stage', 'Stage', 'text'),
      column('leads', 'Leads', 'count'),
      column('conversion', 'Of the stage before', 'share'),
      column('from', 'Likely from', 'share'),
      column('to', 'Likely to', 'share'),
      column('ofLeads', 'Of all leads', 'share'),
      column('leadsBefore', `${capital(word)} before`, 'count'),
      column('conversionBefore', 'Its share', 'share'),
      column('change', 'Change', 'points'),
    ],
    rows: STEPS.map((stage, step) => {
      const part = conversion(reached, step)
      const then = before && conversion(before.atSameAge, step)
      const likely = wilson(part.count, part.all)
      return {
        stage,
        leads: part.count,
        conversion: shareOf(part.count, part.all),
        from: likely?.from ?? null,
        to: likely?.to ?? null,
        ofLeads: shareOf(part.count, reached[0] ?? 0),
        leadsBefore: then?.count ?? null,
        conversionBefore: then && shareOf(then.count, then.all),
        change: pointsOf(part, then),
      }
    }),
    empty: '',
  }
}

function cohortTable(cohorts: readonly Cohort[]): Section {
  const [own] = cohorts
  const word = own?.period.kind ?? 'month'
  return {
    id: 'cohorts',
    title: `By the ${word} in which they came`,
    note: 'Each as of now, so the latest ones are not done yet. Open: neither a customer nor out.',
    columns: [
      column('period', capital(word), 'text'),
      ...STEPS.map((title) => column(title.toLowerCase(), title, 'count')),
      column('ofLeads', 'Customers of leads', 'share'),
      column('open', 'Open', 'count'),
    ],
    rows: cohorts
      .filter(({ isKnown, reached }, index) => index === 0 || isKnown || (reached[0] ?? 0) > 0)
      .map(({ period, isKnown, reached, open }, index) => ({
        period: isKnown || index === 0 ? period.name : `${period.name} (in part)`,
        ...Object.fromEntries(STEPS.map((title, step) => [title.toLowerCase(), reached[step] ?? 0])),
        ofLeads: shareOf(reached.at(-1) ?? 0, reached[0] ?? 0),
        open,
      })),
    empty: '',
  }
}

type SourceRow = { source: string; reached: Reached; before: Reached | null }

// The largest first; what is left is one row.
function sourceRows(own: Cohort, before: Cohort | null): SourceRow[] {
  const earlier = new Map(before?.bySource.all().map(({ source, of }) => [source, of]))
  const all = own.bySource.all().sort((a, b) => (b.of[0] ?? 0) - (a.of[0] ?? 0))
  const rows = all.map(({ source, of }): SourceRow => {
    return { source, reached: of, before: before && (earlier.get(source) ?? STEPS.map(() => 0)) }
  })
  const rest = rows.splice(MOST_SOURCES)
  if (rest.length > 0) {
    const sum = (of: (row: SourceRow) => Reached) =>
      STEPS.map((_, step) => rest.reduce((total, row) => total + (of(row)[step] ?? 0), 0))
    rows.push({
      source: `${rest.length} more`,
      reached: sum(({ reached }) => reached),
      before: before && sum((row) => row.before ?? []),
    })
  }
  return rows
}

function sourceTable({ period }: Cohort, rows: readonly SourceRow[]): Section {
  const shares = STEPS.slice(1).map((title, index) => ({
    id: `to${title}`,
    title: `${STEPS[index]} → ${title}`,
    step: index + 1,
  }))
  return {
    id: 'sources',
    title: 'By source',
    note: `The same leads by where they came from. Likely: between which shares of leads that become MQLs the true one lies. Before: the leads of the ${period.kind} before, at the same age.`,
    columns: [
      column('source', 'Source', 'text'),
      ...STEPS.map((title) => column(title.toLowerCase(), title, 'count')),
      ...shares.map(({ id, title }) => column(id, title, 'share')),
      column('from', 'MQLs likely from', 'share'),
      column('to', 'MQLs likely to', 'share'),
      column('leadsBefore', 'Leads before', 'count'),
      column('toMQLsBefore', 'MQLs before', 'share'),
    ],
    rows: rows.map(({ source, reached, before }) => {
      const likely = wilson(reached[1] ?? 0, reached[0] ?? 0)
      return {
        source,
        ...Object.fromEntries(STEPS.map((title, step) => [title.toLowerCase(), reached[step] ?? 0])),
        ...Object.fromEntries(shares.map(({ id, step }) => [id, shareOf(reached[step] ?? 0, reached[step - 1] ?? 0)])),
        from: likely?.from ?? null,
        to: likely?.to ?? null,
        leadsBefore: before && (before[0] ?? 0),
        toMQLsBefore: before && shareOf(before[1] ?? 0, before[0] ?? 0),
      }
    }),
    empty: `No lead came in ${period.title}.`,
  }
}

// A source against all others together, by the leads that became MQLs.
function sourceFindings(own: Cohort): Finding[] {
  const [leads = 0, mqls = 0] = own.reached
  const found = own.bySource.all().flatMap(({ source, of: [some = 0, became = 0] }) => {
    if (some < FEWEST) return []
    const [part, rest] = [
      { count: became, all: some },
      { count: mqls - became, all: leads - some },
    ]
    const level = levelOf(part, rest)
    if (level === 'info') return []
    const text = `Of leads from ${source} ${partWords(part)} became MQLs, of all others ${partWords(rest)}.`
    return [{ some, finding: { id: 'source', level, text } }]
  })
  return found
    .sort((a, b) => b.some - a.some)
    .slice(0, 3)
    .map(({ finding }) => finding)
}

function funnelChart({ period, reached }: Cohort): Chart {
  const title = `Leads of ${period.title}, by how far they have come`
  return {
    id: 'funnel',
    title,
    kind: 'funnel',
    unit: 'count',
    x: [...STEPS],
    series: [{ name: 'Leads', values: reached }],
  }
}

function sourceChart(rows: readonly SourceRow[]): Chart[] {
  const shown = rows.filter(({ reached: [leads = 0] }) => leads >= FEWEST).slice(0, 8)
  if (shown.length < 2) return []
  return [
    {
      id: 'sources',
      title: 'Share of leads that became MQLs, and SQLs, by source',
      kind: 'bars',
      unit: 'share',
      x: shown.map(({ source, reached: [leads = 0] }) => `${source} (${leads})`),
      series: [1, 2].map((step) => ({
        name: STEPS[step] ?? '',
        values: shown.map(({ reached }) => shareOf(reached[step] ?? 0, reached[0] ?? 0)),
      })),
    },
  ]
}
