import type { Config } from '../config/config.ts'
import { lastDaily } from '../handoffs/daily.ts'
import type { Handover } from '../handoffs/handover.ts'
import { observeAttributes } from '../leads/observe.ts'
import { type ObservedOutcome, outcomeNeeds, outcomeOf, sumObserved } from '../leads/observed-outcome.ts'
import { slackIdOf } from '../leads/recipients.ts'
import { leadName } from '../messages/names.ts'
import { type ObservedLine, renderObserved, SHOWN } from '../messages/observed.ts'
import { isRefused, OutsideError } from '../platform/errors.ts'
import { createLease } from '../platform/lease.ts'
import { createObserved, OBSERVED_KEPT } from '../store/observed.ts'
import type { Parts } from './parts.ts'

const PRIORITY = 1
// Longer than the contacts of a day take to be read.
const LEASE = 5 * 60_000
const READ_AT_ONCE = 50
const AFTER_REFUSAL = 10 * 60_000

/**
 * Sends the daily report of what was only observed: once a day, whichever worker is first. What was due while nobody ran is
 * sent as soon as somebody does, one report about all of the time since the last one.
 */
export function createReportObserved(
  parts: Pick<Parts, 'clock' | 'config' | 'hubspot' | 'log' | 'mode' | 'portalId' | 'spokenSlack' | 'store'>,
) {
  const { clock, hubspot, log, spokenSlack: slack } = parts
  const observed = createObserved(parts.store)
  const lease = createLease({
    redis: parts.store.redis,
    key: parts.store.keys.shared('observed:lease'),
    milliseconds: LEASE,
  })
  // Until when nothing is left to ask.
  let settledUntil = 0
  let notBefore = 0

  /** The time that the report is about which is due; null when there is none. Cheap, for every sweep. */
  async function due({ routing }: Config): Promise<{ from: number; to: number } | null> {
    const isAsked = parts.mode === 'observe' || routing.routes.some(({ observe }) => observe)
    if (!routing.observe || !isAsked) return null
    const { minutes, timeZone } = routing.observe
    const to = lastDaily(timeZone, minutes, clock.now())
    if (to <= settledUntil || clock.now() < notBefore) return null
    const from = await observed.reportedUntil(clock.now())
    if (from < to) return { from, to }
    settledUntil = to
    return null
  }

  return {
    isDue: async (): Promise<boolean> => (await due(parts.config())) !== null,

    /** Sends the report that is due. */
    async report(): Promise<void> {
      const config = parts.config()
      if (!(await lease.hold())) return
      try {
        const span = await due(config)
        if (span) await send(config, span)
      } finally {
        await lease.release().catch(() => undefined)
      }
    },
  }

  async function send(config: Config, { from, to }: { from: number; to: number }): Promise<void> {
    const { channel: named = '' } = config.routing.observe ?? {}
    const key = `observed/${new Date(to).toISOString()}`
    try {
      const channel = await slack.channelFor(slackIdOf(config.team, named) ?? named, PRIORITY)
      // Whoever died after sending it has not noted so.
      if (!(await slack.find(channel, key, to))) {
        const message = renderObserved(await gather(config, from, to))
        await slack.turn(channel, PRIORITY)
        await slack.post(channel, key, message)
      }
    } catch (error) {
      if (!isRefused(error)) throw error
      // The next one is about this time as well.
      log.error(
        { channel: named, code: error.code },
        'Slack refuses the daily report of what was observed: check observe.channel in routing.yaml, and that Baton is in it',
      )
      notBefore = clock.now() + AFTER_REFUSAL
      return
    }
    await observed.reported(to)
    await observed.forgetBefore(to - OBSERVED_KEPT)
    log.info({ from: new Date(from).toISOString(), to: new Date(to).toISOString() }, 'what was observed was reported')
  }

  async function gather(config: Config, from: number, to: number) {
    const now = clock.now()
    const all = await observed.between(from, to)
    const handovers = all.filter(({ withSales }) => withSales)
    const others = Map.groupBy(
      all.filter(({ withSales }) => !withSales),
      ({ kind }) => kind,
    )
    const lines: ObservedLine[] = []
    for (let at = 0; at < handovers.length; at += READ_AT_ONCE)
      lines.push(...(await Promise.all(handovers.slice(at, at + READ_AT_ONCE).map((one) => lineOf(config, one, now)))))
    const ownerOf = (rep: string) => config.team.reps[rep]?.hubspotOwnerId ?? config.team.people[rep]?.hubspotOwnerId
    const shown = lines.slice(0, SHOWN)
    return {
      ...{ from, to, now, lines: shown, ownerOf, portalId: parts.portalId() },
      timeZone: config.routing.observe?.timeZone ?? 'UTC',
      others: [...others].map(([kind, some]) => ({ kind, count: some.length })),
      everything: parts.mode === 'observe',
      sum: sumObserved(
        lines.map(({ outcome }) => outcome),
        ownerOf,
        now,
      ),
      people: Object.fromEntries(
        [...Object.values(config.team.people), ...Object.values(config.team.reps)].map(({ id, name }) => [id, name]),
      ),
      owners: await ownersOf(config, shown),
    }
  }

  async function lineOf(config: Config, handover: Handover, now: number): Promise<ObservedLine> {
    const found = await hubspot.readContact(handover.leadId, true)
    const contact = found && 'movedTo' in found ? await hubspot.readContact(found.movedTo, true) : found
    if (!contact || 'movedTo' in contact)
      return { outcome: { handover, missing: true }, name: `contact ${handover.leadId}` }
    const needs = outcomeNeeds(config, handover, contact)
    const [activities, ...versions] = await Promise.all([
      needs.activities ? hubspot.readActivities(contact.id) : undefined,
      ...needs.history.map((property) => readHistory(contact.id, property)),
    ])
    const looked = { contact, history: Object.fromEntries(versions.flat()), activities }
    const attributes = observeAttributes(config.hubspot, contact.properties, null, [])
    return { outcome: outcomeOf(config, handover, looked, now), name: leadName({ attributes }) }
  }

  async function readHistory(id: string, property: string) {
    try {
      return [[property, await hubspot.readHistory(id, property)] as const]
    } catch (error) {
      if (error instanceof OutsideError && (error.kind === 'refused' || error.code === '403')) return []
      throw error
    }
  }

  // Those of the team by their own names, others as HubSpot calls them.
  async function ownersOf(config: Config, lines: readonly ObservedLine[]): Promise<Record<string, string>> {
    const { team } = config
    const ours = [...Object.values(team.people), ...Object.values(team.reps)].flatMap(({ hubspotOwnerId, name }) =>
      hubspotOwnerId ? [[hubspotOwnerId, name] as const] : [],
    )
    const known = Object.fromEntries(ours)
    const ids = new Set(lines.flatMap(({ outcome }) => ownersIn(outcome)).filter((id) => id && !known[id]))
    const others = await Promise.all(
      [...ids].map(async (id) => [id, (await hubspot.ownerName(id)) ?? `owner ${id}`] as const),
    )
    return { ...known, ...Object.fromEntries(others) }
  }
}

function ownersIn({ owner, answered }: ObservedOutcome): string[] {
  return [owner?.id ?? '', answered?.owner ?? '']
}
