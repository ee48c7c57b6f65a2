import { z } from 'zod'
import { type Candidate, chooseRep, emptyLedger, type RotationLedger, type SkipReason } from '../handoffs/rotation.ts'
import { localDateOf, type Pool, poolChain, skipReason, type Team } from '../handoffs/team.ts'
import type { RepChoice } from '../leads/history.ts'
import type { Command, Guard, Store } from './partitions.ts'

/*
 * Who gets the next lead. The rule is `domain/rotation.ts`; this file keeps each pool's ledger in Redis and changes it
 * by compare-and-set, so that any number of workers together behave like one. An assignment has an id made from the
 * lead and its handoff: asking for the same id again gives the same rep and takes no second turn. What a pool gave is
 * counted until it is released, which happens when the handoff ends or goes to somebody else.
 */

const StoredLedger = z.object({
  rotation: z.object({
    version: z.number(),
    level: z.object({ turns: z.number(), weight: z.number() }),
    members: z.record(
      z.string(),
      z.object({ turns: z.number(), weight: z.number(), lastAssignedAt: z.number().nullable() }),
    ),
  }) satisfies z.ZodType<RotationLedger>,
  /** Leads given per rep on that rep's local date. */
  days: z.record(z.string(), z.object({ date: z.string(), leads: z.number() })),
  open: z.record(z.string(), z.number()),
})
type StoredLedger = z.output<typeof StoredLedger>

/** Who was chosen and who else was considered, pool by pool. `rep` is null when nobody is available anywhere. */
export type Choice = RepChoice & { assignmentId: string }

/** A request for a rep. `keep` is the owner who stays when available; `hadIt` are reps who must not get it again. */
export interface AssignmentRequest {
  assignmentId: string
  pool: string
  keep?: string | undefined
  hadIt: string[]
}

// How long a released assignment is remembered. One that is held stays, else nothing would ever count it as released.
const RELEASED_SECONDS = 14 * 24 * 60 * 60
// An assignment's version says where it stands.
const GIVEN = 1
const RELEASED = 2

/** The ledgers of all pools. */
export type PoolLedger = ReturnType<typeof createPoolLedger>

