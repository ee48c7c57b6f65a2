import { z } from 'zod'
import {
  type Candidate,
  chooseRep,
  emptyLedger,
  giveTurnBack,
  RotationLedger,
  type SkipReason,
  Turn,
} from '../handoffs/rotation.ts'
import { localDateOf, type Pool, poolChain, skipReason, type Team } from '../handoffs/team.ts'
import type { Choice, RepRequest } from '../leads/change.ts'
import type { Command, Store } from './partitions.ts'

/*
 * Who gets the next lead. The rule is `handoffs/rotation.ts`; this file keeps each pool's ledger in Redis and changes it by
 * compare-and-set, so that any number of workers together behave like one. A choice is a reservation, and a lease: it
 * counts until the lead's commit takes it up, or until it runs out, when its worker has died or the lead went elsewhere.
 * Asking for the same assignment again gives the same rep. What comes for a pool while it is being changed goes together.
 */

const StoredLedger = z.object({
  rotation: RotationLedger,
  /** Leads given per rep on that rep's local date. */
  days: z.record(z.string(), z.object({ date: z.string(), leads: z.number() })),
  open: z.record(z.string(), z.number()),
  /** Reservations by assignment; `turn` is null when the rotation did not choose. */
  reserved: z.record(z.string(), z.object({ rep: z.string(), until: z.number(), turn: Turn.nullable() })).default({}),
})
type StoredLedger = z.output<typeof StoredLedger>

// Longer than a lead takes from the choice to its commit, whatever HubSpot does.
const LEASE_MILLISECONDS = 60_000
// So long a fresh reservation is left alone: whoever asked for it may be about to commit.
const FRESH_MILLISECONDS = 2_000

/** The ledgers of all pools. */
export type Pools = ReturnType<typeof createPools>

/** One thing to be done with a ledger; several are done together. */
interface LedgerChange {
  assignmentId: string
  work(ledger: StoredLedger, given: ReadonlyMap<string, string>): Outcome<unknown>
  resolve(result: unknown): void
  reject(error: unknown): void
}

/** The ledger afterwards, and what is given from now on (a rep) or no longer (null), by assignment. */
interface Outcome<T> {
  ledger: StoredLedger
  give?: Record<string, string | null>
  result: T
}

