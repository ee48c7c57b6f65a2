import fc from 'fast-check'
import type { Config } from '../../src/config/config.ts'
import { holderOf } from '../../src/handoffs/handoff.ts'
import type { Click, InboxItem } from '../../src/leads/change.ts'
import type { Incoming } from '../../src/store/inbox.ts'
import { INDEX } from '../../src/store/partitions.ts'
import { signalKey } from '../../src/store/schema.ts'
import { checkAlways, checkQuiet, checkReturn, checkSilence } from './invariants.ts'
import type { HeldContact } from './outside.ts'
import { createWorld, type Delivery, type Sabotage, type World } from './world.ts'

/*
 * A history: what people, leads, networks and hosts do, in any order. Everything is picked by small numbers, so that a
 * failing history can be shrunk to the few steps that matter.
 */

const HOUR = 60 * 60_000
const DAY = 24 * HOUR
// One more stands for: until the next thing is due.
const WAITS = [500, 5_000, 70_000, 6 * 60_000, 3_600_000, 5 * 3_600_000, DAY, 12 * DAY, 40 * DAY]
const SIGNALS = ['demo_requested', 'trial_started', 'pricing_page_viewed', 'webinar_attended', 'email_opened']
const COMPANIES = [
  { name: 'Northwind', numberofemployees: '240', industry: 'COMPUTER_SOFTWARE' },
  { name: 'Smalltown', numberofemployees: '30', industry: 'RETAIL' },
]
const DEMO = { num_conversion_events: '1', recent_conversion_event_name: 'Request a demo', hs_email_click: '4' }
const PERSON_DOES: Record<string, string>[] = [
  { num_contacted_notes: '1' },
  { hs_lead_status: 'CONNECTED' },
  { hs_lead_status: 'UNQUALIFIED' },
  { hs_lead_status: 'NEW' },
  { lifecyclestage: 'salesqualifiedlead' },
  { hubspot_owner_id: '101' },
  { hubspot_owner_id: '202' },
  { hubspot_owner_id: '999' },
  { hubspot_owner_id: '' },
  { jobtitle: 'Student' },
  { lifecyclestage: 'lead' },
  { baton_score: '99', baton_band: 'low', baton_scored_at: '2020-01-01T00:00:00Z' },
]
const CLICKS: Click[] = ['contacted', 'pass-on', { disqualify: { reason: 'junk or spam', choice: 'junk' } }]

// What people do besides: whoever may.
const ACTS = ['undo', 'snooze', 'reopen', 'release', 'pass on to', 'assign'] as const
const IN_STATE = {
  undo: ['answered', 'ended'],
  reopen: ['answered', 'ended'],
  snooze: ['open'],
  'pass on to': ['open'],
}

const number = (max: number) => fc.nat({ max })
const delivery = fc.constantFrom<Delivery>('once', 'once', 'once', 'twice', 'late', 'lost')
const sent = { how: delivery, delay: fc.constantFrom(2_000, 90_000, 3 * 3_600_000) }
const lead = number(3)

