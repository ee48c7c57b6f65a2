import type { KeptFact } from '../facts/fact.ts'
import { quantile } from '../rules/quantile.ts'
import type { Stage } from '../rules/stages.ts'
import { counted, whole } from '../rules/words.ts'
import type { ReportFold, ReportInput, ReportKind } from './kind.ts'
import type { Chart, Finding, Section } from './report.ts'
import { bySource } from './sources.ts'
import { shareOf } from './statistics.ts'
import { cellText, dayText } from './words.ts'

const DAY = 24 * 60 * 60_000
const PERIODS_SHOWN = 6
const SOURCES_SHOWN = 10

/** Where a lead stands at an instant; `stage` is absent where facts do not say it. */
interface Standing {
  stage?: Stage | undefined
  since: number
  source: string
  /** It is in no stage's list: archived, or not in HubSpot any more. */
  gone?: 'archived' | 'gone' | undefined
  actedAt?: number
}

/** What became of leads that were stuck, each in one of these. */
const FATES = {
  'moved on': 'went on to another stage',
  disqualified: 'were disqualified',
  archived: 'were archived',
  gone: 'are no contact any more: deleted, merged or erased',
  'acted on': 'are in it still, and somebody had something done',
  untouched: 'are in it still, and nothing was done',
} as const
type Fate = keyof typeof FATES

/** Leads that stand in a stage for too long at the end of a period: where, for how long, from where, and what became of those before. */
export const stuck: ReportKind = {
  name: 'stuck',
  title: 'Stuck leads',
  every: 'month',
  // A lead stands where it has stood for long.
  reads: () => 0,
  types: ['seen', 'stage', 'routed', 'archived', 'gone', 'acted'],
  fold: createFold,
}

function createFold(input: ReportInput): ReportFold {
  const { after, stages } = input.settings.stuck
  // The end of the period, and those of the periods before: what is not over yet ends now.
  const ends = [input.period, ...Array.from({ length: PERIODS_SHOWN - 1 }, (_, index) => input.before(index + 1))]
    .map((period) => ({ at: Math.min(period.to, input.now), name: period.name }))
    .filter(({ at }, index) => index === 0 || (input.since !== null && at > input.since))
  const [end, before] = [ends[0]?.at ?? input.now, ends[1]?.at]
  const inStage = new Map<Stage, number>()
  const ages = new Map<Stage, number[]>()
  const sources = bySource((): OfSource => ({ stuck: [], all: 0 }))
  const counts = ends.map(() => new Map<Stage, number>())
  const fates = new Map<Fate, number>()
  let [unknown, wasStuck] = [0, 0]

  const stageAt = ({ stage, gone }: Standing) => (!gone && stage && stages.includes(stage) ? stage : undefined)
  const isStuck = (standing: Standing, at: number) => stageAt(standing) && standing.since <= at - after

  function add(facts: readonly KeptFact[]): void {
    const [first] = facts
    if (!first || first.lead === '') return
    const standings = standingsAt(
      facts,
      ends.map(({ at }) => at),
    )
    for (const [index, { at }] of ends.entries()) {
      const standing = standings[index]
      if (standing?.stage && isStuck(standing, at)) addOne(counts[index], standing.stage)
    }
    const now = standings[0]
    if (now) addPresent(now)
    const then = before === undefined ? undefined : standings[1]
    if (now && then && before !== undefined && isStuck(then, before)) {
      wasStuck += 1
      addOne(fates, fateOf(then, now, before))
    }
  }

  function addPresent(standing: Standing): void {
    if (!standing.stage && !standing.gone) unknown += 1
    const stage = stageAt(standing)
    if (!stage) return
    addOne(inStage, stage)
    const source = sources.of(standing.source)
    source.all += 1
    if (!isStuck(standing, end)) return
    const age = (end - standing.since) / DAY
    source.stuck.push(age)
    const own = ages.get(stage)
    if (own) own.push(age)
    else ages.set(stage, [age])
  }

  function finish() {
    const all = [...ages.values()].flat()
    const wasIn = (stage: Stage) => (before === undefined ? null : (counts[1]?.get(stage) ?? 0))
    const row = (stage: string, own: readonly number[], standing: number, was: number | null) => ({
      stage,
      stuck: own.length,
      all: standing,
      share: shareOf(own.length, standing),
      ...spread(own),
      before: was,
      change: was === null || was === 0 ? null : own.length / was - 1,
    })
    const rows = stages.map((stage) => row(words(stage), ages.get(stage) ?? [], inStage.get(stage) ?? 0, wasIn(stage)))
    const standing = sum(inStage.values())
    const was = before === undefined ? null : sum(counts[1]?.values() ?? [])
    const sections = [
      stageSection(input, [...rows, row('all', all, standing, was)], unknown),
      sourceSection(sources.all()),
      fateSection(fates, wasStuck),
    ]
    return {
      findings: findingsOf(input, { all, standing, was, wasStuck, fates, ages }),
      sections,
      charts: [chartOf(stages, ends.map(({ name }) => name).reverse(), [...counts].reverse())],
    }
  }

  return { add, finish }
}