/** Opens the ledgers. */
export function createPools(store: Store) {
  const { redis, keys } = store
  const ledgerKey = (pool: string) => `${keys.pool(pool)}:ledger`
  const givenKey = (pool: string) => `${keys.pool(pool)}:given`
  const queues = new Map<string, { steps: LedgerChange[]; running: boolean }>()

  async function readLedger(pool: string): Promise<{ version: number; ledger: StoredLedger }> {
    const fields = await redis.hgetall(ledgerKey(pool))
    if (!fields.record) return { version: 0, ledger: { rotation: emptyLedger(), days: {}, open: {}, reserved: {} } }
    return { version: Number(fields.version), ledger: StoredLedger.parse(JSON.parse(fields.record)) }
  }

  async function readGiven(pool: string, ids: string[]): Promise<Map<string, string>> {
    const reps = ids.length > 0 ? await redis.hmget(givenKey(pool), ...ids) : []
    return new Map(ids.flatMap((id, index) => (reps[index] ? [[id, reps[index]]] : [])))
  }

  // Compare-and-set until it holds; the steps of one round see what those before them did.
  async function runTogether(pool: string, steps: LedgerChange[]): Promise<void> {
    const ids = [...new Set(steps.map((step) => step.assignmentId))]
    for (;;) {
      const [{ version, ledger }, given] = await Promise.all([readLedger(pool), readGiven(pool, ids)])
      let current = ledger
      const give: Record<string, string | null> = {}
      // What one of them throws is its own: the others go on from where it began.
      const answers = steps.map((step) => {
        let outcome: Outcome<unknown>
        try {
          outcome = step.work(current, given)
        } catch (error) {
          return () => step.reject(error)
        }
        current = outcome.ledger
        for (const [id, rep] of Object.entries(outcome.give ?? {})) {
          give[id] = rep
          if (rep === null) given.delete(id)
          else given.set(id, rep)
        }
        return () => step.resolve(outcome.result)
      })
      const added = Object.entries(give).flatMap(([id, rep]) => (rep === null ? [] : [id, rep]))
      const removed = Object.keys(give).filter((id) => give[id] === null)
      const commands: Command[] = [
        ['HSET', ledgerKey(pool), 'version', version + 1, 'record', JSON.stringify(current)],
        ...(added.length > 0 ? [['HSET', givenKey(pool), ...added] satisfies Command] : []),
        ...(removed.length > 0 ? [['HDEL', givenKey(pool), ...removed] satisfies Command] : []),
      ]
      const unchanged = current === ledger && Object.keys(give).length === 0
      if (!unchanged && !(await store.commit([{ key: ledgerKey(pool), version }], commands))) continue
      for (const answer of answers) answer()
      return
    }
  }

  async function drain(pool: string, queue: { steps: LedgerChange[]; running: boolean }): Promise<void> {
    queue.running = true
    while (queue.steps.length > 0) {
      const steps = queue.steps.splice(0)
      await runTogether(pool, steps).catch((error) => {
        for (const step of steps) step.reject(error)
      })
    }
    queue.running = false
  }

  function change<T>(
    pool: string,
    assignmentId: string,
    now: number,
    work: (...args: Parameters<LedgerChange['work']>) => Outcome<T>,
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const queue = queues.get(pool) ?? { steps: [], running: false }
      queues.set(pool, queue)
      queue.steps.push({
        assignmentId,
        work: (ledger, given) => work(withoutExpired(ledger, now), given),
        resolve: resolve as (result: unknown) => void,
        reject,
      })
      // What is asked for in the same moment goes together.
      if (!queue.running) queueMicrotask(() => void (queue.running || drain(pool, queue)))
    })
  }

  /** The rep that this assignment has from a pool already; undefined when it has none, or they have left. */
  function repOf(team: Team, pool: string, id: string, now: number): Promise<string | undefined> {
    return change(pool, id, now, (ledger, given) => ({ ledger, result: heldBy(team, ledger, given, id) }))
  }

  function chooseFrom(team: Team, pool: string, settings: Pool, request: RepRequest, now: number) {
    return change(pool, request.assignmentId, now, (before, given) => {
      const id = request.assignmentId
      const held = heldBy(team, before, given, id)
      if (held) {
        const members: Candidate[] = []
        return { ledger: renewed(before, id, now), result: { rep: held as string | null, owner: false, members } }
      }
      // Whom it was given to before has left the team: they no longer have it.
      const { ledger, give } = withdraw(before, given, id)
      const skip: Record<string, SkipReason | undefined> = {}
      for (const { rep } of settings.members) {
        const load = { today: leadsToday(team, ledger, rep, now), open: openOf(ledger, rep) }
        skip[rep] = skipReason(team, settings, rep, load, request.hadIt, now)
      }
      const choice = chooseRep({ members: settings.members, ledger: ledger.rotation, skip, at: now })
      const owner = settings.members.find(({ rep }) => rep === request.keep && skip[rep] === undefined)?.rep
      const rep = owner ?? choice.rep
      const result = { rep, owner: owner !== undefined, members: choice.candidates }
      const lastLead = choice.candidates.find((candidate) => candidate.rep === rep)?.lastAssignedAt ?? null
      if (rep === null) return { ledger, give, result }
      return {
        give,
        ledger: {
          ...ledger,
          // Keeping an owner is not the rotation's choice, so it takes no turn.
          rotation: owner ? ledger.rotation : choice.ledger,
          days: {
            ...ledger.days,
            [rep]: { date: localDateOf(team, rep, now), leads: leadsToday(team, ledger, rep, now) + 1 },
          },
          reserved: {
            ...ledger.reserved,
            [id]: { rep, until: now + LEASE_MILLISECONDS, turn: owner ? null : { at: now, before: lastLead } },
          },
        },
        result,
      }
    })
  }

  return {
    /** Reserves a rep: the owner who stays, else the pool's rotation, else its fallback's. */
    async assign(team: Team, request: RepRequest, now: number): Promise<Choice> {
      const { assignmentId } = request
      const chain = poolChain(team, request.pool)
      const candidates: Choice['candidates'] = []
      // A rep that another pool of the chain has given already stands, whoever is available by now.
      const others = await Promise.all(chain.slice(1).map((pool) => repOf(team, pool, assignmentId, now)))
      const given = others.findIndex(Boolean) + 1
      for (const pool of given > 0 ? chain.slice(given) : chain) {
        const settings = team.pools[pool]
        if (!settings) continue
        const { rep, owner, members } = await chooseFrom(team, pool, settings, request, now)
        candidates.push({ pool, members })
        if (rep !== null) return { assignmentId, rep, pool, owner, candidates }
      }
      return { assignmentId, rep: null, pool: request.pool, owner: false, candidates }
    },

    /**
     * Tells a pool what became of an assignment: `rep` holds the lead by it, or null when nobody does (any more). Resolves
     * with whether that was news, or is not yet to be believed.
     */
    async settle(pool: string, assignmentId: string, rep: string | null, now: number): Promise<boolean> {
      const older = rep === null ? await takeOlder(pool, assignmentId) : null
      return change<boolean>(pool, assignmentId, now, (ledger, given) => {
        if (rep !== null) {
          if (given.get(assignmentId) === rep) return { ledger, result: false }
          const { ledger: without, give } = withdraw(ledger, given, assignmentId, true)
          return {
            ledger: { ...without, open: { ...without.open, [rep]: (without.open[rep] ?? 0) + 1 } },
            give: { ...give, [assignmentId]: rep },
            result: true,
          }
        }
        const until = ledger.reserved[assignmentId]?.until ?? 0
        if (until - now > LEASE_MILLISECONDS - FRESH_MILLISECONDS) return { ledger, result: true }
        const { ledger: after, give } = withdraw(ledger, older ? new Map([[assignmentId, older]]) : given, assignmentId)
        return { ledger: after, give, result: after !== ledger }
      })
    },

    /** What the members of a pool have at `now`, reservations that have not run out included, for people who look. */
    async read(pool: string, now: number): Promise<Pick<StoredLedger, 'rotation' | 'days' | 'open'>> {
      const ledger = withoutExpired((await readLedger(pool)).ledger, now)
      const reps = new Set([...Object.keys(ledger.open), ...Object.values(ledger.reserved).map(({ rep }) => rep)])
      return { ...ledger, open: Object.fromEntries([...reps].map((rep) => [rep, openOf(ledger, rep)])) }
    },
  }

  /** An assignment that the first version kept in a key of its own, taken off; null when there is none. */
  async function takeOlder(pool: string, assignmentId: string): Promise<string | null> {
    const key = `${keys.pool(pool)}:assignment:${assignmentId}`
    const { rep, version } = await redis.hgetall(key)
    if (rep === undefined) return null
    await redis.del(key)
    return Number(version) === 1 ? rep : null
  }
}