const action = fc.record({
  does: fc.oneof(
    {
      weight: 7,
      arbitrary: fc.record({
        what: fc.constant('create'),
        company: number(1),
        keen: fc.boolean(),
        owned: fc.boolean(),
        ...sent,
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ what: fc.constant('signal'), lead, type: number(SIGNALS.length - 1), ...sent }),
    },
    { weight: 2, arbitrary: fc.record({ what: fc.constant('rise'), lead, ...sent }) },
    {
      weight: 4,
      arbitrary: fc.record({ what: fc.constant('person'), lead, change: number(PERSON_DOES.length - 1), ...sent }),
    },
    { weight: 5, arbitrary: fc.record({ what: fc.constant('click'), lead, click: number(CLICKS.length - 1) }) },
    {
      weight: 4,
      arbitrary: fc.record({ what: fc.constant('act'), lead, act: fc.constantFrom(...ACTS), rep: number(3) }),
    },
    {
      weight: 6,
      arbitrary: fc.record({
        what: fc.constant('wait'),
        time: fc.oneof(number(WAITS.length - 1), fc.constant(WAITS.length)),
      }),
    },
    { weight: 2, arbitrary: fc.record({ what: fc.constant('crash'), worker: number(1) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        what: fc.constant('fault'),
        system: fc.constantFrom('hubspot' as const, 'slack' as const),
        fault: fc.constantFrom('before' as const, 'after' as const),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ what: fc.constant('skew'), worker: number(1), by: fc.constantFrom(-1_500, 0, 1_500) }),
    },
    { weight: 2, arbitrary: fc.record({ what: fc.constant('merge'), lead, into: lead, ...sent }) },
    { weight: 1, arbitrary: fc.record({ what: fc.constant('delete'), lead, ...sent }) },
    { weight: 1, arbitrary: fc.record({ what: fc.constant('restore'), lead, ...sent }) },
    { weight: 1, arbitrary: fc.record({ what: fc.constant('erase'), lead }) },
    {
      weight: 1,
      arbitrary: fc.record({ what: fc.constant('rescore'), points: fc.constantFrom(5, 20), worker: number(1) }),
    },
    { weight: 1, arbitrary: fc.record({ what: fc.constant('away'), rep: number(3) }) },
    { weight: 1, arbitrary: fc.record({ what: fc.constantFrom('say', 'deafen', 'look'), rep: number(3) }) },
  ),
  /** How many steps others take before the next thing happens. */
  steps: fc.oneof(number(6), number(60)),
})
type Action = typeof action extends fc.Arbitrary<infer A> ? A : never

const goodLead = fc.record({
  what: fc.constant('create' as const),
  company: fc.constant(0),
  ...{ keen: fc.constant(true), owned: fc.boolean() },
  ...{ how: fc.constant<Delivery>('once'), delay: fc.constant(2_000) },
})

// Many good leads in the same moment, and little else.
const rush = fc.tuple(
  fc.array(fc.record({ does: goodLead, steps: number(3) }), { minLength: 3, maxLength: 6 }),
  fc.array(action, { maxLength: 6 }),
)

const untilNextIsDue = { what: 'wait' as const, time: WAITS.length }

// So many for one rep at once that they stand in a list, and what becomes of them.
const theirs = goodLead.map((does) => ({ ...does, owned: true }))
const flood = fc.tuple(
  fc.array(fc.record({ does: theirs, steps: number(12) }), { minLength: 5, maxLength: 7 }),
  fc.array(
    fc.record({
      does: fc.oneof(
        fc.record({ what: fc.constant('click' as const), lead: number(6), click: number(CLICKS.length - 1) }),
        fc.record({ what: fc.constant('erase' as const), lead: number(6) }),
        fc.constant(untilNextIsDue),
      ),
      steps: number(60),
    }),
    { maxLength: 6 },
  ),
  fc.array(action, { maxLength: 6 }),
)

// A click in the moment in which a rung is due.
const duel = fc.tuple(
  fc.record({ does: goodLead, steps: fc.constant(60) }),
  fc.array(fc.record({ does: fc.constant(untilNextIsDue), steps: number(8) }), { minLength: 1, maxLength: 5 }),
  fc.record({
    does: fc.record({ what: fc.constant('click' as const), lead: fc.constant(0), click: number(CLICKS.length - 1) }),
    steps: number(4),
  }),
  fc.array(action, { maxLength: 3 }),
)

// An answer, and all the time that the rep then has for reaching the lead.
const twelveDays = { what: 'wait' as const, time: WAITS.indexOf(12 * DAY) }
const answer = fc.tuple(
  fc.record({ does: goodLead, steps: fc.constant(60) }),
  fc.record({ does: fc.constant({ what: 'click' as const, lead: 0, click: 0 }), steps: number(60) }),
  fc.array(action, { maxLength: 3 }),
  fc.record({ does: fc.constant(twelveDays), steps: number(60) }),
  fc.array(action, { maxLength: 3 }),
)

// An answer that is taken back, or begun anew, at whatever time.
const undone = fc.tuple(
  fc.record({ does: goodLead, steps: fc.constant(60) }),
  fc.array(fc.record({ does: fc.constant(untilNextIsDue), steps: number(20) }), { maxLength: 2 }),
  fc.record({ does: fc.constant({ what: 'click' as const, lead: 0, click: 0 }), steps: number(60) }),
  fc.array(action, { maxLength: 2 }),
  fc.record({
    does: fc.record({
      what: fc.constant('act' as const),
      ...{ lead: fc.constant(0), act: fc.constantFrom('undo' as const, 'reopen' as const), rep: number(3) },
    }),
    steps: number(60),
  }),
  fc.array(action, { maxLength: 3 }),
)