/** Where a lead stood at instants, of which the latest comes first; undefined where it was not there yet. */
function standingsAt(facts: readonly KeptFact[], instants: readonly number[]): (Standing | undefined)[] {
  const found: (Standing | undefined)[] = []
  // Of one that an older version saw, its first move says where it was before.
  const moved = facts.find(({ type }) => type === 'stage')
  let standing: Standing | undefined
  let next = 0
  for (const at of instants.toReversed()) {
    for (; next < facts.length; next++) {
      const fact = facts[next]
      if (!fact || fact.at >= at) break
      standing = after(standing, fact, moved)
    }
    found.push(standing)
  }
  return found.reverse()
}

function after(standing: Standing | undefined, fact: KeptFact, moved: KeptFact | undefined): Standing | undefined {
  const { type, at, source, stage, reason } = fact
  if (type === 'seen') return { stage: (stage ?? moved?.reason) as Stage | undefined, since: at, source: source ?? '' }
  const known: Standing = standing ?? { since: at, source: '' }
  switch (type) {
    case 'stage':
      return { ...known, stage: stage as Stage, since: at }
    case 'archived':
      return { ...known, gone: 'archived' }
    case 'gone':
      return { ...known, gone: reason === 'back' ? undefined : 'gone' }
    case 'acted':
      return { ...known, actedAt: at }
    case 'routed':
      return source && source !== known.source ? { ...known, source } : known
    default:
      return known
  }
}

function fateOf(then: Standing, now: Standing, before: number): Fate {
  if (now.gone) return now.gone
  if (now.stage === 'disqualified') return 'disqualified'
  if (now.stage !== then.stage || now.since !== then.since) return 'moved on'
  return (now.actedAt ?? 0) >= before ? 'acted on' : 'untouched'
}

function stageSection({ settings, since, period }: ReportInput, rows: Section['rows'], unknown: number): Section {
  const days = Math.round(settings.stuck.after / DAY)
  const kept =
    since === null
      ? ''
      : ` Facts are kept from ${dayText(since, period.timeZone)} on: who has not moved since before stands in the monthly list in Slack alone.`
  const missing = unknown === 0 ? '' : ` Of ${counted(unknown, 'lead')} the stage is not known.`
  return {
    id: 'stages',
    title: 'By stage',
    note: `Leads that have been in a stage for over ${days} days when the period ends, of all that are in it then.${kept}${missing}`,
    columns: [
      { id: 'stage', title: 'Stage', unit: 'text' },
      { id: 'stuck', title: 'Stuck', unit: 'count' },
      { id: 'all', title: 'Of', unit: 'count' },
      { id: 'share', title: 'Share', unit: 'share' },
      { id: 'median', title: 'Median', unit: 'days' },
      { id: 'longest', title: 'Longest', unit: 'days' },
      { id: 'before', title: `The ${period.kind} before`, unit: 'count' },
      { id: 'change', title: 'Change', unit: 'change' },
    ],
    rows,
    empty: 'No stage is looked at.',
  }
}

/** The leads of a source: for how many days those that are stuck are, and how many there are. */
interface OfSource {
  stuck: number[]
  all: number
}

function sourceSection(sources: readonly { source: string; of: OfSource }[]): Section {
  const rows = sources
    .filter(({ of }) => of.stuck.length > 0)
    .sort((a, b) => b.of.stuck.length - a.of.stuck.length || (a.source < b.source ? -1 : 1))
    .slice(0, SOURCES_SHOWN)
    .map(({ source, of: { stuck, all } }) => ({
      source,
      stuck: stuck.length,
      all,
      share: shareOf(stuck.length, all),
      ...spread(stuck),
    }))
  return {
    id: 'sources',
    title: 'By source',
    note: `Of all leads of the source in these stages. At most ${SOURCES_SHOWN} sources, those with most stuck leads.`,
    columns: [
      { id: 'source', title: 'Source', unit: 'text' },
      { id: 'stuck', title: 'Stuck', unit: 'count' },
      { id: 'all', title: 'Of', unit: 'count' },
      { id: 'share', title: 'Share', unit: 'share' },
      { id: 'median', title: 'Median', unit: 'days' },
      { id: 'longest', title: 'Longest', unit: 'days' },
    ],
    rows,
    empty: 'No lead is stuck.',
  }
}

