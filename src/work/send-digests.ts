import type { Config } from '../config/config.ts'
import { absenceAt, zoneOf } from '../handoffs/away.ts'
import { untilWords } from '../handoffs/away-words.ts'
import { isServiceBreach } from '../handoffs/delivery.ts'
import { type Morning, morningOf, overloaded } from '../handoffs/digest.ts'
import { type Handoff, holderAt } from '../handoffs/handoff.ts'
import type { Manager, Team } from '../handoffs/team.ts'
import { type DigestInput, type LateRep, renderDigest } from '../messages/digest.ts'
import { isRefused } from '../platform/errors.ts'
import { createLease } from '../platform/lease.ts'
import { createHands } from '../store/by-rep.ts'
import { createDigestsSent } from '../store/digests-sent.ts'
import { idPart } from '../store/live-messages.ts'
import type { Parts } from './parts.ts'

const PRIORITY = 1
const DAY = 24 * 60 * 60_000
const LEASE = 5 * 60_000
// A handoff that is late now began at most so long ago; longer clocks are nobody's news of a morning.
const LONGEST_CLOCK = 30 * DAY
const READ_AT_ONCE = 100

/**
 * Sends each manager the digest of their pools in the morning of their calendar, once, whichever worker is first: also when nobody
 * ran at that hour, and then about all of the time since the last one.
 */
export function createSendDigests(
  parts: Pick<Parts, 'clock' | 'config' | 'leads' | 'log' | 'pools' | 'publicUrl' | 'slack' | 'store'>,
) {
  const { clock, log, slack, store } = parts
  const { redis, keys, partitions } = store
  const sent = createDigestsSent(store)
  const hands = createHands(store)
  const lease = createLease({ redis, key: keys.shared('manager-digests:lease'), milliseconds: LEASE })
  // The morning of each manager about which nothing is left to ask.
  const settled = new Map<string, string>()

  /** Who is to have a digest now. Cheap, for every sweep. */
  async function due({ team }: Config): Promise<{ manager: Manager; morning: Morning }[]> {
    const now = clock.now()
    const mornings = managersOf(team).flatMap((manager) => {
      const calendar = calendarOf(team, manager)
      if (!calendar || manager.digest === false) return []
      const morning = morningOf(calendar, manager.digest?.minutes, now)
      return morning && settled.get(manager.id) !== morning.date ? [{ manager, morning }] : []
    })
    if (mornings.length === 0) return []
    const begun = await sent.begunAt(now)
    const last = await Promise.all(mornings.map(({ manager }) => sent.last(manager.id)))
    return mornings.filter(({ manager, morning }, at) => {
      const isDue = morning.at > begun && (last[at] ?? 0) < morning.at
      if (!isDue) settled.set(manager.id, morning.date)
      return isDue
    })
  }

  return {
    isDue: async (): Promise<boolean> => (await due(parts.config())).length > 0,

    /** Sends the digests that are due. */
    async send(): Promise<void> {
      const config = parts.config()
      if (!(await lease.hold())) return
      try {
        for (const { manager, morning } of await due(config)) await sendOne(config, manager, morning)
      } finally {
        await lease.release().catch(() => undefined)
      }
    },
  }

  async function sendOne(config: Config, manager: Manager, { date, at }: Morning): Promise<void> {
    const from = (await sent.last(manager.id)) ?? at - DAY
    const message = renderDigest(await gather(config, manager, from, at))
    if (message) {
      const key = `digest/${idPart(manager.id)}/${date}`
      try {
        const channel = await slack.channelFor(manager.slackUserId, PRIORITY)
        await slack.turn(channel, PRIORITY)
        // Whoever died after sending it has not noted so.
        if (!(await slack.find(channel, key, at))) await slack.post(channel, key, message)
      } catch (error) {
        if (!isRefused(error)) throw error
        log.error({ manager: manager.id, code: error.code }, 'Slack refuses the digest of a manager: check team.yaml')
      }
    }
    await sent.sent(manager.id, at)
  }

  async function gather(config: Config, manager: Manager, from: number, to: number): Promise<DigestInput> {
    const { team } = config
    const pools = poolsOf(team, manager)
    const now = clock.now()
    const reps = [...new Set(pools.flatMap((pool) => team.pools[pool]?.members.map(({ rep }) => rep) ?? []))]
    const here = reps.filter((rep) => team.reps[rep]?.active)
    const late = await lateBetween(pools, from, to)
    return {
      ...{ from, to, ...sumLate(late, now) },
      waiting: (await Promise.all(pools.map(waitingFor))).filter(({ count }) => count > 0),
      overloaded: (await Promise.all(pools.map((pool) => overloadIn(team, pool, now)))).flat(),
      away: here.flatMap((rep) => {
        const absence = absenceAt(team, rep, now)
        return absence ? [{ rep, until: untilWords(absence.until, zoneOf(team, rep)) }] : []
      }),
      unreachable: here.filter((rep) => team.reps[rep]?.unreachable !== undefined),
      names: Object.fromEntries(Object.values(team.reps).map(({ id, name }) => [id, name])),
      console: parts.publicUrl && `${parts.publicUrl}/console`,
      timeZone: calendarOf(team, manager)?.timeZone ?? 'UTC',
    }
  }

  async function waitingFor(pool: string) {
    const [count, [first]] = await Promise.all([hands.count({ pool }), hands.of({ pool }, 1)])
    return { pool, count, since: first?.at ?? undefined }
  }

  async function overloadIn(team: Team, pool: string, now: number) {
    const settings = team.pools[pool]
    if (!settings) return []
    const { open } = await parts.pools.read(pool, now)
    const members = settings.members
      .filter(({ rep }) => team.reps[rep]?.active)
      .map(({ rep }) => ({ rep, open: open[rep] ?? 0 }))
    return overloaded(members, settings.caps.open).map((one) => ({ ...one, pool }))
  }

  /** The handoffs of some pools whose deadline passed in a span. */
  async function lateBetween(pools: readonly string[], from: number, to: number): Promise<Handoff[]> {
    const found = await Promise.all(
      partitions.map((partition) =>
        redis.zrangebyscore(keys.listIn(partition, 'breached'), from - LONGEST_CLOCK, `(${to}`),
      ),
    )
    const ids = found.flat()
    const late: Handoff[] = []
    for (let at = 0; at < ids.length; at += READ_AT_ONCE) {
      const some = await Promise.all(ids.slice(at, at + READ_AT_ONCE).map((id) => parts.leads.readHandoff(id)))
      late.push(...some.flatMap((one) => (one && isLateIn(one, pools, from, to) ? [one] : [])))
    }
    return late
  }
}

