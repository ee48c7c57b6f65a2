import type { Config } from '../config/config.ts'
import type { Handoff } from '../handoffs/handoff.ts'
import { holderOf } from '../handoffs/handoff.ts'
import type { LeadRecord } from '../leads/lead.ts'
import { contactUrl } from '../messages/contact-url.ts'
import { BANDS } from '../rules/score.ts'
import type { Compared, NotReproduced } from './compare.ts'
import { createNeverFired } from './fired.ts'
import { loadOf } from './load.ts'
import { destinationOf, movesOf } from './moves.ts'
import type { WhatIf } from './result.ts'
import type { SalesTurn } from './turns.ts'

const MOST_SHOWN = 20
const CONVERTED = ['salesqualifiedlead', 'opportunity', 'customer'] as const

/** What is known of a lead beside its decisions: where anything asked for its record. */
export interface Beside {
  record: LeadRecord
  handoffs: readonly Handoff[]
  turns: SalesTurn[]
}

type Row = Omit<WhatIf['largest'][number], 'url' | 'rep'> & { size: number; index: number }

/** What is said about the whole once every lead has been taken in. */
export interface Whole {
  stored: number
  sampled: number
  since: number | null
  unknown: WhatIf['unknown']
  mistakes: string[]
  portalIds: ReadonlyMap<string, string | undefined>
}

/**
 * Takes in lead after lead and keeps only counts, the largest moves, and a few numbers for each lead that a rep gets: who that
 * is can be said only once all are known, in order of time.
 */
