import { readVerdict, type Verdict } from '../leads/verdict.ts'
import type { FactType, KeptFact } from './fact.ts'

/** What can differ between two configs. */
export const ASPECTS = ['score', 'band', 'tier', 'route', 'to'] as const
export type Aspect = (typeof ASPECTS)[number]

/** How leads turned out, by the facts that came after; a lead counts once in each. */
export const TURNED_OUT = ['answered', 'accepted', 'opportunity', 'customer', 'disqualified', 'recycled'] as const
export type TurnedOut = (typeof TURNED_OUT)[number]

/** From one value to another: how many decisions and leads, and how those leads turned out since. */
export interface ShadowMove {
  from: string
  to: string
  decisions: number
  leads: number
  outcomes: Record<TurnedOut, number>
}

/** What a shadow found. `changed`: by what differs, how many decisions and leads; `moves`: from where to where. */
export interface ShadowSum {
  differing: { decisions: number; leads: number }
  changed: Record<Aspect, { decisions: number; leads: number }>
  moves: Record<Exclude<Aspect, 'score'>, ShadowMove[]>
  /** By how much the score differs, of those decisions where it does: the mean. */
  meanScoreChange: number | null
}

interface Cell {
  decisions: number
  leads: Set<string>
}

/**
 * Sums up what a shadow found, in one pass over facts: where it differs from the live config, and what became of the leads about
 * which it does. The facts of one lead come in their order.
 */
export async function foldShadow(facts: AsyncIterable<KeptFact[]>, about: ShadowSpan): Promise<ShadowSum> {
  const fold = shadowFold(about)
  for await (const some of facts) fold.add(some)
  return fold.finish()
}

/** Which shadow, and what it found from when until when, both included; in epoch milliseconds. */
export interface ShadowSpan {
  version: string
  since: number
  until?: number | undefined
}

/** The same for facts that come bit by bit. */
export function shadowFold({ version, since, until = Number.POSITIVE_INFINITY }: ShadowSpan): {
  add(facts: readonly KeptFact[]): void
  finish(): ShadowSum
} {
  const changed = new Map<Aspect, Cell>()
  const moves = new Map<Exclude<Aspect, 'score'>, Map<string, Cell>>()
  const all: Cell = { decisions: 0, leads: new Set() }
  const turnedOut = new Map<string, Set<TurnedOut>>()
  let scoreChange = 0

  function note({ lead, from, to }: KeptFact): void {
    const [was, is] = [readVerdict(from ?? ''), readVerdict(to ?? '')]
    count(all, lead)
    turnedOut.set(lead, turnedOut.get(lead) ?? new Set())
    for (const aspect of ASPECTS) {
      if (was[aspect] === is[aspect]) continue
      count(cellOf(changed, aspect), lead)
      if (aspect === 'score') scoreChange += is.score - was.score
      else count(cellOf(mapOf(moves, aspect), `${label(was, aspect)}\t${label(is, aspect)}`), lead)
    }
  }

  function add(facts: readonly KeptFact[]): void {
    for (const fact of facts) {
      if (fact.type === 'shadowed') {
        if (fact.shadow === version && fact.at >= since && fact.at <= until) note(fact)
        continue
      }
      const outcome = outcomeOf(fact)
      if (outcome) turnedOut.get(fact.lead)?.add(outcome)
    }
  }

  return { add, finish: () => sumOf({ all, changed, moves, turnedOut, scoreChange }) }
}

function sumOf({
  all,
  changed,
  moves,
  turnedOut,
  scoreChange,
}: {
  all: Cell
  changed: Map<Aspect, Cell>
  moves: Map<Exclude<Aspect, 'score'>, Map<string, Cell>>
  turnedOut: Map<string, Set<TurnedOut>>
  scoreChange: number
}): ShadowSum {
  const rows = (cells: Map<string, Cell> | undefined) =>
    [...(cells ?? [])]
      .map(([key, cell]) => moveOf(key, cell, turnedOut))
      .sort((a, b) => b.leads - a.leads || b.decisions - a.decisions || a.from.localeCompare(b.from))
  const sizes = (cell: Cell | undefined) => ({ decisions: cell?.decisions ?? 0, leads: cell?.leads.size ?? 0 })
  const scored = changed.get('score')?.decisions ?? 0
  return {
    differing: sizes(all),
    changed: {
      score: sizes(changed.get('score')),
      band: sizes(changed.get('band')),
      tier: sizes(changed.get('tier')),
      route: sizes(changed.get('route')),
      to: sizes(changed.get('to')),
    },
    moves: {
      band: rows(moves.get('band')),
      tier: rows(moves.get('tier')),
      route: rows(moves.get('route')),
      to: rows(moves.get('to')),
    },
    meanScoreChange: scored > 0 ? scoreChange / scored : null,
  }
}

const COUNTED = new Set<FactType>(['answered', 'accepted', 'disqualified', 'recycled'])

function outcomeOf({ type, stage }: KeptFact): TurnedOut | undefined {
  if (type === 'outcome') return stage === 'opportunity' || stage === 'customer' ? stage : undefined
  return COUNTED.has(type) ? (type as TurnedOut) : undefined
}

function moveOf(key: string, { decisions, leads }: Cell, turnedOut: Map<string, Set<TurnedOut>>): ShadowMove {
  const [from = '', to = ''] = key.split('\t')
  const among = (outcome: TurnedOut) => [...leads].filter((lead) => turnedOut.get(lead)?.has(outcome)).length
  const outcomes = Object.fromEntries(TURNED_OUT.map((one) => [one, among(one)])) as Record<TurnedOut, number>
  return { from, to, decisions, leads: leads.size, outcomes }
}

function label(verdict: Verdict, aspect: Exclude<Aspect, 'score'>): string {
  return verdict[aspect] || 'none'
}

function count(cell: Cell, lead: string): void {
  cell.decisions += 1
  cell.leads.add(lead)
}

function cellOf<K>(cells: Map<K, Cell>, key: K): Cell {
  const cell = cells.get(key) ?? { decisions: 0, leads: new Set<string>() }
  cells.set(key, cell)
  return cell
}

function mapOf<K>(maps: Map<K, Map<string, Cell>>, key: K): Map<string, Cell> {
  const known = maps.get(key) ?? new Map<string, Cell>()
  maps.set(key, known)
  return known
}