function renewed(ledger: StoredLedger, id: string, now: number): StoredLedger {
  const reservation = ledger.reserved[id]
  if (!reservation) return ledger
  return { ...ledger, reserved: { ...ledger.reserved, [id]: { ...reservation, until: now + LEASE_MILLISECONDS } } }
}

function heldBy(team: Team, ledger: StoredLedger, given: ReadonlyMap<string, string>, id: string): string | undefined {
  const rep = given.get(id) ?? ledger.reserved[id]?.rep
  return rep !== undefined && team.reps[rep]?.active ? rep : undefined
}

/** The ledger without an assignment, given or reserved. A reservation that comes to nothing gives its turn back, unless `kept`. */
function withdraw(
  ledger: StoredLedger,
  given: ReadonlyMap<string, string>,
  id: string,
  kept = false,
): { ledger: StoredLedger; give: Record<string, null> } {
  const rep = given.get(id)
  const open = rep === undefined ? ledger.open : { ...ledger.open, [rep]: Math.max(0, (ledger.open[rep] ?? 0) - 1) }
  const give: Record<string, null> = rep === undefined ? {} : { [id]: null }
  if (!ledger.reserved[id]) return { ledger: rep === undefined ? ledger : { ...ledger, open }, give }
  const freed = kept ? withoutReservation(ledger, id) : cancelled(ledger, id)
  return { ledger: { ...freed, open }, give }
}

function withoutExpired(ledger: StoredLedger, now: number): StoredLedger {
  const expired = Object.keys(ledger.reserved).filter((id) => (ledger.reserved[id]?.until ?? 0) <= now)
  return expired.reduce((left, id) => cancelled(left, id), ledger)
}

function cancelled(ledger: StoredLedger, id: string): StoredLedger {
  const reservation = ledger.reserved[id]
  if (!reservation) return ledger
  const { rep, turn } = reservation
  const day = ledger.days[rep]
  return {
    ...ledger,
    reserved: withoutTurn(withoutReservation(ledger, id).reserved, rep, turn),
    rotation: turn ? giveTurnBack(ledger.rotation, rep, turn) : ledger.rotation,
    days: day ? { ...ledger.days, [rep]: { ...day, leads: Math.max(0, day.leads - 1) } } : ledger.days,
  }
}

// The turn that came after it, and may come to nothing as well, came after the one before it.
function withoutTurn(reserved: StoredLedger['reserved'], rep: string, turn: Turn | null): StoredLedger['reserved'] {
  for (const [id, one] of Object.entries(reserved)) {
    if (one.rep !== rep || !turn || one.turn?.before !== turn.at) continue
    return { ...reserved, [id]: { ...one, turn: { ...one.turn, before: turn.before } } }
  }
  return reserved
}

function withoutReservation(ledger: StoredLedger, id: string): StoredLedger {
  const { [id]: _, ...reserved } = ledger.reserved
  return { ...ledger, reserved }
}

function openOf(ledger: StoredLedger, rep: string): number {
  const reserved = Object.values(ledger.reserved).filter((reservation) => reservation.rep === rep).length
  return (ledger.open[rep] ?? 0) + reserved
}

function leadsToday(team: Team, ledger: StoredLedger, rep: string, now: number): number {
  const day = ledger.days[rep]
  return day?.date === localDateOf(team, rep, now) ? day.leads : 0
}
