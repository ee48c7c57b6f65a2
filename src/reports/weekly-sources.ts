import { counted } from '../rules/words.ts'
import { handedOver, type LeadStory } from './lead-story.ts'
import type { Section } from './report.ts'
import { bySource } from './sources.ts'
import type { Part } from './weekly-part.ts'
import type { Weeks } from './weekly-weeks.ts'

const MOST = 10
const COUNTS = ['leads', 'mqls', 'handed', 'sqls'] as const
type Counts = Record<(typeof COUNTS)[number], number>

const none = (): Counts => ({ leads: 0, mqls: 0, handed: 0, sqls: 0 })

/** Where leads came from, and by which content: new ones, and who got further in the period. */
export function sourcesPart(weeks: Weeks): Part {
  const sources = bySource(none)
  const contents = new Map<string, Counts>()

  return {
    add(lead) {
      const counts = countsOf(lead, weeks)
      if (COUNTS.every((name) => counts[name] === 0)) return
      const own = sources.of(lead.source)
      for (const name of COUNTS) own[name] += counts[name]
      for (const content of contentsOf(lead, weeks)) increase(contents, content, counts)
    },
    finish() {
      const named = new Map(sources.all().map(({ source, of }) => [source, of]))
      const [top] = ordered(named)
      const [content] = ordered(contents)
      const words = ([name, { leads, mqls }]: [string, Counts]) =>
        `${name} (${counted(leads, 'lead')}, ${counted(mqls, 'MQL')})`
      const all = [
        ...(top ? [`Top source: ${words(top)}`] : []),
        ...(content ? [`${top ? 'top' : 'Top'} content: ${words(content)}`] : []),
      ]
      return {
        findings: all.length > 0 ? [{ id: 'sources', level: 'info', text: `${all.join('; ')}.` }] : [],
        sections: [
          section(weeks, 'sources', 'Sources', 'Source', named),
          section(weeks, 'content', 'Content', 'Form or page', contents),
        ],
      }
    },
  }
}

function countsOf(lead: LeadStory, weeks: Weeks): Counts {
  const isNow = (at: number | undefined) => (at !== undefined && weeks.of(at) === 0 ? 1 : 0)
  return {
    leads: isNow(lead.newAt),
    mqls: lead.mqlAts.some((at) => weeks.of(at) === 0) ? 1 : 0,
    handed: handedOver(lead, (at) => weeks.of(at) === 0) ? 1 : 0,
    sqls: isNow(lead.sqlAt),
  }
}

const WITH_CONTENT: ReadonlySet<string> = new Set(['seen', 'routed', 'signal'])

// Which forms and pages a lead has seen until the end of the period.
function contentsOf({ facts }: LeadStory, weeks: Weeks): Set<string> {
  return new Set(
    facts.flatMap(({ type, content, at }) =>
      WITH_CONTENT.has(type) && content !== undefined && at < weeks.end ? [content] : [],
    ),
  )
}

function section(
  { word }: Weeks,
  id: string,
  title: string,
  first: string,
  counts: ReadonlyMap<string, Counts>,
): Section {
  const rows = ordered(counts)
  const rest = rows.slice(MOST)
  const others = rest.length > 0 ? [[`${rest.length} others`, rest.map(([, one]) => one).reduce(added)] as const] : []
  const what = id === 'sources' ? '' : ' A lead counts for each that it has seen.'
  return {
    id,
    title,
    note: `Leads that were new in the ${word}, became MQL, were handed over to sales or became SQL in it.${what}`,
    columns: [
      { id: 'name', title: first, unit: 'text' },
      { id: 'leads', title: 'Leads', unit: 'count' },
      { id: 'mqls', title: 'MQLs', unit: 'count' },
      { id: 'handed', title: 'To sales', unit: 'count' },
      { id: 'sqls', title: 'SQLs', unit: 'count' },
    ],
    rows: [...rows.slice(0, MOST), ...others].map(([name, counts]) => ({ name, ...counts })),
    empty:
      id === 'sources' ? `No lead came or moved in this ${word}.` : `No content is known of the leads of this ${word}.`,
  }
}

function ordered(counts: ReadonlyMap<string, Counts>): [string, Counts][] {
  return [...counts].toSorted(([a, one], [b, other]) => {
    const first = COUNTS.find((name) => one[name] !== other[name])
    return first ? other[first] - one[first] : a.localeCompare(b)
  })
}

function increase(counts: Map<string, Counts>, key: string, by: Counts): void {
  counts.set(key, added(counts.get(key) ?? none(), by))
}

function added(a: Counts, b: Counts): Counts {
  return { leads: a.leads + b.leads, mqls: a.mqls + b.mqls, handed: a.handed + b.handed, sqls: a.sqls + b.sqls }
}
