import type { KeptFact } from '../facts/fact.ts'
import { column, type Part, partWords, under } from './figures.ts'
import type { ReportBody, ReportInput } from './kind.ts'
import type { Finding, Section } from './report.ts'
import { differ, shareOf, wilson } from './statistics.ts'

/*
 * What came of leads for which a trigger fired, or that a route took, against the other leads that were active in the time. That is no
 * proof of an effect: who does more fires more triggers. Whoever had reached a stage before does not count for it.
 */

const BECAME = [
  { name: 'MQL', rank: 1 },
  { name: 'SQL', rank: 2 },
  { name: 'customer', rank: 4 },
] as const
// How far a lead is by a stage of Baton's or HubSpot's name. Who was recycled was with sales.
const RANKS: Record<string, number> = {
  ...{ mql: 1, sql: 2, recycled: 2, opportunity: 3, customer: 4, evangelist: 4 },
  salesqualifiedlead: 2,
}
// Of fewer leads nothing is said in sentences.
const FEWEST = 10

interface Effect {
  times: number
  leads: number
  /** What came of them after it, and after they were first active: the latter is taken from all to know the others. */
  after: Part[]
  base: Part[]
}

const none = (): Part[] => BECAME.map(() => ({ count: 0, all: 0 }))

/** Counts what triggers and routes were followed by. */
export function effectsPart({ period, now, settings }: ReportInput) {
  const all = none()
  const triggers = new Map<string, Effect>(settings.triggers.map((name) => [name, fresh()]))
  const routes = new Map<string, Effect>(settings.routes.map((name) => [name, fresh()]))
  const until = Math.min(period.to, now + 1)

  function note(
    effects: Map<string, Effect>,
    own: readonly KeptFact[],
    nameOf: (fact: KeptFact) => string | undefined,
    facts: readonly KeptFact[],
    since: number,
  ) {
    const first = new Map<string, number>()
    for (const fact of own) {
      const name = nameOf(fact)
      if (name === undefined) continue
      const effect = effects.get(name) ?? fresh()
      effects.set(name, effect)
      effect.times += 1
      if (!first.has(name)) first.set(name, fact.at)
    }
    for (const [name, at] of first) {
      const effect = effects.get(name)
      if (!effect) continue
      effect.leads += 1
      count(effect.after, facts, at, now)
      count(effect.base, facts, since, now)
    }
  }

  return {
    add(facts: readonly KeptFact[]): void {
      const own = facts.filter(({ type, at }) => at >= period.from && at < until && ACTIVE.has(type))
      const [start] = own
      if (!start) return
      count(all, facts, start.at, now)
      note(triggers, own, triggerOf, facts, start.at)
      note(routes, own, routeOf, facts, start.at)
    },

    finish(): ReportBody {
      const silent = [...triggers].filter(([, { times }]) => times === 0).map(([name]) => name)
      const never: Finding[] =
        silent.length === 0 || silent.length === triggers.size
          ? []
          : [{ id: 'triggers-silent', level: 'info', text: `Never fired in ${period.title}: ${silent.join(', ')}.` }]
      return {
        findings: [...said('trigger', triggers, all), ...never, ...said('route', routes, all)],
        sections: [
          times('triggers', 'Triggers', 'Trigger', 'Fired', 'How often each fired, and for how many leads.', triggers),
          effects('trigger-effects', 'What came of leads for which a trigger fired', 'Trigger', triggers, all),
          times(
            'routes',
            'Routes',
            'Route',
            'Matched',
            'How often a lead came to stand there, and how many leads did.',
            routes,
          ),
          effects('route-effects', 'What came of leads that a route took', 'Route', routes, all),
        ],
        charts: [],
      }
    },
  }
}

const ACTIVE: ReadonlySet<string> = new Set(['routed', 'signal', 'triggered'])
const fresh = (): Effect => ({ times: 0, leads: 0, after: none(), base: none() })
const triggerOf = ({ type, reason, rule }: KeptFact) => (type === 'triggered' && reason === 'fired' ? rule : undefined)
const routeOf = ({ type, route }: KeptFact) => (type === 'routed' ? route : undefined)

