import type { Handoff } from '../handoffs/handoff.ts'
import { holderOf } from '../handoffs/handoff.ts'
import { type Post, tellingPost } from '../handoffs/posts.ts'
import { MESSAGES } from '../handoffs/rungs.ts'
import { signalsNamed } from '../rules/triggers.ts'
import type { LeadState, NextConfig } from './change.ts'
import type { LeadRecord } from './lead.ts'
import type { Told } from './marks.ts'
import { meetingHost } from './meetings.ts'
import type { Properties } from './observe.ts'
import type { Telling } from './outcomes.ts'
import { type AboutLead, poolFor, type Recipient, recipientOf, slackIdOf } from './recipients.ts'

/*
 * One event tells a person once, whatever rules say so. All tellings of a change to one reader become one message; who gets the
 * alert of a handoff by the same event reads the reasons there. A pool's channel and its member are different readers.
 */

// What follows so soon, without anything new from outside, is still the same event.
const SAME_EVENT = 10 * 60_000
// Their messages can still be brought up to date, and their buttons work.
const MOST_KEPT = 30

/** What a change tells: the tellings, and since when nothing has come in that led to it; `Infinity` when it is an event of its own. */
export interface Tellings {
  tells: readonly Telling[]
  newsAt: number
}

/** What is known of a lead and its surroundings when a change is made. */
export interface TellingInput {
  config: NextConfig
  state: LeadState
  /** As it will be. */
  lead: LeadRecord
  handoffs: readonly Handoff[]
  posts: readonly Post[]
  /** As they were just read, if they were. */
  contact?: Properties | undefined
  company?: Properties | null | undefined
  dealOwner?: string | undefined
  now: number
}

/** Who hears what by a change: the lead's tellings as they stand then, and the messages to send. */
export function tell(input: TellingInput, { tells, newsAt }: Tellings): { told: Record<string, Told>; posts: Post[] } {
  const { config, lead, now } = input
  const about = aboutOf(input)
  const told: Record<string, Told> = { ...lead.told }
  const posts: Post[] = []
  for (const [slackId, group] of byReader(config, about, tells)) {
    const alert = alertIn(input, slackId, newsAt)
    const said = group.filter(({ telling }) => !alert || !saysAlert(alert, telling))
    const [first] = said
    if (!first) continue
    const fresh = tellingOf(input, said, alert?.id)
    const known = Object.entries(told).find(
      ([, one]) =>
        now - one.at < SAME_EVENT &&
        newsAt <= one.at &&
        slackIdOf(config.team, one.to) === slackId &&
        said.every(({ telling }) => telling.by.what === 'trigger' || telling.starts),
    )
    if (known) {
      told[known[0]] = united(known[1], fresh)
      continue
    }
    const id = `${lead.id}-told-${nextNumber(told)}`
    told[id] = fresh
    if (!alert) posts.push(tellingPost(id, lead.id, first.recipient.to, poolFor(config.team, about)))
  }
  return { told: Object.fromEntries(Object.entries(told).slice(-MOST_KEPT)), posts }
}

/** What decides who somebody is to the lead. */
export function aboutOf({ lead, handoffs, contact, company, dealOwner, now }: TellingInput): AboutLead {
  const { route, properties, signals } = lead
  const ofCompany = company ?? lead.company
  return {
    owners: {
      contact: (contact ?? properties).hubspot_owner_id ?? undefined,
      company: ofCompany?.hubspot_owner_id ?? undefined,
      deal: dealOwner ?? handoffs.findLast(({ deal }) => deal?.soldBy)?.deal?.soldBy,
    },
    handoffs,
    host: meetingHost(signals, now),
    ...('pool' in route.to ? { pool: route.to.pool } : {}),
  }
}

type Addressed = { telling: Telling; recipient: Recipient }

function byReader({ team }: NextConfig, about: AboutLead, tells: readonly Telling[]): Map<string, Addressed[]> {
  const addressed = tells.flatMap((telling) => {
    const recipient = recipientOf(team, about, telling.who)
    return recipient ? [{ telling, recipient }] : []
  })
  return Map.groupBy(addressed, ({ recipient }) => slackIdOf(team, recipient.to) ?? recipient.to)
}