const brief: fc.Arbitrary<History> = fc.record({
  seed: fc.nat(),
  actions: fc.oneof(
    { weight: 4, arbitrary: fc.array(action, { minLength: 1, maxLength: 24 }) },
    { weight: 1, arbitrary: rush.map(([leads, more]) => [...leads, ...more]) },
    { weight: 1, arbitrary: answer.map(([lead, click, some, wait, more]) => [lead, click, ...some, wait, ...more]) },
    {
      weight: 1,
      arbitrary: undone.map(([lead, waits, click, some, act, more]) => [lead, ...waits, click, ...some, act, ...more]),
    },
    { weight: 1, arbitrary: duel.map(([lead, waits, click, more]) => [lead, ...waits, click, ...more]) },
  ),
})
const flooded: fc.Arbitrary<History> = fc.record({
  seed: fc.nat(),
  calm: fc.constant(true as const),
  actions: flood.map(([leads, some, more]) => [...leads, ...some, ...more]),
})

/** Any history, with the seed of its scheduler. */
export const anyHistory = fc.oneof({ weight: 8, arbitrary: brief }, { weight: 1, arbitrary: flooded })

/** `calm`: no clock is so short that its alert has a message of its own, however many there are. */
export type History = { seed: number; calm?: true; actions: Action[] }

/** Plays a history and checks the invariants on the way, once all is quiet, and when every lead comes back. Rejects when one is broken. */
export async function play(config: Config, history: History, sabotage: Sabotage = {}): Promise<void> {
  const world = createWorld(configFor(config, history), history.seed, sabotage)
  try {
    await playIn(world, history)
  } finally {
    world.close()
  }
}

function configFor(config: Config, { calm }: History): Config {
  const copy = structuredClone(config)
  for (const { respondWithin } of calm ? Object.values(copy.handoffs.kinds) : [])
    if ('ms' in respondWithin) respondWithin.ms = Math.max(respondWithin.ms, HOUR)
  return copy
}

async function playIn(world: World, { actions }: History): Promise<void> {
  const history = { contacts: [] as HeldContact[], signals: 0, version: 1, erased: new Set<string>() }
  for (const { does, steps } of actions) {
    await act(world, history, does)
    await world.run(steps)
    checkAlways(world)
  }
  world.outside.faults.hubspot.length = 0
  world.outside.faults.slack.length = 0
  for (const worker of [0, 1]) world.skew(worker, 0)
  await world.everybodyBack()
  await world.untilQuiet()
  checkAlways(world)
  checkQuiet(world, history.erased)
  await comeBack(world, history.contacts, history.erased)
  checkReturn(world, history.contacts, history.erased)
}

/** Plays a history for a Baton that only observes. Rejects when it has written anything, told anybody or given anything up. */
export async function playObserved(config: Config, history: History): Promise<void> {
  const world = createWorld(configFor(config, history), history.seed, {}, 'observe')
  try {
    await playSilently(world, history)
  } finally {
    world.close()
  }
}

async function playSilently(world: World, { actions }: History): Promise<void> {
  const history = { contacts: [] as HeldContact[], signals: 0, version: 1, erased: new Set<string>() }
  for (const { does, steps } of actions) {
    await act(world, history, does)
    await world.run(steps)
  }
  world.outside.faults.hubspot.length = 0
  for (const worker of [0, 1]) world.skew(worker, 0)
  await world.untilQuiet()
  checkSilence(world)
}

interface Told {
  contacts: HeldContact[]
  signals: number
  version: number
  erased: Set<string>
}