export function createFold(after: Config) {
  const versions = new Map<string, number>()
  const failures = new Map<string, number>()
  const changes = { moved: 0, score: 0, band: 0, tier: 0, route: 0, pool: 0, mql: { before: 0, after: 0 } }
  const sales = { before: 0, after: 0, added: 0, addedConverted: 0, removed: 0, removedConverted: 0 }
  const bands = new Map<string, number>()
  const routes = new Map<string, { leads: number; why: Map<string, number> }>()
  const rules = new Map<string, { leads: number; points: number }>()
  const turns: (SalesTurn & { lead: number })[] = []
  const openNow = new Map<string, number>()
  const minutes: number[] = []
  const neverFired = createNeverFired(after)
  let largest: Row[] = []
  let [leads, found, reproduced, first, last] = [0, 0, 0, Number.POSITIVE_INFINITY, 0]

  function add(
    id: string,
    compared: readonly Compared[],
    failed: readonly NotReproduced[],
    beside: Beside | null,
  ): void {
    found += compared.length + failed.length
    reproduced += compared.length
    for (const { past } of compared) {
      count(versions, past.config)
      first = Math.min(first, past.at)
      last = Math.max(last, past.at)
    }
    for (const { past, why } of failed) {
      count(versions, past.config)
      count(failures, why)
    }
    for (const { becomes } of compared) neverFired.take(becomes)
    if (beside) addSales(beside, compared)
    const latest = compared.at(-1)
    if (latest) addLatest(id, latest)
    leads += latest ? 1 : 0
  }

  function addLatest(id: string, { past, was, becomes }: Compared): void {
    const [before, now] = [was.score, becomes.score]
    const isOther = {
      score: before.total !== now.total,
      band: before.band !== now.band,
      tier: before.icp.tier !== now.icp.tier,
      route: was.route.route !== becomes.route.route,
      pool: poolOf(was) !== poolOf(becomes),
    }
    for (const name of ['score', 'band', 'tier', 'route', 'pool'] as const) if (isOther[name]) changes[name] += 1
    // The same route may lead elsewhere: to another pool or track, or nowhere while it only observes.
    const goesElsewhere = destinationOf(was) !== destinationOf(becomes)
    if (isOther.band || goesElsewhere) changes.moved += 1
    if (before.mql) changes.mql.before += 1
    if (now.mql) changes.mql.after += 1
    count(bands, `${before.band}\t${now.band}`)
    const moves = was === becomes ? [] : movesOf(was, becomes)
    for (const { rule, points } of moves) {
      const sum = rules.get(rule) ?? { leads: 0, points: 0 }
      rules.set(rule, { leads: sum.leads + 1, points: sum.points + points })
    }
    if (isOther.route) {
      const pair = `${was.route.route}\t${becomes.route.route}`
      const row = routes.get(pair) ?? { leads: 0, why: new Map() }
      row.leads += 1
      count(row.why, moves[0]?.rule ?? 'routing.yaml: the routes')
      routes.set(pair, row)
    }
    if (isOther.score || goesElsewhere) addLargest(id, { past, was, becomes })
  }

  function addLargest(id: string, { past, was, becomes }: Compared): void {
    // Where the score is the same, the route is what moved.
    const size = Math.abs(becomes.score.total - was.score.total) + (was.route.route === becomes.route.route ? 0 : 0.5)
    const least = largest.at(-1)
    if (largest.length === MOST_SHOWN && least && (size < least.size || (size === least.size && id > least.lead)))
      return
    const row: Row = {
      lead: id,
      at: new Date(past.at).toISOString(),
      score: { before: was.score.total, after: becomes.score.total },
      band: { before: was.score.band, after: becomes.score.band },
      route: { before: was.route.route, after: becomes.route.route },
      size,
      index: leads,
    }
    largest = [...largest, row].sort((a, b) => b.size - a.size || (a.lead < b.lead ? -1 : 1)).slice(0, MOST_SHOWN)
  }

  function addSales({ record, handoffs, turns: own }: Beside, compared: readonly Compared[]): void {
    for (const turn of own) turns.push({ ...turn, lead: leads })
    for (const handoff of handoffs) {
      if (handoff.byRoute && handoff.answered) minutes.push(handoff.answered.minutes)
    }
    const [had, has] = [
      compared.some(({ was }) => was.action === 'assign'),
      compared.some(({ becomes }) => becomes.action === 'assign'),
    ]
    const converted = CONVERTED.some((name) => record.outcomes[name])
    if (had) sales.before += 1
    if (has) sales.after += 1
    if (has && !had) sales.added += 1
    if (has && !had && converted) sales.addedConverted += 1
    if (had && !has) sales.removed += 1
    if (had && !has && converted) sales.removedConverted += 1
  }

  /** Takes in a handoff whose clock runs now: reps have it, whether or not its lead was compared. */
  function addOpen(handoff: Handoff): void {
    const holder = handoff.byRoute && handoff.state === 'open' ? holderOf(handoff)?.rep : undefined
    if (holder !== undefined) count(openNow, holder)
  }

  /** The ids of the leads that are shown one by one. */
  function shown(): string[] {
    return largest.map(({ lead }) => lead)
  }

  function result({ stored, sampled, since, unknown, mistakes, portalIds }: Whole): Omit<WhatIf, 'failed'> {
    const factor = sampled > 0 && sampled < stored ? stored / sampled : 1
    const load = loadOf({ turns, after, openNow, minutes, factor })
    const [mostUsed] = sorted(versions)
    return {
      config: {
        before: mostUsed?.[0] ?? null,
        after: after.version,
        versions: sorted(versions).map(([version, decisions]) => ({ version, decisions })),
      },
      period: {
        from: iso(first),
        to: iso(last === 0 ? Number.POSITIVE_INFINITY : last),
        since: iso(since ?? Number.NaN),
      },
      leads: { stored, sampled, compared: leads },
      decisions: {
        found,
        reproduced,
        notReproduced: sorted(failures).map(([why, decisions]) => ({ why, decisions })),
      },
      changes: { ...changes, rep: load.changes },
      sales,
      bands: BANDS.flatMap((from) =>
        BANDS.flatMap((to) => {
          const counted = bands.get(`${from}\t${to}`)
          return counted ? [{ from, to, leads: counted }] : []
        }),
      ),
      routes: [...routes]
        .map(([pair, { leads: counted, why }]) => {
          const [from = '', to = ''] = pair.split('\t')
          return { from, to, leads: counted, why: sorted(why)[0]?.[0] ?? '' }
        })
        .sort((a, b) => b.leads - a.leads || (a.from + a.to < b.from + b.to ? -1 : 1)),
      reps: load.reps,
      weeks: load.weeks,
      answers: load.answers,
      rotation: load.rotation,
      rules: [...rules]
        .map(([rule, sum]) => ({ rule, leads: sum.leads, points: Math.round((sum.points / sum.leads) * 10) / 10 }))
        .sort((a, b) => b.leads - a.leads || (a.rule < b.rule ? -1 : 1)),
      largest: largest.map(({ size: _, index, ...row }) => ({
        ...row,
        url: contactUrl({ id: row.lead, portalId: portalIds.get(row.lead) }),
        rep: load.repsOf(index),
      })),
      neverFired: neverFired.list(),
      unknown,
      mistakes,
    }
  }

  return { add, addOpen, shown, result }
}

function poolOf({ route }: Compared['was']): string | null {
  return 'pool' in route.to ? route.to.pool : null
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

function sorted(counts: Map<string, number>): [string, number][] {
  return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
}

function iso(at: number): string | null {
  return Number.isFinite(at) ? new Date(at).toISOString() : null
}
