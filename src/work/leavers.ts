import { setTimeout as wait } from 'node:timers/promises'
import type { Config } from '../config/config.ts'
import { holderOf } from '../handoffs/handoff.ts'
import { type Notice, noticeId } from '../handoffs/notice.ts'
import { OutsideError } from '../platform/errors.ts'
import { createLease } from '../platform/lease.ts'
import { INDEX, leadOf } from '../store/partitions.ts'
import type { Parts } from './parts.ts'

const HOUR = 60 * 60_000
// Once a minute, and before a rung acts when the last look is older than this.
const LOOK_EVERY = 60_000
const FRESH = 10_000
const LEASE = 60_000
const AT_ONCE = 100
const AGAIN = 50
/** So many contacts are named in the message to the manager. */
const NAMED = 20

/**
 * Hands on the open leads of reps who have left: inactive, gone from team.yaml, or deactivated in HubSpot. Looked for at the
 * start, after a change of config, every minute, and before somebody is reminded; the manager of each is told once, with the list.
 */
export function createLeavers(
  parts: Pick<Parts, 'apply' | 'clock' | 'config' | 'departed' | 'hubspot' | 'hurry' | 'leads' | 'log' | 'store'>,
) {
  const { clock, departed, store } = parts
  const known = store.keys.shared('reps')
  const lease = createLease({ redis: store.redis, key: store.keys.shared('reps-lock'), milliseconds: LEASE })

  let looking: Promise<void> | null = null

  const isOlderThan = (age: number) =>
    departed.looked.version !== parts.config().version ||
    clock.now() - departed.looked.at >= (departed.looked.refused ? HOUR : age)

  /** Whether it is time to look; cheap, for every sweep. */
  const isDue = async () => isOlderThan(LOOK_EVERY)

  /** Looks before a rung acts, unless somebody has just looked; whether it did. */
  async function handOnFirst(): Promise<boolean> {
    if (!looking && !isOlderThan(FRESH)) return false
    looking ??= untilDone().finally(() => {
      looking = null
    })
    await looking
    return true
  }

  // Whoever is at it already has not handed on everything yet: a rung that went before would remind who has left.
  async function untilDone(): Promise<void> {
    while (!(await handOn())) await wait(AGAIN)
  }

  /**
   * Looks, and hands on what those who have left hold; false while another one is at it. One worker at a time; the others look again at their
   * next sweep.
   */
  async function handOn(): Promise<boolean> {
    if (!(await lease.hold())) return false
    try {
      const refused = !(await lookForArchived())
      const config = parts.config()
      const before = await store.redis.hgetall(known)
      const here = Object.values(config.team.reps).filter(({ active }) => active)
      const left = [...new Set([...Object.keys(before), ...Object.keys(config.team.reps)])].filter(
        (rep) => before[rep] !== 'left' && !here.some(({ id }) => id === rep),
      )
      if (left.length > 0 && config.routing.leavers === 'hand-on') await handOnAll(config, left)
      const states = [...here.map(({ id }) => [id, 'here']), ...left.map((rep) => [rep, 'left'])].flat()
      if (states.length > 0) await store.redis.hset(known, ...states)
      departed.looked = { version: config.version, at: clock.now(), refused }
      return true
    } finally {
      await lease.release()
    }
  }

  // False when the token may not ask: then an hour is soon enough to try again.
  async function lookForArchived(): Promise<boolean> {
    try {
      const owners = await parts.hubspot.archivedOwners()
      if (owners) departed.note(owners)
      else parts.log.warn('the token may not read owners (crm.objects.owners.read): who is deactivated is not seen')
      return owners !== null
    } catch (error) {
      if (!(error instanceof OutsideError)) throw error
      parts.log.warn({ code: error.code }, 'HubSpot does not say which owners are deactivated: looked for again later')
      return true
    }
  }

  async function handOnAll(config: Config, left: string[]): Promise<void> {
    const held = new Map<string, string[]>()
    const pools = new Map<string, string>()
    for (const partition of store.partitions) {
      const ids = await store.redis.zrange(store.keys.listIn(partition, 'open'), '0', '-1')
      for (let at = 0; at < ids.length; at += AT_ONCE) {
        const some = await Promise.all(ids.slice(at, at + AT_ONCE).map((id) => parts.leads.readHandoff(id)))
        for (const handoff of some) {
          const rep = handoff?.state === 'open' ? holderOf(handoff)?.rep : undefined
          if (!handoff || rep === undefined || !left.includes(rep)) continue
          held.set(rep, [...new Set([...(held.get(rep) ?? []), handoff.leadId])])
          if (!pools.has(rep)) pools.set(rep, handoff.pool)
        }
      }
    }
    for (const [rep, leads] of held) {
      const handedOn = (await inTurn(leads, (id) => handOnLead(config, id, rep))).flat()
      const [lead] = handedOn
      if (lead === undefined) continue
      const pool = pools.get(rep) ?? ''
      const count = handedOn.length
      await tell({ what: 'rep-left', lead, pool, rep, leads: handedOn.slice(0, NAMED), count, at: clock.now() })
      parts.log.info({ rep, leads: count }, 'a rep has left: their open leads are handed on')
    }
  }

  // Somebody else may change the lead at the same time.
  async function handOnLead(config: Config, id: string, rep: string): Promise<string[]> {
    for (;;) {
      const applied = await parts.apply(config, await parts.leads.get(id), { type: 'left', rep }, clock.now())
      parts.hurry(applied.waiting, applied.outcome === 'committed' ? { known: applied.after } : {})
      if (applied.outcome === 'committed') return [id]
      if (applied.outcome !== 'conflict') return []
    }
  }

  async function tell(notice: Notice): Promise<void> {
    const waiting = { index: INDEX.notices, id: noticeId(notice), at: notice.at }
    await store.commit([], [['ZADD', store.keys.index(leadOf(notice.lead), waiting.index), waiting.at, waiting.id]])
    parts.hurry([waiting])
  }

  return { isDue, handOn: async () => void (await handOn()), handOnFirst }
}

async function inTurn<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const done: R[] = []
  for (const item of items) done.push(await work(item))
  return done
}