async function act(world: World, history: Told, does: Action['does']): Promise<void> {
  const { outside } = world
  const present = history.contacts.filter(({ gone }) => !gone)
  const one = (index: number) => present[index % Math.max(1, present.length)]
  const tell = (
    contact: HeldContact | undefined,
    properties: Record<string, string>,
    by: 'person' | 'form',
    event: Sent,
  ) => {
    if (!contact) return
    outside.change(contact, properties, by)
    world.deliver([eventOf(world, contact.id, 'propertyChange', history)], event.how, event.delay)
  }
  switch (does.what) {
    case 'create': {
      const id = String(500 + history.contacts.length)
      const company = `c${does.company}`
      outside.contacts.set(company, { ...blank(company, world), company: COMPANIES[does.company] ?? {}, gone: true })
      const contact: HeldContact = {
        ...blank(id, world),
        properties: {
          email: `lead${id}@northwind.example`,
          firstname: 'Dana',
          lastname: id,
          jobtitle: 'VP Marketing',
          associatedcompanyid: company,
          ...(does.keen ? DEMO : {}),
          ...(does.owned ? { hubspot_owner_id: '102' } : {}),
        },
      }
      history.contacts.push(contact)
      outside.contacts.set(id, contact)
      return world.deliver([eventOf(world, id, 'creation', history)], does.how, does.delay)
    }
    case 'signal': {
      const contact = one(does.lead)
      if (!contact) return
      return world.deliver([signalOf(world, contact.id, SIGNALS[does.type] ?? '', history)], does.how, does.delay)
    }
    case 'rise': {
      const contact = one(does.lead)
      const clicks = String(Number(contact?.properties.hs_email_click ?? 0) + 1)
      return tell(contact, { hs_email_click: clicks }, 'form', does)
    }
    case 'person':
      return tell(one(does.lead), PERSON_DOES[does.change] ?? {}, 'person', does)
    case 'click': {
      const contact = one(does.lead)
      const state = contact && (await world.look.leads.get(contact.id))
      const handoff = Object.values(state?.handoffs ?? {}).findLast((handoff) => handoff.state === 'open')
      const user = world.world.config.team.reps[(handoff && holderOf(handoff)?.rep) ?? '']?.slackUserId
      const click = CLICKS[does.click]
      if (handoff && user && click)
        world.click(handoff.id, user, { type: 'click', handoffId: handoff.id, by: user, does: click })
      return
    }
    case 'act': {
      const contact = one(does.lead)
      const state = contact && (await world.look.leads.get(contact.id))
      const states: readonly string[] = { ...IN_STATE, release: null, assign: null }[does.act] ?? [
        'open',
        'waiting',
        'answered',
      ]
      const handoff = Object.values(state?.handoffs ?? {}).findLast((handoff) => states.includes(handoff.state))
      const rep = Object.keys(world.world.config.team.reps)[does.rep] ?? ''
      const acts: Record<(typeof ACTS)[number], Click> = {
        ...{ undo: 'undo', snooze: 'snooze', reopen: 'reopen', release: 'release' },
        'pass on to': { passOn: { to: rep, note: 'they know you' } },
        assign: { assign: { rep } },
      }
      if (handoff)
        world.click(handoff.id, 'cli', { type: 'click', handoffId: handoff.id, by: 'cli', does: acts[does.act] })
      return
    }
    case 'wait':
      return world.wait(WAITS[does.time])
    case 'crash':
      return world.crash(does.worker)
    case 'fault':
      return void outside.faults[does.system].push(does.fault)
    case 'skew':
      return world.skew(does.worker, does.by)
    case 'merge': {
      const [from, into] = [one(does.lead), one(does.into)]
      if (!from || !into || from === into) return
      addUp(outside, from, into)
      from.gone = true
      from.movedTo = into.id
      for (const other of history.contacts) if (other.movedTo === from.id) other.movedTo = into.id
      const [a, b] = [eventOf(world, from.id, 'merge', history), eventOf(world, into.id, 'merge', history)]
      const items = [
        { ...a, item: { ...a.item, survivor: into.id } },
        { ...b, item: { ...b.item, merged: [from.id] } },
      ] as Incoming[]
      // HubSpot sends one event about both.
      return world.deliver(items, does.how, does.delay)
    }
    case 'delete': {
      const contact = one(does.lead)
      if (!contact) return
      contact.gone = true
      return world.deliver([eventOf(world, contact.id, 'deletion', history)], does.how, does.delay)
    }
    case 'restore': {
      // What was merged does not come back.
      const deleted = history.contacts.filter(
        (contact) => contact.gone && !contact.movedTo && !history.erased.has(contact.id),
      )
      const contact = deleted[does.lead % Math.max(1, deleted.length)]
      if (!contact) return
      contact.gone = false
      return world.deliver([eventOf(world, contact.id, 'restore', history)], does.how, does.delay)
    }
    case 'erase': {
      const contact = one(does.lead)
      if (!contact) return
      contact.gone = true
      for (const id of [contact.id, ...((await world.look.leads.get(contact.id)).lead?.merged ?? [])])
        history.erased.add(id)
      return world.look.inbox.wait(INDEX.erasures, contact.id, world.world.now)
    }
    case 'rescore': {
      const config = structuredClone(world.world.config)
      const signals = config.scoring.engagement.signals
      if (signals.email_clicked) signals.email_clicked.points = does.points
      history.version += 1
      world.world.config = { ...config, version: `v${history.version}`, rulesVersion: config.rulesVersion + 1 }
      return world.rescore(does.worker)
    }
    case 'say':
      return world.say(Object.keys(world.world.config.team.reps)[does.rep] ?? '')
    case 'look':
    case 'deafen': {
      const user = Object.values(world.world.config.team.reps)[does.rep]?.slackUserId ?? ''
      if (does.what === 'look') return world.lookHome(user)
      return void (outside.deaf.delete(user) || outside.deaf.add(user))
    }
    case 'away': {
      const rep = Object.values(world.world.config.team.reps)[does.rep]
      if (rep) rep.away = rep.away.length > 0 ? [] : [{ from: '2026-01-01', to: '2029-01-01' }]
    }
  }
}