function isLateIn({ breachedAt, pool }: Handoff, pools: readonly string[], from: number, to: number): boolean {
  return breachedAt !== undefined && breachedAt >= from && breachedAt < to && pools.includes(pool)
}

/** What was late, rep by rep, those with most first; what Slack did not deliver apart. */
function sumLate(late: readonly Handoff[], now: number): Pick<DigestInput, 'late' | 'undelivered'> {
  const theirs = late.filter((one) => !isServiceBreach(one))
  const byRep = Map.groupBy(theirs, (one) => holderAt(one, one.breachedAt ?? 0)?.rep ?? '')
  const reps = [...byRep].map(([rep, some]): LateRep => {
    const by = some.map(({ breachedAt = 0, answered, ended }) => (answered?.at ?? ended?.at ?? now) - breachedAt)
    const open = some.filter(({ state }) => state === 'open').length
    return { rep, count: some.length, latest: Math.max(...by), open }
  })
  return { late: reps.sort((a, b) => b.count - a.count), undelivered: late.length - theirs.length }
}

// Who manages a pool: the others have nothing to read about.
function managersOf(team: Team): Manager[] {
  const managing = new Set(Object.values(team.pools).map(({ manager }) => manager))
  return Object.values(team.managers).filter(({ id }) => managing.has(id))
}

function poolsOf(team: Team, { id }: Manager): string[] {
  return Object.keys(team.pools).filter((pool) => team.pools[pool]?.manager === id)
}

// Their own, else the one of the first member of their first pool.
function calendarOf(team: Team, manager: Manager) {
  const [pool = ''] = poolsOf(team, manager)
  const member = team.pools[pool]?.members[0]?.rep ?? ''
  return team.calendars[manager.calendar ?? team.reps[member]?.calendar ?? '']
}