/** Opens the ledgers. */
export function createPoolLedger(store: Store) {
  const { redis, keys } = store
  const ledgerKey = (pool: string) => `${keys.pool(pool)}:ledger`
  const assignmentKey = (pool: string, id: string) => `${keys.pool(pool)}:assignment:${id}`
  // One change at a time per pool in this process: only other processes can then cause a retry.
  const queues = new Map<string, Promise<unknown>>()

  async function inTurn<T>(pool: string, work: () => Promise<T>): Promise<T> {
    const mine = (queues.get(pool) ?? Promise.resolve()).then(work, work)
    queues.set(pool, mine)
    return mine
  }

  async function readLedger(pool: string): Promise<{ version: number; ledger: StoredLedger }> {
    const fields = await redis.hgetall(ledgerKey(pool))
    if (!fields.record) return { version: 0, ledger: { rotation: emptyLedger(), days: {}, open: {} } }
    return { version: Number(fields.version), ledger: StoredLedger.parse(JSON.parse(fields.record)) }
  }

  /** Compare-and-set until it holds: `work` says what the ledger becomes, and what else must be so and is written with it. */
  async function change<T>(pool: string, work: (ledger: StoredLedger) => Change<T> | Promise<Change<T>>): Promise<T> {
    return inTurn(pool, async () => {
      for (;;) {
        const { version, ledger } = await readLedger(pool)
        const { next, guards, writes, result } = await work(ledger)
        if (next === null) return result
        const saved = await store.commit(
          [{ key: ledgerKey(pool), version }, ...guards],
          [['HSET', ledgerKey(pool), 'version', version + 1, 'record', JSON.stringify(next)], ...writes],
        )
        if (saved) return result
      }
    })
  }

  async function readAssignment(
    pool: string,
    assignmentId: string,
  ): Promise<{ rep: string | undefined; version: number }> {
    const { rep, version } = await redis.hgetall(assignmentKey(pool, assignmentId))
    return { rep, version: Number(version ?? 0) }
  }

  async function assignFrom(team: Team, pool: string, settings: Pool, request: AssignmentRequest, now: number) {
    return change<{ rep: string | null; owner: boolean; members: Candidate[] }>(pool, async (ledger) => {
      const key = assignmentKey(pool, request.assignmentId)
      const given = await readAssignment(pool, request.assignmentId)
      const held = given.version === GIVEN ? given.rep : undefined
      if (held && team.reps[held]?.active)
        return { next: null, guards: [], writes: [], result: { rep: held, owner: false, members: [] } }
      const skip: Record<string, SkipReason | undefined> = {}
      for (const { rep } of settings.members) {
        const load = { today: leadsToday(team, ledger, rep, now), open: ledger.open[rep] ?? 0 }
        skip[rep] = skipReason(team, settings, rep, load, request.hadIt, now)
      }
      const choice = chooseRep({ members: settings.members, ledger: ledger.rotation, skip, at: now })
      const owner = settings.members.find(({ rep }) => rep === request.keep && skip[rep] === undefined)?.rep
      const rep = owner ?? choice.rep
      const result = { rep, owner: owner !== undefined, members: choice.candidates }
      if (rep === null) return { next: null, guards: [], writes: [], result }
      // Whom the assignment was given to before has left the team: they no longer count as having it.
      const opened = held ? { ...ledger.open, [held]: Math.max(0, (ledger.open[held] ?? 0) - 1) } : ledger.open
      const next: StoredLedger = {
        // Keeping an owner is not the rotation's choice, so it takes no turn.
        rotation: owner ? ledger.rotation : choice.ledger,
        days: {
          ...ledger.days,
          [rep]: { date: localDateOf(team, rep, now), leads: leadsToday(team, ledger, rep, now) + 1 },
        },
        open: { ...opened, [rep]: (opened[rep] ?? 0) + 1 },
      }
      const writes: Command[] = [
        ['PERSIST', key],
        ['HSET', key, 'version', GIVEN, 'rep', rep],
      ]
      return { next, guards: [{ key, version: given.version }], writes, result }
    })
  }

  return {
    /** Chooses a rep: the owner who stays, else the pool's rotation, else its fallback's. */
    async assign(team: Team, request: AssignmentRequest, now: number): Promise<Choice> {
      const chain = poolChain(team, request.pool)
      const candidates: Choice['candidates'] = []
      const earlier = await Promise.all(chain.map((pool) => readAssignment(pool, request.assignmentId)))
      const given = earlier.map(({ rep, version }) => version === GIVEN && team.reps[rep ?? '']?.active === true)
      for (const [index, pool] of chain.entries()) {
        const settings = team.pools[pool]
        // A rep that another pool of the chain has given already stands, whoever is available by now.
        if (!settings || (given.some(Boolean) && !given[index])) continue
        const { rep, owner, members } = await assignFrom(team, pool, settings, request, now)
        candidates.push({ pool, members })
        if (rep !== null) return { assignmentId: request.assignmentId, rep, pool, owner, candidates }
      }
      return { assignmentId: request.assignmentId, rep: null, pool: request.pool, owner: false, candidates }
    },

    /** Counts an assignment as no longer open. A second call changes nothing. */
    async release(pool: string, assignmentId: string): Promise<void> {
      const key = assignmentKey(pool, assignmentId)
      await change<void>(pool, async (ledger) => {
        const { rep, version } = await redis.hgetall(key)
        if (!rep || Number(version) !== GIVEN) return { next: null, guards: [], writes: [], result: undefined }
        const next = { ...ledger, open: { ...ledger.open, [rep]: Math.max(0, (ledger.open[rep] ?? 0) - 1) } }
        return {
          next,
          guards: [{ key, version: GIVEN }],
          writes: [
            ['HSET', key, 'version', RELEASED],
            ['EXPIRE', key, RELEASED_SECONDS],
          ],
          result: undefined,
        }
      })
    },

    /** What the members of a pool have now, for people who look. */
    async read(pool: string): Promise<StoredLedger> {
      return (await readLedger(pool)).ledger
    },
  }
}

interface Change<T> {
  next: StoredLedger | null
  guards: Guard[]
  writes: Command[]
  result: T
}

function leadsToday(team: Team, ledger: StoredLedger, rep: string, now: number): number {
  const day = ledger.days[rep]
  return day?.date === localDateOf(team, rep, now) ? day.leads : 0
}
