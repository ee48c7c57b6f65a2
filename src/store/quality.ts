import { z } from 'zod'
import type { Fact } from '../facts/fact.ts'
import { FLAWS, type Flaw } from '../leads/quality.ts'
import { factCommands } from './commit.ts'
import { leadOf, type Store } from './partitions.ts'

/*
 * What the last scan of all leads found: a summary, and a hash of the leads with which something is wrong, the worst of them. A
 * lead that is erased leaves it. Names and values are read from the leads themselves whenever somebody looks.
 */

// Longer than until the next scan, whatever holds it up.
const KEPT = 45 * 24 * 60 * 60_000
/** How many leads the list holds at most; the counts are of all. */
export const LISTED = 10_000
const AT_ONCE = 500

const Row = z.object({
  /** How bad it is: the order of the list. */
  bad: z.number(),
  kinds: z.array(z.enum(FLAWS)),
  /** The groups of leads that may be one person: a number, and by what. */
  groups: z.array(z.string()).optional(),
})
/** A lead of the list, as the scan saw it. */
export type QualityRow = z.output<typeof Row> & { leadId: string }

const Summary = z.object({
  id: z.string(),
  /** When it ended, in epoch milliseconds. */
  at: z.number(),
  leads: z.number(),
  /** How many have something wrong with them, in all and by kind. */
  flawed: z.number(),
  kinds: z.partialRecord(z.enum(FLAWS), z.number()),
})
/** What a scan found, in numbers. */
export type QualitySummary = z.output<typeof Summary>

/** What scans found. */
export type QualityList = ReturnType<typeof createQualityList>

/** Opens it. */
export function createQualityList({ redis, keys, commit }: Store) {
  const current = keys.shared('quality:current')
  const wanted = keys.shared('quality:wanted')
  const rowsOf = (id: string) => keys.shared(`quality:list:${id}`)

  async function summary(): Promise<QualitySummary | null> {
    const json = await redis.get(current)
    return json === null ? null : Summary.parse(JSON.parse(json))
  }

  async function forgetIn(id: string, leadId: string): Promise<void> {
    await redis.hdel(rowsOf(id), leadId)
  }

  return {
    summary,

    /** The leads of the last scan with something wrong, the worst first; of one kind, when it is given. */
    async rows(kind?: Flaw): Promise<QualityRow[]> {
      const found = await summary()
      if (!found) return []
      const all = Object.entries(await redis.hgetall(rowsOf(found.id)))
      const rows = all.map(([leadId, json]) => ({ ...Row.parse(JSON.parse(json)), leadId }))
      return rows
        .filter(({ kinds }) => kind === undefined || kinds.includes(kind))
        .sort((a, b) => b.bad - a.bad || (a.leadId < b.leadId ? -1 : 1))
    },

    /** Keeps what a scan found, in the place of the one before, and its facts. */
    async keep(
      found: QualitySummary,
      rows: readonly QualityRow[],
      facts: Fact[],
      retention: { facts: number },
    ): Promise<void> {
      const before = await summary()
      const key = rowsOf(found.id)
      for (let at = 0; at < rows.length; at += AT_ONCE) {
        const some = rows.slice(at, at + AT_ONCE)
        await redis.hset(key, ...some.flatMap(({ leadId, ...row }) => [leadId, JSON.stringify(row)]))
      }
      await redis.pexpire(key, KEPT)
      await redis.set(current, JSON.stringify(found), 'PX', KEPT)
      if (before && before.id !== found.id) await redis.unlink(rowsOf(before.id))
      await commit([], factCommands(keys, 'quality', facts, retention, found.at))
      // One that was erased while it was scanned must not stand here.
      for (let at = 0; at < rows.length; at += AT_ONCE) {
        const ids = rows.slice(at, at + AT_ONCE).map(({ leadId }) => leadId)
        const there = await Promise.all(ids.map((id) => redis.hexists(keys.lead(id), 'record')))
        for (const [index, id] of ids.entries()) if (!there[index]) await forgetIn(found.id, id)
      }
    },

    /** An erased lead leaves the list. */
    async forget(leadId: string): Promise<void> {
      const found = await summary()
      if (found) await forgetIn(found.id, leadOf(leadId))
    },

    /** Somebody wants a scan now, not only when it is due. */
    async want(): Promise<void> {
      await redis.set(wanted, 1)
    },

    isWanted: async (): Promise<boolean> => (await redis.exists(wanted)) === 1,

    /** A scan begins: who wants one from now on wants another. */
    async begin(): Promise<void> {
      await redis.del(wanted)
    },
  }
}
