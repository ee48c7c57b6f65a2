import type { Config } from '../config/config.ts'
import type { Handover } from '../handoffs/handover.ts'
import type { Reserved } from '../leads/assign.ts'
import type { Change, Choice, Input } from '../leads/change.ts'
import { next } from '../leads/next.ts'
import { shadowOf } from '../leads/shadow.ts'
import { heldAssignment } from '../leads/steps.ts'
import { assignmentEntry, prepare, type Waiting } from './commit.ts'
import type { Inbox } from './inbox.ts'
import type { StoredLead } from './leads.ts'
import { pack } from './pack.ts'
import { type Command, INDEX, type Store } from './partitions.ts'
import type { Pools } from './pools.ts'
import { signalKey } from './schema.ts'
import type { Shadow } from './shadow.ts'

/**
 * What came of an input, and what waits for work now. `nothing`: it changes nothing. `conflict`: the lead is no longer as it
 * was read; read it and try again. `given-up`: it can never be dealt with. `committed` with the state afterwards, and
 * whether more came in meanwhile.
 */
export type Applied = { waiting: Waiting[] } & (
  | { outcome: 'nothing' }
  | { outcome: 'conflict' }
  | { outcome: 'given-up'; reason: string }
  | { outcome: 'committed'; change: Change; after: StoredLead; more: boolean }
)

const TELL_AGAIN = 10 * 60_000

/** Decides and commits, the same for every input. */
export type Apply = ReturnType<typeof createApply>

/**
 * Makes it from the store and the pools. Reps who were reserved and do not get the lead after all are free again soon.
 * `more` is committed with what an input comes to, or not at all. `shadow`: the config that runs beside the live one. `observedPools`: whose turn it would be by routes that only observe. `observes`: nothing of anything is real.
 */
export function createApply({
  store,
  pools,
  inbox,
  observedPools = pools,
  observes = false,
  shadow,
}: {
  store: Store
  pools: Pools
  inbox: Inbox
  observedPools?: Pools
  observes?: boolean
  shadow?: Pick<Shadow, 'current'>
}) {
  return async function apply(
    config: Config,
    state: StoredLead,
    input: Input,
    now: number,
    more: readonly Command[] = [],
  ): Promise<Applied> {
    const reserved: Record<string, Choice> = {}
    const applied = await decideAndCommit(config, state, input, reserved, now, more)
    const change = applied.outcome === 'committed' ? applied.change : null
    return { ...applied, waiting: [...applied.waiting, ...(await giveBack(state.id, reserved, change, now))] }
  }

  // A reservation that an error leaves behind runs out by itself.
  async function decideAndCommit(
    config: Config,
    state: StoredLead,
    input: Input,
    reserved: Record<string, Choice>,
    now: number,
    more: readonly Command[],
  ): Promise<Applied> {
    const change = await beside(await decided(config, state, input, reserved, now), input, now)
    if (change === null) return { outcome: 'nothing', waiting: [] }
    if (change.givenUp !== undefined) return { outcome: 'given-up', reason: change.givenUp, waiting: [] }
    const forwarded = await forward(state.id, change, now)
    const { plan, waiting } = prepare(
      store.keys,
      state,
      change,
      config.retention,
      now,
      observes,
      observes ? [] : config.webhooks,
    )
    const done = await store.commit(plan.guards, [...more, ...plan.commands])
    if (!done) return { outcome: 'conflict', waiting: [] }
    if (change.observed) await takeObserved(change.observed, now)
    const after = stateAfter(state, change)
    return { outcome: 'committed', change, after, waiting: [...waiting, ...forwarded], more: done === 'more' }
  }

  async function decided(
    config: Config,
    state: StoredLead,
    input: Input,
    reserved: Record<string, Choice>,
    now: number,
  ): Promise<Change | null> {
    for (;;) {
      const answer = next(config, state, input, now, reserved)
      if (answer === null || !('wanted' in answer)) return answer
      const { wanted } = answer
      const asked = wanted.observed ? observedPools : pools
      reserved[wanted.assignmentId] = await asked.assign(config.team, wanted, now)
    }
  }

  /** The same, with what the config says of the decision that runs beside the live one. */
  async function beside(change: Change | null, input: Input, now: number): Promise<Change | null> {
    const config = change?.decision && shadow ? await shadow.current() : null
    const shadowed =
      change && config && shadowOf(config, change, input.type === 'contact' ? input.gathered : undefined, now)
    return change && shadowed ? { ...change, shadowed } : change
  }

  // The turn is theirs. How long they would have had the lead nobody knows, so that it does not count as open.
  async function takeObserved({ id, pool, rep }: Handover, now: number): Promise<void> {
    if (rep === null) return
    await observedPools.settle(pool, `${id}-1`, rep, now)
    await observedPools.settle(pool, `${id}-1`, null, now)
  }

  // What another lead has to hear is kept there first: told twice does no harm, and not at all would. It is told again while
  // this one still has to ask.
  async function forward(from: string, { forward: told }: Change, now: number): Promise<Waiting[]> {
    if (!told || told.items.length === 0) return []
    await inbox.ingest(
      told.items.map((item) => ({
        leadId: told.to,
        key:
          item.kind === 'signal'
            ? `moved-${signalKey(item.signal.id)}`
            : `merged-${from}-${Math.floor(now / TELL_AGAIN)}`,
        item,
      })),
      now,
    )
    return [{ index: INDEX.unread, id: told.to, at: now }]
  }

  // Somebody else may have committed the same assignment meanwhile, so what the lead says is looked up.
  async function giveBack(leadId: string, reserved: Reserved, change: Change | null, now: number): Promise<Waiting[]> {
    const held = new Set(change?.handoffs.map((handoff) => heldAssignment(handoff)?.assignmentId))
    const isOurs = (id: string) => !id.startsWith(`${leadId}-o`)
    const unused = Object.values(reserved).filter(
      ({ rep, pool, assignmentId: id }) => rep !== null && pool !== '' && !held.has(id) && isOurs(id),
    )
    const waiting = unused.map((choice) => ({ index: INDEX.assignments, id: assignmentEntry(leadId, choice), at: now }))
    await Promise.all(waiting.map(({ index, id }) => inbox.wait(index, id, now)))
    return waiting
  }
}

function stateAfter(state: StoredLead, change: Change): StoredLead {
  const touched =
    change.lead !== undefined ||
    change.handoffs.length > 0 ||
    change.messages !== undefined ||
    change.crmNotes !== undefined
  const written = change.shown ?? change.written
  return {
    ...state,
    version: touched || change.fence || state.older.length > 0 ? state.version + 1 : state.version,
    lead: change.lead ?? state.lead,
    handoffs: { ...state.handoffs, ...Object.fromEntries(change.handoffs.map((handoff) => [handoff.id, handoff])) },
    messages: change.messages ?? state.messages,
    written: written ?? state.written,
    writtenAs: written ? pack(written) : state.writtenAs,
    inbox: [],
    inboxCount: 0,
    older: [],
  }
}
