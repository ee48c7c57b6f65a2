import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from '../config/config.ts'
import { isPools } from '../handoffs/credit.ts'
import { type Handoff, holderOf } from '../handoffs/handoff.ts'
import type { HubSpot } from '../hubspot/client.ts'
import type { Click } from '../leads/change.ts'
import type { LeadRecord } from '../leads/lead.ts'
import type { Clock } from '../platform/clock.ts'
import { OutsideError } from '../platform/errors.ts'
import { counted, iso } from '../rules/words.ts'
import type { Slack } from '../slack/client.ts'
import type { Acted } from '../store/acts.ts'
import type { Waiting } from '../store/commit.ts'
import type { Inbox } from '../store/inbox.ts'
import type { Leads, StoredLead } from '../store/leads.ts'
import { INDEX, type Store } from '../store/partitions.ts'
import type { Pools } from '../store/pools.ts'
import { createSmokeTests, type SmokeTest } from '../store/smoke-tests.ts'

/** What the test works with: the service's records, HubSpot and Slack. */
export interface SmokeParts {
  config: () => Config
  clock: Clock
  store: Store
  leads: Leads
  inbox: Inbox
  pools: Pools
  hubspot: Pick<HubSpot, 'createContact' | 'archiveContact' | 'readContact'>
  slack: Pick<Slack, 'channelFor' | 'post' | 'update'>
  act: (target: string, does: Click) => Promise<Acted>
  hurry: (waiting: Waiting[]) => Promise<void> | void
}

/** What is tried: `to` gets the messages; the contact has these properties and does these signals. */
export interface SmokeOptions {
  to: string
  domain: string
  properties: Record<string, string>
  signals: readonly string[]
  /** Milliseconds for which each step is waited for; for the first word of HubSpot `heard`, as its poll is slow. */
  patience: number
  heard: number
  /** Aborted when somebody wants it to end: it cleans up all the same. */
  signal?: AbortSignal
  onStep?: (step: SmokeStep) => void
}

/** A step: how it went, how long it took, and what was seen, or is wrong. */
export interface SmokeStep {
  step: string
  ok: boolean
  milliseconds: number
  detail: string
}

/** What came of it. */
export interface SmokeResult {
  ok: boolean
  contactId: string | null
  steps: SmokeStep[]
}

const LOOK_EVERY = 200

/** What is wrong, in words for whoever runs the test. */
class Wrong extends Error {}

/**
 * Sends a test lead through the running service: HubSpot, enrichment, score, route, alert, clock, answer. Whatever comes of it, it is
 * cleaned up: its reps get their turns back, it is erased, and its contact archived. Rejects with nothing done while another test
 * stands, which is cleaned up first.
 */
