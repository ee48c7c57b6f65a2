import type { KeptFact } from '../facts/fact.ts'
import { DISQUALIFY_REASONS } from '../handoffs/credit.ts'
import { counted, plain, whole } from '../rules/words.ts'
import { capital, column, levelOf, partWords, under } from './figures.ts'
import type { ReportBody, ReportInput } from './kind.ts'
import { isPersonsWord, type LeadStory } from './lead-story.ts'
import type { Finding, Section } from './report.ts'
import { bySource } from './sources.ts'
import { shareOf, wilson } from './statistics.ts'

const MOST_ROWS = 20
// A source or route of fewer leads is not spoken of.
const FEWEST = 5

/** What sales said of a lead. `unreached`: they tried, and say nothing of it. */
interface Verdict {
  what: 'accepted' | 'rejected' | 'unreached'
  reason: string
  route: string
  source: string | undefined
}

/** How many of a group were accepted, rejected, not reached. */
interface Tally {
  accepted: number
  rejected: number
  unreached: number
}
const none = (): Tally => ({ accepted: 0, rejected: 0, unreached: 0 })
const judged = ({ accepted, rejected }: Tally) => ({ count: accepted, all: accepted + rejected })

/** Sales to marketing: which leads sales accepted in the period, which they rejected and why, by source and by route. */
export function salesPart({ period, now, settings }: ReportInput) {
  const salesKinds = new Set(settings.salesKinds)
  const all = none()
  const sources = bySource(none)
  const routes = new Map<string, Tally>()
  const reasons = new Map<string, { count: number; sources: Map<string, number>; routes: Map<string, number> }>()

  return {
    add(lead: LeadStory): void {
      const until = Math.min(period.to, now + 1)
      const verdict = verdictOf(lead, salesKinds, (at) => at >= period.from && at < until)
      if (!verdict) return
      const { what, route, reason } = verdict
      const source = verdict.source ?? lead.source
      const ofRoute = routes.get(route) ?? none()
      routes.set(route, ofRoute)
      for (const tally of [all, sources.of(source), ofRoute]) tally[what] += 1
      if (what !== 'rejected') return
      const of = reasons.get(reason) ?? { count: 0, sources: new Map(), routes: new Map() }
      reasons.set(reason, of)
      of.count += 1
      for (const [names, name] of [[of.sources, source || 'not known'] as const, [of.routes, route] as const])
        names.set(name, (names.get(name) ?? 0) + 1)
    },

    finish(): ReportBody {
      const bySources = sources.all().map(({ source, of }) => ({ name: source, tally: of }))
      const byRoutes = [...routes].map(([name, tally]) => ({ name, tally }))
      const why = [...reasons].sort(([a, { count }], [b, { count: more }]) => more - count || (a < b ? -1 : 1))
      return {
        findings: [
          overall(
            all,
            period.title,
            why.map(([reason, { count }]) => ({ reason, count })),
          ),
          ...deviating('source', 'leads from', bySources, all),
          ...deviating('route', 'leads by the route', byRoutes, all),
        ],
        sections: [
          table('sources', 'Accepted and rejected, by source', 'Source', bySources),
          table('routes', 'Accepted and rejected, by route', 'Route', byRoutes),
          {
            id: 'sales-to-marketing-reasons',
            title: 'Why sales rejected leads',
            note: `Of the ${counted(all.rejected, 'lead')} that sales rejected in ${period.title}.`,
            columns: [
              column('reason', 'Reason', 'text'),
              column('leads', 'Leads', 'count'),
              column('share', 'Of the rejected', 'share'),
              column('sources', 'Sources', 'text'),
              column('routes', 'Routes', 'text'),
            ],
            rows: why.slice(0, MOST_ROWS).map(([reason, of]) => ({
              ...{ reason, leads: of.count, share: shareOf(of.count, all.rejected) },
              ...{ sources: mostOf(of.sources), routes: mostOf(of.routes) },
            })),
            empty: 'Sales rejected no lead.',
          },
        ],
        charts: [],
      }
    },
  }
}

/** The last word of sales on a lead in a period: what came of it is one as well, once sales had it and where it had not accepted it before. */
function verdictOf(
  { facts }: LeadStory,
  salesKinds: ReadonlySet<string>,
  isInPeriod: (at: number) => boolean,
): Verdict | undefined {
  let verdict: Verdict | undefined
  let hadIt = false
  let isAccepted = false
  // By which route sales has got it first; a handoff that a rule began has none.
  let route: string | undefined
  const ruled = new Set<string | undefined>()
  for (const fact of facts) {
    const isOfSales = fact.kind !== undefined && salesKinds.has(fact.kind)
    if (fact.type === 'trigger') ruled.add(fact.handoff)
    if (isOfSales && fact.type === 'assigned') {
      hadIt = true
      if (!ruled.has(fact.handoff)) route = fact.route
    }
    const what = wordOf(fact, isOfSales, hadIt)
    const isNews = fact.type !== 'outcome' || !isAccepted
    if (what) isAccepted = what === 'accepted'
    if (what && isNews && isInPeriod(fact.at))
      verdict = { what, reason: reasonOf(fact), route: route ?? fact.route ?? 'not known', source: fact.source }
  }
  return verdict
}