/** The handoff of which this reader gets a message by the same event, in which the reasons can stand. */
function alertIn({ config, state, handoffs, posts, now }: TellingInput, slackId: string, newsAt: number) {
  const inThisChange = posts.find((post) => readerOf(config, post) === slackId)?.handoffId
  if (inThisChange) return handoffs.find(({ id }) => id === inThisChange)
  return handoffs.find((handoff) => {
    const holder = holderOf(handoff)
    if (handoff.state !== 'open' || !holder || !state.handoffs[handoff.id]) return false
    const isSame = now - holder.since < SAME_EVENT && newsAt <= holder.since
    return isSame && slackIdOf(config.team, holder.rep) === slackId
  })
}

function readerOf({ team }: NextConfig, { kind, rep, pool }: Post): string | undefined {
  switch (MESSAGES[kind]) {
    case 'rep':
      return slackIdOf(team, rep ?? '')
    case 'pool':
      return team.pools[pool]?.channel
    case 'manager':
      return slackIdOf(team, team.pools[pool]?.manager ?? '')
    case 'named':
      return undefined
  }
}

// The rule that opened it, and that it has begun, the alert says itself.
function saysAlert(alert: Handoff, { who, by, buttons, starts }: Telling): boolean {
  if (buttons.length > 0) return false
  if (who === 'host' && holderOf(alert)?.how === 'meeting-host') return true
  return by.what === 'trigger' ? alert.route === by.name : starts === true && alert.kind === by.name
}

function tellingOf({ config, lead, now }: TellingInput, said: readonly Addressed[], within: string | undefined): Told {
  const [first] = said
  const outsider = said.find(({ recipient }) => recipient.for !== undefined)?.recipient.for
  const because = said.map(({ telling: { by } }) => ({ ...by, ...signalOf(config, lead, by) }))
  const opens = said.flatMap(({ telling }) => telling.buttons)
  return {
    to: first?.recipient.to ?? '',
    ...(outsider === undefined ? {} : { for: outsider }),
    because: because.filter((one, at) => because.findIndex((other) => sameReason(one, other)) === at),
    at: now,
    ...(within === undefined ? {} : { within }),
    opens: opens.filter(({ open }, at) => opens.findIndex((other) => other.open === open) === at),
  }
}

// The newest thing that the lead did of those that the trigger asks about.
function signalOf({ triggers }: NextConfig, { signals }: LeadRecord, { what, name }: Told['because'][number]) {
  const trigger = what === 'trigger' ? triggers[name] : undefined
  const types = trigger ? signalsNamed(trigger.when) : []
  const signal = signals.findLast(({ type }) => types.includes(type))
  return signal ? { signal: signal.type, ...(signal.detail ? { detail: signal.detail } : {}) } : {}
}

function united(before: Told, more: Told): Told {
  const because = more.because.filter((one) => !before.because.some((known) => sameReason(known, one)))
  const opens = more.opens.filter(({ open }) => !before.opens.some((known) => known.open === open))
  return { ...before, because: [...before.because, ...because], opens: [...before.opens, ...opens] }
}

function sameReason(a: Told['because'][number], b: Told['because'][number]): boolean {
  return a.what === b.what && a.name === b.name && a.step === b.step
}

/** The number of the next telling of a lead. */
export function nextNumber(told: Record<string, Told>): number {
  return Math.max(0, ...Object.keys(told).map((id) => Number(id.slice(id.lastIndexOf('-') + 1)) || 0)) + 1
}

/**
 * When the newest thing happened that came in for a lead and led to this change: now, when it did something new itself. What
 * comes later than a telling, and is not news since, is the same event.
 */
export function newsAt({ lead, inbox }: LeadState, signals: LeadRecord['signals'], now: number): number {
  const known = new Set(lead?.signals.map(({ id }) => id))
  if (signals.some(({ id }) => !known.has(id))) return now + 1
  return Math.max(0, ...inbox.map((item) => (item.kind === 'event' ? item.at : 0)))
}