export async function runSmoke(parts: SmokeParts, options: SmokeOptions): Promise<SmokeResult> {
  const { clock, hubspot, leads, slack, store } = parts
  const tests = createSmokeTests(store)
  const steps: SmokeStep[] = []
  const id = randomBytes(6).toString('hex')
  const test: SmokeTest = { email: `baton-smoke+${id}@${options.domain}`, to: options.to }
  let place: { channel: string; ts: string } | null = null

  const left = await tests.current()
  if (left && !(await step('clean up the test before', () => cleanUp(left)))) return result()
  try {
    await path()
  } finally {
    const begun = await tests.current()
    if (begun?.email === test.email) await step('clean up', () => cleanUp(begun))
    await tellEnd()
  }
  return result()

  /** Every step needs the one before. */
  async function path(): Promise<void> {
    if (!(await step('slack', begin))) return
    if (!(await step('create', create))) return
    if (!(await step('heard', heard))) return
    if (!(await step('enriched', enriched))) return
    if (!(await step('scored', scored))) return
    if (!(await step('routed', routed))) return
    if (!(await step('alerted', alerted))) return
    if (!(await step('clock', clockRuns))) return
    if (!(await step('written', written))) return
    await step('answered', answered)
  }

  async function begin(): Promise<string> {
    const channel = await slack.channelFor(options.to)
    const text = 'TEST: baton smoke has begun. What comes here next is about no real lead.'
    place = await slack.post(channel, `smoke-${id}`, { text, blocks: [] })
    return `${options.to} gets the messages of the test`
  }

  async function create(): Promise<string> {
    if (!parts.config().reads.contact.includes('email'))
      throw new Wrong('hubspot.yaml does not read the property email, by which the service would know the test')
    await tests.keep(test)
    test.contactId = await hubspot.createContact({ ...options.properties, email: test.email })
    await tests.keep(test)
    return `contact ${test.contactId} in HubSpot`
  }

  async function heard(): Promise<string> {
    const lead = await until(
      options.heard,
      ({ lead: known }) => known,
      'neither a webhook nor the poll has brought it: does a worker run, and do the webhooks of the app go to PUBLIC_URL? See "baton doctor"',
    )
    if (!lead.test) throw new Wrong('the service does not take it for a test: do all processes run this version?')
    const now = clock.now()
    const hour = 60 * 60_000
    const incoming = options.signals.map((type, at) => ({
      leadId: lead.id,
      key: `smoke-${id}-${at}`,
      item: {
        kind: 'signal' as const,
        // Two of a kind are two visits.
        signal: { id: `smoke-${id}-${at}`, type, at: now - (options.signals.length - 1 - at) * hour },
        receivedAt: now,
      },
    }))
    await parts.inbox.ingest(incoming, now)
    await parts.hurry([{ index: INDEX.unread, id: lead.id, at: now }])
    return 'HubSpot has told of it, or was asked'
  }

  async function enriched(): Promise<string> {
    const lead = await until(options.patience, ({ lead: known }) => known, 'it is gone')
    const asked = Object.entries(lead.enrichment).map(([provider, { status }]) => `${provider}: ${status}`)
    return asked.length > 0 ? asked.join(', ') : 'no provider was asked'
  }

  async function scored(): Promise<string> {
    const has = (lead: LeadRecord) =>
      options.signals.every((_, at) => lead.signals.some((one) => one.id === `smoke-${id}-${at}`))
    const { score } = await until(
      options.patience,
      ({ lead }) => (lead && has(lead) ? lead : null),
      'its signals were not taken up: does signals.yaml name them, and does a worker run?',
    )
    return `${score.total} (${score.band}): fit ${score.fit}, engagement ${score.engagement}`
  }

  async function routed(): Promise<string> {
    const missing = (state: StoredLead) =>
      `the route "${state.lead?.route.name}" gives it to nobody (score ${state.lead?.score.total}): name what makes a lead of sales with --set and --signal`
    const handoff = await until(options.patience, handoffIn, missing)
    if (handoff.state === 'waiting') throw new Wrong(`nobody of the pool ${handoff.pool} is free`)
    const rep = holderOf(handoff)?.rep ?? ''
    const { lead } = await leads.get(handoff.leadId)
    return `by the route "${lead?.route.name}" to ${parts.config().team.reps[rep]?.name ?? rep} (${handoff.kind})`
  }

  async function alerted(): Promise<string> {
    const isAlert = ({ kind }: StoredLead['messages'][string]) => kind === 'rep-alert'
    const { channel } = await until(
      options.patience,
      ({ messages }) => Object.values(messages).find(isAlert),
      'Slack has not taken the alert: GET /readyz says whether it answers; see the log and "baton dead list"',
    )
    return `Slack has the alert, in ${channel}`
  }

  async function clockRuns(): Promise<string> {
    const handoff = await until(options.patience, handoffIn, 'its handoff is gone')
    if (handoff.dueAt === null) return 'this kind of handoff has no clock'
    return `an answer is due at ${iso(handoff.dueAt)}`
  }

  async function written(): Promise<string> {
    const { score } = parts.config().hubspot.properties
    const value = await untilKnown(
      options.patience,
      async () => {
        const [contact, { lead }] = await Promise.all([
          hubspot.readContact(test.contactId ?? ''),
          leads.get(test.contactId ?? ''),
        ])
        const shown = contact && 'properties' in contact ? contact.properties[score] : null
        // It may show still what it was before the signals.
        return shown && Number(shown) === lead?.score.total ? shown : null
      },
      () =>
        `HubSpot does not show the score as ${score}: has "baton hubspot setup" created the properties? See the log`,
    )
    return `HubSpot shows ${score} = ${value}`
  }

  async function answered(): Promise<string> {
    const handoff = await until(options.patience, handoffIn, 'its handoff is gone')
    const { outcome } = await parts.act(handoff.id, 'contacted')
    if (outcome !== 'done') throw new Wrong(`it could not be answered: ${outcome}`)
    return 'the clock has stopped'
  }

  /** Turns back, records away, contact archived; what cannot be done is said, and done by the next test. */
  async function cleanUp({ contactId, email }: SmokeTest): Promise<string> {
    if (contactId === undefined) {
      await tests.forget()
      return `nothing was made${email === test.email ? '' : `, unless HubSpot has a contact ${email}`}`
    }
    const state = await leads.get(contactId)
    const holders = Object.values(state.handoffs).flatMap((handoff) => handoff.holders.filter(isPools))
    for (const holder of holders) await parts.pools.credit(parts.config().team, holder, clock.now())
    const now = clock.now()
    await parts.inbox.wait(INDEX.erasures, contactId, now)
    await parts.hurry([{ index: INDEX.erasures, id: contactId, at: now }])
    await hubspot.archiveContact(contactId)
    await untilKnown(
      options.patience,
      async () => ((await isErased(contactId)) ? true : null),
      () =>
        `contact ${contactId} is archived, but not erased here yet: does a worker run? It does so as soon as one does`,
      false,
    )
    await tests.forget()
    return `${counted(holders.length, 'turn')} given back, erased, contact archived`
  }

  async function isErased(contactId: string): Promise<boolean> {
    const key = store.keys.index(contactId, INDEX.blanks)
    const [state, ordered, blanks] = await Promise.all([
      leads.get(contactId),
      leads.isToBeErased(contactId),
      store.redis.zrange(key, '0', '-1'),
    ])
    return !state.lead && !ordered && !blanks.some((one) => one.startsWith(`${contactId}-`))
  }

  async function tellEnd(): Promise<void> {
    if (!place) return
    const failed = steps.find(({ ok }) => !ok)
    const text = failed ? `TEST: baton smoke stopped at "${failed.step}".` : 'TEST: baton smoke passed.'
    await slack.update(place.channel, place.ts, { text, blocks: [] }).catch(() => undefined)
  }

  function handoffIn({ handoffs }: StoredLead): Handoff | undefined {
    return Object.values(handoffs).find(({ state }) => state === 'open' || state === 'waiting')
  }

  /** Looks at the lead until it shows something, or says what is wrong. */
  function until<T>(
    milliseconds: number,
    see: (state: StoredLead) => T | null | undefined,
    wrong: string | ((state: StoredLead) => string),
  ): Promise<NonNullable<T>> {
    const read = () => leads.get(test.contactId ?? '')
    const words = async () => (typeof wrong === 'string' ? wrong : wrong(await read()))
    return untilKnown(milliseconds, async () => see(await read()), words)
  }

  async function untilKnown<T>(
    milliseconds: number,
    look: () => Promise<T | null | undefined>,
    wrong: () => string | Promise<string>,
    endsEarly = true,
  ): Promise<NonNullable<T>> {
    for (const begun = performance.now(); ; ) {
      if (endsEarly && options.signal?.aborted) throw new Wrong('you ended it')
      const seen = await look()
      if (seen !== null && seen !== undefined) return seen
      if (performance.now() - begun > milliseconds) throw new Wrong(await wrong())
      await sleep(LOOK_EVERY)
    }
  }

  async function step(name: string, work: () => Promise<string>): Promise<boolean> {
    const begun = performance.now()
    const [ok, detail] = await work().then(
      (seen) => [true, seen] as const,
      (error: Error) => [false, wordsOf(error)] as const,
    )
    const done = { step: name, ok, milliseconds: Math.round(performance.now() - begun), detail }
    steps.push(done)
    options.onStep?.(done)
    return ok
  }

  function result(): SmokeResult {
    return { ok: steps.every(({ ok }) => ok), contactId: test.contactId ?? null, steps }
  }
}

function wordsOf(error: Error): string {
  if (error instanceof OutsideError) return `${error.system} says ${error.code} (${error.kind})`
  return error instanceof Wrong ? error.message : `${error.name}: ${error.message}`
}