function wordOf(fact: KeptFact, isOfSales: boolean, hadIt: boolean): Verdict['what'] | undefined {
  switch (fact.type) {
    case 'accepted':
      return isOfSales ? 'accepted' : undefined
    case 'outcome':
      return hadIt && fact.stage !== 'churn' ? 'accepted' : undefined
    case 'rejected':
      return isOfSales ? 'rejected' : undefined
    case 'recycled':
      return !isOfSales ? undefined : fact.reason === 'returned' ? 'unreached' : 'rejected'
    case 'disqualified':
      return hadIt && isPersonsWord(fact) ? 'rejected' : undefined
    default:
      return undefined
  }
}

function reasonOf({ type, reason = '' }: KeptFact): string {
  if (type === 'recycled') return 'Sent back'
  if (reason === '' || reason === 'rejected') return 'No reason given'
  return under(DISQUALIFY_REASONS, reason) ?? capital(plain(reason))
}

function overall(all: Tally, title: string, why: readonly { reason: string; count: number }[]): Finding {
  const id = 'sales-to-marketing'
  const part = judged(all)
  const unreached = all.unreached > 0 ? ` ${whole(all.unreached)} more could not be reached.` : ''
  if (part.all === 0) return { id, level: 'info', text: `Sales judged no lead in ${title}.${unreached}` }
  const likely = wilson(part.count, part.all)
  const range = likely
    ? `, likely between ${Math.round(likely.from * 100)} and ${Math.round(likely.to * 100)} % in the long run`
    : ''
  const reasons = why.slice(0, 3).map(({ reason, count }) => `${reason.toLowerCase()} (${count})`)
  const rejected = reasons.length > 0 ? ` Why the others were rejected: ${reasons.join(', ')}.` : ''
  return {
    id,
    level: 'info',
    text: `Of the leads that sales judged in ${title} they accepted ${partWords(part)}${range}.${rejected}${unreached}`,
  }
}

type Row = { name: string; tally: Tally }

// One against all others together.
function deviating(what: string, words: string, rows: readonly Row[], all: Tally): Finding[] {
  const found = rows.flatMap(({ name, tally }) => {
    const part = judged(tally)
    const rest = { count: all.accepted - part.count, all: all.accepted + all.rejected - part.all }
    const level = part.all < FEWEST ? 'info' : levelOf(part, rest)
    if (level === 'info') return []
    const text = `Of ${words} ${name} sales accepted ${partWords(part)}, of all others ${partWords(rest)}: more than chance explains.`
    return [{ size: part.all, finding: { id: `sales-to-marketing-${what}`, level, text } }]
  })
  return found
    .sort((a, b) => b.size - a.size)
    .slice(0, 3)
    .map(({ finding }) => finding)
}

function table(id: string, title: string, first: string, rows: readonly Row[]): Section {
  const size = ({ accepted, rejected, unreached }: Tally) => accepted + rejected + unreached
  return {
    id: `sales-to-marketing-${id}`,
    title,
    note: 'Each lead once, by the last word of sales on it in this time. The share is that of the judged: accepted or rejected; between likely from and to lies the true one. Whom nobody reached is in no share.',
    columns: [
      column('name', first, 'text'),
      column('accepted', 'Accepted', 'count'),
      column('rejected', 'Rejected', 'count'),
      column('unreached', 'Not reached', 'count'),
      column('share', 'Accepted of the judged', 'share'),
      column('from', 'Likely from', 'share'),
      column('to', 'Likely to', 'share'),
    ],
    rows: rows
      .toSorted((a, b) => size(b.tally) - size(a.tally) || (a.name < b.name ? -1 : 1))
      .slice(0, MOST_ROWS)
      .map(({ name, tally }) => {
        const part = judged(tally)
        const likely = wilson(part.count, part.all)
        return {
          name,
          ...tally,
          share: shareOf(part.count, part.all),
          from: likely?.from ?? null,
          to: likely?.to ?? null,
        }
      }),
    empty: 'Sales judged no lead.',
  }
}

/** The names that come up most: `PAID_SEARCH 3, REFERRALS 1`. */
function mostOf(names: ReadonlyMap<string, number>): string {
  const sorted = [...names].sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1))
  const shown = sorted.slice(0, 3).map(([name, count]) => `${name} ${count}`)
  return sorted.length > 3 ? `${shown.join(', ')} and ${sorted.length - 3} more` : shown.join(', ')
}
