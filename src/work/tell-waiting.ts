import type { Config } from '../config/config.ts'
import { managerIdOf } from '../handoffs/buttons.ts'
import { heldFor } from '../handoffs/handoff.ts'
import { leadsToday } from '../handoffs/ledger.ts'
import { wantedText } from '../handoffs/segments.ts'
import type { Load } from '../handoffs/team.ts'
import { type NobodyFree, whyNobody } from '../handoffs/waiting.ts'
import { managersInLine, slackIdOf } from '../leads/recipients.ts'
import { missingWords } from '../messages/attribute-words.ts'
import { renderWaiting, WAITING_SHOWN, type WaitingInput, type WaitingLine } from '../messages/waiting.ts'
import { isRefused } from '../platform/errors.ts'
import { createHands } from '../store/by-rep.ts'
import { INDEX, leadOf } from '../store/partitions.ts'
import { createWaitingLists, waitingListId } from '../store/waiting-lists.ts'
import { createShowLive } from './live-message.ts'
import { CHANGED_MEANWHILE, type Handler, type Parts, RunLater } from './parts.ts'

const PRIORITY = 1
// Slack takes 50 updates a minute for all there is to update.
const EVERY = 10_000
// Of what waits for somebody whom a rule names, in no pool.
const MOST_OUTSIDE = 500

/** Sends a manager's message about the leads that wait, or brings it up to which do. */
export function createTellWaiting(
  parts: Pick<Parts, 'clock' | 'config' | 'hurry' | 'leads' | 'log' | 'pools' | 'publicUrl' | 'slack' | 'store'>,
): Handler<{ manager: string }> {
  const { clock, leads } = parts
  const live = createWaitingLists(parts.store)
  const hands = createHands(parts.store)
  const show = createShowLive(parts, live)

  return async function tellWaiting({ manager }) {
    const id = waitingListId(manager)
    const state = await live.read(id)
    const next = state.shownAt + EVERY
    if (state.shownAt > 0 && clock.now() < next) {
      await live.postpone(id, next)
      parts.hurry([{ index: INDEX.waitingLists, id, at: next }])
      return
    }
    const config = parts.config()
    const said = await gather(config, manager)
    const isOver = said.pools.length === 0
    if (!isOver || state.place) await tell(config, said, isOver)
    if (!(await live.settle(id, state, clock.now()))) throw new RunLater(CHANGED_MEANWHILE)

    // Where the manager cannot be told, the next in line is.
    async function tell({ team }: Config, input: WaitingInput, ends: boolean): Promise<void> {
      const pool = input.pools[0]?.pool ?? ''
      const message = renderWaiting(input)
      for (const who of new Set([manager, ...managersInLine(team, pool)])) {
        const to = slackIdOf(team, who)
        if (!to) continue
        try {
          await show(id, state, { to, priority: PRIORITY, message })
          if (ends) await live.forgetPlace(id)
          return
        } catch (error) {
          if (!isRefused(error)) throw error
          parts.log.error({ manager, to: who, code: error.code }, 'Slack refuses the message about leads that wait')
        }
      }
      parts.log.error({ manager }, 'nobody can be told of the leads that wait')
    }
  }

  async function gather(config: Config, manager: string): Promise<WaitingInput> {
    const { team } = config
    const waiting = (await Promise.all((await poolsOf(config, manager)).map(waitingFor))).filter(
      ({ count }) => count > 0,
    )
    const outside = await waitingOutside(config, manager)
    const all = [...waiting.flatMap(({ first }) => first), ...outside].sort((a, b) => a.since - b.since)
    const lines = await Promise.all(all.slice(0, WAITING_SHOWN).map(lineOf))
    const pools = await Promise.all(
      waiting.map(async ({ pool, count, held }) => ({ pool, count, held, why: await whyIn(config, pool) })),
    )
    const calendar = team.reps[team.pools[pools[0]?.pool ?? '']?.members[0]?.rep ?? '']?.calendar
    return {
      pools: [
        ...pools.sort((a, b) => b.count - a.count),
        ...(outside.length > 0 ? [{ pool: '', count: outside.length, why: [] }] : []),
      ],
      lines: lines.flatMap((line) => line ?? []),
      since: all[0]?.since,
      console: parts.publicUrl && `${parts.publicUrl}/console`,
      timeZone: team.calendars[calendar ?? '']?.timeZone ?? 'UTC',
    }
  }

  // Of a pool that has left the config somebody still has to hear.
  async function poolsOf({ team }: Config, manager: string): Promise<string[]> {
    const known = Object.keys(team.pools)
    const mine = known.filter((pool) => team.pools[pool]?.manager === manager)
    if (manager !== managerIdOf(team, { pool: '' })) return mine
    const counts = await hands.counts()
    const left = counts.flatMap(({ hands: one }) => ('pool' in one && one.pool !== '' ? one.pool : []))
    return [...mine, ...left.filter((pool) => !known.includes(pool))]
  }

  async function waitingFor(pool: string) {
    const [count, first] = await Promise.all([hands.count({ pool }), hands.of({ pool }, WAITING_SHOWN)])
    // Of more than are shown some are taken for the rest.
    const handoffs = await Promise.all(first.map(({ handoffId }) => leads.readHandoff(handoffId)))
    const lacking = handoffs.filter((handoff) => handoff && heldFor(handoff).length > 0).length
    const held = lacking === handoffs.length ? count : lacking
    return { pool, count, held, first: first.map(({ handoffId, at }) => ({ handoffId, since: at ?? 0, pool })) }
  }

  async function waitingOutside({ team }: Config, manager: string) {
    const found = await hands.of({ pool: '' }, MOST_OUTSIDE)
    const handoffs = await Promise.all(found.map(({ handoffId }) => leads.readHandoff(handoffId)))
    return handoffs.flatMap((handoff) =>
      handoff?.state === 'waiting' && managerIdOf(team, handoff) === manager
        ? [{ handoffId: handoff.id, since: handoff.startedAt, pool: '' }]
        : [],
    )
  }

  async function lineOf({ handoffId, pool }: { handoffId: string; pool: string }): Promise<WaitingLine | null> {
    const { lead, handoffs } = await leads.get(leadOf(handoffId))
    const handoff = handoffs[handoffId]
    if (!lead || handoff?.state !== 'waiting') return null
    return {
      ...{ lead, pool, since: handoff.startedAt },
      ...(handoff.reps ? { wants: wantedText(handoff.reps) } : {}),
      ...(heldFor(handoff).length > 0 ? { lacks: heldFor(handoff).map(missingWords).join(', ') } : {}),
    }
  }

  async function whyIn({ team }: Config, pool: string): Promise<NobodyFree[]> {
    const now = clock.now()
    const names = Object.keys(team.pools)
    const ledgers = new Map(
      await Promise.all(names.map(async (name) => [name, await parts.pools.read(name, now)] as const)),
    )
    const loadOf = (name: string, rep: string): Load => {
      const ledger = ledgers.get(name)
      return ledger ? { today: leadsToday(team, ledger, rep, now), open: ledger.open[rep] ?? 0 } : { today: 0, open: 0 }
    }
    return whyNobody(team, pool, loadOf, now)
  }
}