const SUMMED = ['num_conversion_events', 'hs_email_click', 'num_contacted_notes']

// The survivor has what both have counted.
function addUp(outside: World['outside'], from: HeldContact, into: HeldContact): void {
  for (const name of SUMMED) {
    const [a, b] = [from.properties[name], into.properties[name]]
    if (a !== undefined) outside.change(into, { [name]: String(Number(a) + Number(b ?? 0)) }, 'form')
  }
  const { hs_merged_object_ids: earlier } = into.properties
  into.properties.hs_merged_object_ids = [earlier, from.properties.hs_merged_object_ids, from.id]
    .filter(Boolean)
    .join(';')
}

type Sent = { how: Delivery; delay: number }

/** Every lead that is left to itself asks for a demo; nothing is lost any more, and somebody is at work. */
async function comeBack(world: World, contacts: HeldContact[], erased: Set<string>): Promise<void> {
  for (const rep of Object.values(world.world.config.team.reps)) rep.away = []
  for (const pool of Object.values(world.world.config.team.pools)) pool.caps = {}
  const present = contacts.filter(({ id, gone }) => !gone && !erased.has(id))
  // What got lost is known by now.
  for (const { id } of present)
    world.deliver(
      [eventOf(world, id, 'propertyChange', { contacts, signals: 20_000 + Number(id), version: 0, erased })],
      'once',
      0,
    )
  await world.wait(2 * 60_000)
  await world.untilQuiet()
  await world.wait(1_000)
  for (const contact of present) {
    outsideAsNew(world, contact)
    const told = { contacts, signals: 10_000 + Number(contact.id), version: 0, erased }
    world.deliver(
      [signalOf(world, contact.id, 'demo_requested', told), signalOf(world, contact.id, 'trial_started', told)],
      'once',
      0,
    )
  }
  await world.untilQuiet()
}

// A good lead again, by what HubSpot says; whether it is heard is up to what Baton remembers of it.
function outsideAsNew(world: World, contact: HeldContact): void {
  world.outside.change(contact, { jobtitle: 'VP Marketing', associatedcompanyid: 'c0' }, 'form')
  world.outside.contacts.set('c0', { ...blank('c0', world), company: COMPANIES[0] ?? {}, gone: true })
}

function blank(id: string, world: World): HeldContact {
  return { id, createdAt: world.world.now, properties: {}, changedBy: {}, versions: {}, company: {}, gone: false }
}

function eventOf(world: World, leadId: string, event: string, history: Told): Incoming {
  history.signals += 1
  const now = world.world.now
  const item: InboxItem = { kind: 'event', event, at: now, receivedAt: now }
  return { leadId, key: `event-${history.signals}`, item }
}

function signalOf(world: World, leadId: string, type: string, history: Told): Incoming {
  history.signals += 1
  const id = `api-${history.signals}`
  const item: InboxItem = { kind: 'signal', signal: { id, type, at: world.world.now }, receivedAt: world.world.now }
  return { leadId, key: signalKey(id), item }
}
