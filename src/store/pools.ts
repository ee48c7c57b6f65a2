import type { RepRequest } from '../handoffs/choice.ts'
import type { Holder } from '../handoffs/handoff.ts'
import {
  credit,
  emptyPoolLedger,
  type Given,
  heldBy,
  type LedgerOutcome,
  openByRep,
  PoolLedger,
  release,
  reserve,
  take,
  unreserve,
  withoutExpired,
} from '../handoffs/ledger.ts'
import { poolChain, type Team } from '../handoffs/team.ts'
import type { Choice } from '../leads/change.ts'
import { createCompanyReps } from './company-reps.ts'
import type { Command, Store } from './partitions.ts'

/*
 * Who gets the next lead. The rules are `handoffs/rotation.ts` and `ledger.ts`; this file keeps each pool's ledger in Redis and changes it by
 * compare-and-set, so that any number of workers together behave like one. A choice is a reservation, and a lease: it
 * counts until the lead's commit takes it up, or until it runs out, when its worker has died or the lead went elsewhere.
 * Asking for the same assignment again gives the same rep. What comes for a pool while it is being changed goes together.
 */

/** The ledgers of all pools. */
export type Pools = ReturnType<typeof createPools>

/** One thing to be done with a ledger; several are done together. */
interface LedgerChange {
  assignmentId: string
  work(ledger: PoolLedger, given: Given): LedgerOutcome<unknown>
  resolve(result: unknown): void
  reject(error: unknown): void
}

/** Opens the ledgers. */
export function createPools(store: Store) {
  const { redis, keys } = store
  const companyReps = createCompanyReps(store)
  const ledgerKey = (pool: string) => `${keys.pool(pool)}:ledger`
  const givenKey = (pool: string) => `${keys.pool(pool)}:given`
  const queues = new Map<string, { steps: LedgerChange[]; running: boolean }>()

  async function readLedger(pool: string): Promise<{ version: number; ledger: PoolLedger }> {
    const fields = await redis.hgetall(ledgerKey(pool))
    if (!fields.record) return { version: 0, ledger: emptyPoolLedger() }
    return { version: Number(fields.version), ledger: PoolLedger.parse(JSON.parse(fields.record)) }
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
        let outcome: LedgerOutcome<unknown>
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
    work: (...args: Parameters<LedgerChange['work']>) => LedgerOutcome<T>,
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

  async function choose(team: Team, request: RepRequest, now: number): Promise<Choice & { held?: true }> {
    const { assignmentId, keep } = request
    const owner = keep === undefined ? request.owner : undefined
    const chain = poolChain(team, request.pool)
    const candidates: Choice['candidates'] = []
    const ask = async (pool: string, more: Pick<Parameters<typeof reserve>[2], 'owner' | 'unfit'>) => {
      const settings = team.pools[pool]
      if (!settings) return null
      const { rep, why, members, held, turn } = await change(pool, assignmentId, now, (ledger, given) =>
        reserve(team, settings, { ...request, ...more }, ledger, given, now),
      )
      candidates.push({ pool, members })
      const chosen = { assignmentId, pool, owner: why === 'kept-owner', why, candidates }
      return rep === null ? null : { rep, ...chosen, ...(turn ? { turn } : {}), ...(held ? { held } : {}) }
    }
    if (request.named !== undefined) {
      const home = homeOf(team, chain, request.named) ?? request.pool
      const given = await ask(home, { owner: undefined, unfit: undefined })
      // Who is in no pool has it all the same, and no pool counts it.
      return given ?? { assignmentId, rep: request.named, pool: '', owner: false, candidates }
    }
    // A rep that another pool has given already stands, whoever is available by now.
    const home = owner === undefined ? undefined : homeOf(team, chain, owner)
    const others = home === undefined ? chain.slice(1) : [...new Set([...chain, home])]
    const reps = await Promise.all(others.map((pool) => repOf(team, pool, assignmentId, now)))
    const holds = others.find((_, index) => reps[index] !== undefined)
    const standing = holds === undefined ? null : await ask(holds, { owner: undefined, unfit: undefined })
    if (standing) return standing
    const own = home === undefined ? null : await ask(home, { owner, unfit: undefined })
    if (own) return own
    // An owner who keeps the lead counts where they belong.
    const first = Math.max(
      0,
      chain.findIndex((pool) => hasMember(team, pool, keep)),
    )
    for (const unfit of request.rounds ?? [{}]) {
      for (const pool of chain.slice(first)) {
        const choice = await ask(pool, { owner: undefined, unfit: unfit[pool] })
        if (choice) return choice
      }
    }
    return { assignmentId, rep: null, pool: request.pool, owner: false, candidates }
  }

  return {
    /**
     * Reserves a rep by the order of choice, in the pool or its fallbacks. Of contacts of one company that come in the same
     * moment the first one's rep gets them all: who finds another one there chooses again.
     */
    async assign(team: Team, request: RepRequest, now: number): Promise<Choice> {
      const { assignmentId, company } = request
      if (!company || request.named !== undefined) return choose(team, request, now)
      for (;;) {
        const standing = await companyReps.read(company, now)
        const last = standing.rep === undefined ? [] : [{ rep: standing.rep, why: 'company-lead' as const }]
        const first = [...(request.first ?? []), ...last]
        const choice = await choose(team, { ...request, first }, now)
        if (choice.rep === null || choice.held) return choice
        const isNoted = await companyReps.note(company, standing, choice.rep, now)
        if (isNoted || choice.why === 'kept-owner' || choice.why === 'meeting-host') return choice
        await change(choice.pool, assignmentId, now, (ledger, given) => unreserve(ledger, given, assignmentId))
      }
    },

    /**
     * Tells a pool what became of an assignment: `rep` holds the lead by it, or null when nobody does (any more). Resolves
     * with whether that was news, or is not yet to be believed.
     */
    async settle(pool: string, assignmentId: string, rep: string | null, now: number): Promise<boolean> {
      const older = rep === null ? await takeOlder(pool, assignmentId) : null
      return change<boolean>(pool, assignmentId, now, (ledger, given) => {
        if (rep !== null) return take(ledger, given, assignmentId, rep)
        return release(ledger, older ? new Map([[assignmentId, older]]) : given, assignmentId, now)
      })
    },

    /** Takes back what an assignment counts for its rep, once: the lead was nobody for us. */
    credit(team: Team, { assignmentId, pool, ...holder }: Holder, now: number): Promise<boolean> {
      return change(pool, assignmentId, now, (ledger) => credit(team, ledger, assignmentId, holder))
    },

    /** What the members of a pool have at `now`, reservations that have not run out included, for people who look. */
    async read(pool: string, now: number): Promise<Pick<PoolLedger, 'rotation' | 'days' | 'open'>> {
      const ledger = withoutExpired((await readLedger(pool)).ledger, now)
      return { ...ledger, open: openByRep(ledger) }
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

// The pool that counts a rep's lead: one of the chain where they are in one, else another, else the one that is asked.
function homeOf(team: Team, chain: readonly string[], rep: string): string | undefined {
  return [...chain, ...Object.keys(team.pools)].find((pool) => hasMember(team, pool, rep)) ?? chain[0]
}

function hasMember({ pools }: Team, pool: string, rep: string | undefined): boolean {
  return pools[pool]?.members.some((member) => member.rep === rep) ?? false
}
