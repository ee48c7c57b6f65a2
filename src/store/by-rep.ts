import { type Handoff, holderOf } from '../handoffs/handoff.ts'
import type { Command, Store } from './partitions.ts'

/*
 * Who has what in hand now. A sorted set in each partition holds, without scores, an entry for every handoff that is open,
 * answered or waiting: whose it is, until when, and its id. So one range is a rep's list in the order of its deadlines.
 */

type Keys = Store['keys']

const INSTANT_DIGITS = 13
/** What has no deadline comes last. */
const NEVER = 10 ** INSTANT_DIGITS - 1

/** Whose list a handoff stands in: that of whoever holds it, or, while nobody does, that of the pool that it waits for. */
export type Hands = { rep: string } | { pool: string }

/** A handoff that somebody has in hand: `at` is when the rep has to answer, or has to have reached the lead; of one that waits, since when. */
export interface InHand {
  handoffId: string
  at: number | null
}

/** How many handoffs somebody has in hand: `waiting` of a pool, the rest of a rep. */
export interface HandCount {
  hands: Hands
  count: number
}

/** The entry of a handoff; undefined when it is over. */
export function handEntry(handoff: Handoff): string | undefined {
  const { id, state, startedAt, dueAt, attempts, pool } = handoff
  if (state === 'ended') return undefined
  if (state === 'waiting') return `${beginning({ pool })}${digits(startedAt)}/${id}`
  const rep = holderOf(handoff)?.rep
  if (rep === undefined) return undefined
  return `${beginning({ rep })}${digits(state === 'open' ? dueAt : (attempts?.until ?? null))}/${id}`
}

/** The handoff that an entry is about. */
export function handoffIn(entry: string): string {
  return entry.slice(entry.lastIndexOf('/') + 1)
}

/** Brings the set up to what became of some handoffs. */
export function handCommands(
  keys: Keys,
  leadId: string,
  before: Readonly<Record<string, Handoff>>,
  changed: readonly Handoff[],
): Command[] {
  const key = keys.list(leadId, 'hands')
  return changed.flatMap((handoff): Command[] => {
    const old = before[handoff.id]
    const [was, is] = [old && handEntry(old), handEntry(handoff)]
    if (was === is) return []
    return [
      ...(was === undefined ? [] : [['ZREM', key, was] satisfies Command]),
      ...(is === undefined ? [] : [['ZADD', key, 0, is] satisfies Command]),
    ]
  })
}

/** Opens the set. */
export function createHands({ redis, keys, partitions }: Store) {
  async function inAll<T>(read: (key: string) => Promise<T>): Promise<T[]> {
    return Promise.all(partitions.map((partition) => read(keys.listIn(partition, 'hands'))))
  }

  return {
    /**
     * What a rep has in hand, the nearest deadline first, or what waits for a pool, the longest first; at most `limit`.
     * Whoever shows it reads the handoffs: they may have changed since.
     */
    async of(hands: Hands, limit = 1_000): Promise<InHand[]> {
      const [from, to] = rangeOf(hands)
      const found = await inAll((key) => redis.zrangebylex(key, from, to, 'LIMIT', 0, limit))
      return found
        .flat()
        .sort((a, b) => (a < b ? -1 : 1))
        .slice(0, limit)
        .map(readEntry)
        .map(({ handoffId, at }) => ({ handoffId, at }))
    },

    /** How many handoffs a rep has in hand, or how many wait for a pool. */
    async count(hands: Hands): Promise<number> {
      const [from, to] = rangeOf(hands)
      return (await inAll((key) => redis.zlexcount(key, from, to))).reduce((sum, count) => sum + count, 0)
    },

    /** What all reps have in hand, the nearest deadline first, a portion at a time. */
    async *soonest(portion: number): AsyncGenerator<string[]> {
      const all = (await inAll((key) => redis.zrangebylex(key, '[rep/', '(rep0'))).flat().map(readEntry)
      const byDeadline = all.flatMap(({ at, handoffId }) => (at === null ? [] : { at, handoffId }))
      byDeadline.sort((a, b) => a.at - b.at || (a.handoffId < b.handoffId ? -1 : 1))
      for (let at = 0; at < byDeadline.length; at += portion)
        yield byDeadline.slice(at, at + portion).map(({ handoffId }) => handoffId)
    },

    /** How many everybody has in hand, and how many wait for each pool; whoever has none is left out. */
    async counts(): Promise<HandCount[]> {
      const counts = new Map<string, HandCount>()
      for (const entry of (await inAll((key) => redis.zrange(key, '0', '-1'))).flat()) {
        const { hands } = readEntry(entry)
        const known = counts.get(beginning(hands)) ?? { hands, count: 0 }
        counts.set(beginning(hands), { hands, count: known.count + 1 })
      }
      return [...counts.values()]
    },
  }
}

// Names may hold anything; in this form none holds a slash, or begins like another that goes on.
function beginning(hands: Hands): string {
  return 'rep' in hands ? `rep/${encodeURIComponent(hands.rep)}/` : `pool/${encodeURIComponent(hands.pool)}/`
}

function rangeOf(hands: Hands): [from: string, to: string] {
  const from = beginning(hands)
  // '0' is the character after the slash.
  return [`[${from}`, `(${from.slice(0, -1)}0`]
}

function digits(at: number | null): string {
  return String(at ?? NEVER).padStart(INSTANT_DIGITS, '0')
}

function readEntry(entry: string): InHand & { hands: Hands } {
  const [kind, name = '', at = '', handoffId = ''] = entry.split('/')
  const who = decodeURIComponent(name)
  return {
    hands: kind === 'rep' ? { rep: who } : { pool: who },
    at: Number(at) === NEVER ? null : Number(at),
    handoffId,
  }
}