/** Counts a lead, for each stage that it had not reached at an instant, by whether it reached it afterwards. */
function count(parts: Part[], facts: readonly KeptFact[], since: number, now: number): void {
  const [before, after] = [rankUntil(facts, since), rankAfter(facts, since, now)]
  for (const [index, { rank }] of BECAME.entries()) {
    const part = parts[index]
    if (!part || before >= rank) continue
    part.all += 1
    if (after >= rank) part.count += 1
  }
}

function rankUntil(facts: readonly KeptFact[], until: number): number {
  const first = facts.find(({ type }) => type === 'stage')
  // What it moved from says where it was before.
  const came = first && first.at > until ? rankNamed(first.reason) : 0
  return facts.reduce((rank, fact) => (fact.at <= until ? Math.max(rank, rankOf(fact)) : rank), came)
}

function rankAfter(facts: readonly KeptFact[], since: number, now: number): number {
  return facts.reduce((rank, fact) => (fact.at > since && fact.at <= now ? Math.max(rank, rankOf(fact)) : rank), 0)
}

const rankNamed = (stage = '') => under(RANKS, stage) ?? 0

function rankOf({ type, stage, reason }: KeptFact): number {
  if (type === 'stage' || type === 'outcome' || type === 'seen') return rankNamed(stage)
  return type === 'deal' && reason === 'won' ? 4 : 0
}

function othersOf(all: readonly Part[], { base }: Effect, index: number): Part {
  const [whole, own] = [all[index] ?? { count: 0, all: 0 }, base[index] ?? { count: 0, all: 0 }]
  return { count: whole.count - own.count, all: whole.all - own.all }
}

function said(what: 'trigger' | 'route', effectsByName: ReadonlyMap<string, Effect>, all: readonly Part[]): Finding[] {
  const words = what === 'trigger' ? 'for which the trigger' : 'that the route'
  const found = [...effectsByName].flatMap(([name, effect]) =>
    BECAME.flatMap(({ name: became }, index) => {
      const [own, others] = [effect.after[index] ?? { count: 0, all: 0 }, othersOf(all, effect, index)]
      if (own.all < FEWEST || !differ(own, others)) return []
      const text = `Of leads ${words} ${name} ${what === 'trigger' ? 'fired' : 'took'}, ${partWords(own)} became ${became}s afterwards, of the others ${partWords(others)}. More than chance explains, and no proof that it does so.`
      const by = Math.abs((shareOf(own.count, own.all) ?? 0) - (shareOf(others.count, others.all) ?? 0))
      return [{ by, finding: { id: `${what}-effect`, level: 'info' as const, text } }]
    }),
  )
  return found
    .sort((a, b) => b.by - a.by)
    .slice(0, 2)
    .map(({ finding }) => finding)
}

function times(
  id: string,
  title: string,
  first: string,
  often: string,
  note: string,
  rows: ReadonlyMap<string, Effect>,
): Section {
  return {
    ...{ id, title, note },
    columns: [column('name', first, 'text'), column('times', often, 'count'), column('leads', 'Leads', 'count')],
    rows: [...rows].map(([name, { times: count, leads }]) => ({ name, times: count, leads })),
    empty: 'There are none.',
  }
}

function effects(
  id: string,
  title: string,
  first: string,
  rows: ReadonlyMap<string, Effect>,
  all: readonly Part[],
): Section {
  return {
    ...{ id, title },
    note: 'Each lead from the first time on, until now; of those that were no such before. The true share lies likely between from and to. Others: leads that were active in this time without it. This is no proof of an effect: who does more fires more.',
    columns: [
      column('name', first, 'text'),
      column('became', 'Became', 'text'),
      column('count', 'Leads', 'count'),
      column('of', 'Of', 'count'),
      column('share', 'Share', 'share'),
      column('from', 'Likely from', 'share'),
      column('to', 'Likely to', 'share'),
      column('others', 'Of the others', 'share'),
      column('difference', 'Difference', 'points'),
    ],
    rows: [...rows].flatMap(([name, effect]) =>
      BECAME.flatMap(({ name: became }, index) => {
        const own = effect.after[index]
        const likely = own && wilson(own.count, own.all)
        if (!own || !likely) return []
        const others = othersOf(all, effect, index)
        const [share, without] = [own.count / own.all, shareOf(others.count, others.all)]
        return [
          {
            ...{ name, became, count: own.count, of: own.all, share, ...likely, others: without },
            difference: without === null ? null : share - without,
          },
        ]
      }),
    ),
    empty: 'None was active.',
  }
}