function fateSection(fates: ReadonlyMap<Fate, number>, all: number): Section {
  const rows = Object.entries(FATES).map(([fate, what]) => {
    const leads = fates.get(fate as Fate) ?? 0
    return { fate, what, leads, share: shareOf(leads, all) }
  })
  return {
    id: 'fates',
    title: 'What became of those before',
    note: `Of ${counted(all, 'lead')} that ${all === 1 ? 'was' : 'were'} stuck when the period before ended.`,
    columns: [
      { id: 'fate', title: 'What', unit: 'text' },
      { id: 'leads', title: 'Leads', unit: 'count' },
      { id: 'share', title: 'Share', unit: 'share' },
      { id: 'what', title: 'They', unit: 'text' },
    ],
    rows: all === 0 ? [] : rows,
    empty: 'No lead was stuck when the period before ended.',
  }
}

interface Found {
  all: readonly number[]
  standing: number
  was: number | null
  wasStuck: number
  fates: ReadonlyMap<Fate, number>
  ages: ReadonlyMap<Stage, readonly number[]>
}

function findingsOf({ settings, period }: ReportInput, found: Found): Finding[] {
  const { all, standing, was, wasStuck, fates, ages } = found
  const days = (value: number | null) => cellText(value, 'days', period.timeZone)
  const share = cellText(shareOf(all.length, standing), 'share', period.timeZone)
  const then = was === null ? '' : ` A ${period.kind} before ${was === 1 ? 'it was' : 'they were'} ${whole(was)}.`
  const findings: Finding[] = [
    {
      id: 'stuck',
      level: all.length === 0 ? 'good' : was !== null && all.length > was ? 'warn' : 'info',
      text: `${all.length === 0 ? 'No lead is' : `${counted(all.length, 'lead')} ${all.length === 1 ? 'is' : 'are'}`} stuck in a stage for over ${Math.round(settings.stuck.after / DAY)} days, ${all.length === 0 ? 'of' : `${share} of`} ${counted(standing, 'lead')} in these stages.${then}`,
    },
  ]
  const [most] = [...ages].sort(([, a], [, b]) => b.length - a.length)
  if (most) {
    const [stage, own] = most
    const { median, longest } = spread(own)
    findings.push({
      id: 'most',
      level: 'info',
      text: `Most of them are in stage ${words(stage)}: ${whole(own.length)}${own.length > 1 ? `, half of them for over ${days(median)}` : ''}, the longest for ${days(longest)}.`,
    })
  }
  const untouched = fates.get('untouched') ?? 0
  if (wasStuck > 0)
    findings.push({
      id: 'fates',
      level: untouched === wasStuck ? 'warn' : 'info',
      text: `Of ${whole(wasStuck)} that ${wasStuck === 1 ? 'was' : 'were'} stuck a ${period.kind} before, ${untouched === wasStuck ? 'nothing was done about any' : `${whole(wasStuck - untouched)} went on, were taken out or had something done; ${whole(untouched)} had nothing done`}.`,
    })
  return findings
}

function chartOf(stages: readonly Stage[], names: string[], counts: readonly ReadonlyMap<Stage, number>[]): Chart {
  return {
    id: 'stuck',
    title: 'Leads that are stuck, by stage',
    kind: 'stacked',
    unit: 'count',
    x: names,
    series: stages.map((stage) => ({ name: words(stage), values: counts.map((own) => own.get(stage) ?? 0) })),
  }
}

function spread(ages: readonly number[]): { median: number | null; longest: number | null } {
  if (ages.length === 0) return { median: null, longest: null }
  return { median: quantile(ages, 0.5), longest: ages.reduce((most, one) => Math.max(most, one), 0) }
}

const words = (stage: Stage) => (stage === 'mql' || stage === 'sql' ? stage.toUpperCase() : stage)

function addOne<K>(counts: Map<K, number> | undefined, key: K): void {
  counts?.set(key, (counts.get(key) ?? 0) + 1)
}

function sum(numbers: Iterable<number>): number {
  let all = 0
  for (const one of numbers) all += one
  return all
}
