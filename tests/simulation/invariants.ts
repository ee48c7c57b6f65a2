import { holderOf } from '../../src/handoffs/handoff.ts'
import { nextDue } from '../../src/handoffs/ladder.ts'
import { readNotice } from '../../src/handoffs/notice.ts'
import { wantedProperties } from '../../src/leads/draft.ts'
import { listedAs } from '../../src/leads/listed.ts'
import { changedProperties, PROPERTIES } from '../../src/leads/properties.ts'
import { heldAssignment } from '../../src/leads/steps.ts'
import { renderPost } from '../../src/messages/render.ts'
import { handEntry } from '../../src/store/by-rep.ts'
import { listedText } from '../../src/store/lead-index.ts'
import { unpack } from '../../src/store/pack.ts'
import { INDEX } from '../../src/store/partitions.ts'
import { readHandoff, readLead } from '../../src/store/schema.ts'
import { LEASE } from '../../src/work/worker.ts'
import type { HeldContact } from './outside.ts'
import type { World } from './world.ts'

/** Thrown when an invariant is broken; its name is the beginning of the message. */
export class Broken extends Error {
  constructor(name: string, detail: unknown) {
    super(`${name}: ${typeof detail === 'string' ? detail : JSON.stringify(detail)}`)
    this.name = 'Broken'
  }
}

/** What must hold whenever anybody looks. */
export function checkAlways(world: World): void {
  const [failure] = world.failures
  if (failure) throw failure
  const leads = everyLead(world)
  everyClockHasANextInstant(world, leads)
  nothingAfterAnAnswer(leads)
  toldOnce(world)
  capsAreKept(world, leads)
  listsAgree(world, leads)
}

/** What must hold once nothing is left to do. */
export function checkQuiet(world: World, erased: ReadonlySet<string>): void {
  const leads = everyLead(world)
  const dead = [...world.dead].filter((key) => !world.outside.contacts.get(key.replace('read-lead:', ''))?.gone)
  if (dead.length > 0) throw new Broken('dead letters', dead)
  oneHolder(world, leads)
  hubSpotAgrees(world, leads)
  slackAgrees(world, leads, erased)
  sharedMessagesAgree(world, leads, erased)
  homesAgree(world, leads)
  everyRungWasTold(world, leads)
  everyReturnIsNoted(world, leads, erased)
  peopleHaveTheLastWord(world, leads)
  noClickIsLost(world, leads, erased)
  noneCountedTwice(world, leads)
}

/** What must hold of a Baton that only observes, whatever happens. */
export function checkSilence({ outside, failures, dead }: World): void {
  const [failure] = failures
  if (failure) throw failure
  const versions = [...outside.contacts.values()].flatMap((contact) => Object.entries(contact.versions))
  const written = versions.flatMap(([name, some]) => (some.some(({ source }) => source === 'INTEGRATION') ? name : []))
  if (written.length > 0) throw new Broken('nothing is written', written)
  if (outside.notes.length > 0) throw new Broken('nothing is written', outside.notes)
  if (outside.messages.length > 0) throw new Broken('nobody is told', outside.messages)
  const lost = [...dead].filter((key) => !outside.contacts.get(key.replace('read-lead:', ''))?.gone)
  if (lost.length > 0) throw new Broken('dead letters', lost)
}

/** What must hold once every lead has asked for a demo: sales has it, or it waits for sales in sight of everybody. */
export function checkReturn(world: World, contacts: HeldContact[], erased: ReadonlySet<string>): void {
  const [failure] = world.failures
  if (failure) throw failure
  const leads = new Map(everyLead(world).map((one) => [one.lead.id, one]))
  for (const { id, gone } of contacts) {
    if (gone || erased.has(id)) continue
    const one = leads.get(id)
    if (!one) throw new Broken('nobody is deaf', `nothing is known of ${id}`)
    const { lead, handoffs } = one
    const live = handoffs.some(({ byRoute, state }) => byRoute && state !== 'ended')
    const out = 'disqualify' in lead.route.to || lead.ended?.how === 'taken-over'
    if (!live && !out)
      throw new Broken('nobody is deaf', { id, route: lead.route, ended: lead.ended, rejected: lead.rejected })
  }
}

type LeadWithHandoffs = ReturnType<typeof everyLead>[number]

function everyLead(world: World) {
  return [...world.redis.data].flatMap(([key, value]) => {
    if (!/:lead:[^:]+$/.test(key)) return []
    const fields = value as Map<string, Buffer>
    const record = fields.get('record')
    if (!record) return []
    const named = [...fields]
    return [
      {
        lead: readLead(unpack(record), '').lead,
        handoffs: named.flatMap(([name, packed]) => (name.startsWith('h:') ? [readHandoff(unpack(packed))] : [])),
        messages: named.flatMap(([name, json]) =>
          name.startsWith('m:') ? [{ ref: name.slice(2), ...JSON.parse(json.toString()) }] : [],
        ),
      },
    ]
  })
}

function everyClockHasANextInstant(world: World, leads: LeadWithHandoffs[]): void {
  const steps = new Map(world.entriesOf(INDEX.steps))
  const wakes = new Map(world.entriesOf(INDEX.wake))
  const unread = new Map(world.entriesOf(INDEX.unread))
  for (const { lead, handoffs } of leads) {
    for (const handoff of handoffs) {
      const due = nextDue(handoff)
      const stands = steps.get(handoff.id)
      const latest = Math.max(due ?? 0, world.world.now + LEASE)
      if (due !== null && !(stands !== undefined && stands <= latest))
        throw new Broken('every open clock has a next instant', { id: handoff.id, due, stands })
      if (handoff.state === 'waiting' && !wakes.has(lead.id) && !unread.has(lead.id))
        throw new Broken('every open clock has a next instant', { id: handoff.id, state: 'waiting' })
    }
  }
}

// What lists are made from is what the records say, whatever happened to them.
function listsAgree(world: World, leads: LeadWithHandoffs[]): void {
  const listed = leads.flatMap(({ lead, handoffs }) => {
    const one = listedAs(lead, handoffs)
    return one ? [`${lead.id} ${listedText(one)}`] : []
  })
  const inHand = leads.flatMap(({ handoffs }) => handoffs.flatMap((handoff) => handEntry(handoff) ?? []))
  const stored = [...world.redis.data]
  const listing = stored.flatMap(([key, value]) =>
    /:list:leads:\d+:\d+$/.test(key)
      ? [...(value as Map<string, Buffer>)].map(([id, text]) => `${id} ${text.toString()}`)
      : [],
  )
  const hands = stored.flatMap(([key, value]) =>
    key.endsWith(':list:hands') ? [...(value as Map<string, number>).keys()] : [],
  )
  same('every lead is listed as it is', listed, listing)
  same('every handoff is in the hands that have it', inHand, hands)
}

function same(name: string, expected: string[], found: string[]): void {
  const [a, b] = [expected.sort().join(), found.sort().join()]
  if (a !== b) throw new Broken(name, { expected, found })
}

function nothingAfterAnAnswer(leads: LeadWithHandoffs[]): void {
  for (const { handoffs } of leads) {
    for (const { id, answered, ladder, holders, state, passOn } of handoffs) {
      if (!answered) continue
      // Clocks of workers differ by up to three seconds here.
      const after = (at: number | undefined) => at !== undefined && at > answered.at + 3_000
      if (
        ladder.some(({ doneAt }) => after(doneAt)) ||
        holders.some(({ how, since }) => how !== 'owner-changed' && after(since)) ||
        state === 'open' ||
        passOn
      )
        throw new Broken('nothing after an answer', { id, answered, ladder, holders, state })
    }
  }
}

// Who is gone, or was for a while, has no timeline.
function everyReturnIsNoted(world: World, leads: LeadWithHandoffs[], erased: ReadonlySet<string>): void {
  for (const { lead, handoffs } of leads) {
    if (lead.missingSince !== undefined || lead.mergedInto !== undefined || erased.has(lead.id)) continue
    const isGone = world.outside.contacts.get(lead.id)?.gone
    const silent = handoffs.find(({ id, ended, formerly }) => {
      return ended?.how === 'returned' && !formerly && !world.outside.notes.includes(`${id}.returned`)
    })
    if (silent && !isGone) throw new Broken('every return is noted', silent.id)
  }
}

function toldOnce(world: World): void {
  const noted = world.outside.notes.find((id, at) => world.outside.notes.indexOf(id) !== at)
  if (noted) throw new Broken('each note is written once', noted)
  const keys = world.outside.messages.map(({ channel, key }) => `${channel} ${key}`)
  const twice = keys.find((key, at) => keys.indexOf(key) !== at)
  if (twice) throw new Broken('each message is sent once', twice)
}

function capsAreKept(world: World, leads: LeadWithHandoffs[]): void {
  const holders = leads.flatMap(({ handoffs }) => handoffs.flatMap((handoff) => handoff.holders))
  // An owner keeps a lead whatever the caps, and so does whoever is named, or has it once more.
  const undone = leads.flatMap(({ handoffs }) =>
    handoffs.flatMap((one) => (one.events.some(({ what }) => what === 'undone') ? one.holders : [])),
  )
  const named = world.accepted.flatMap(({ does }) =>
    typeof does === 'object' && 'passOn' in does ? (does.passOn.to ?? []) : [],
  )
  const isKept = ({ how, rep }: (typeof holders)[number]) =>
    how === 'kept-owner' || how === 'assigned' || how === 'reopened' || (how === 'passed-on' && named.includes(rep))
  const kept = new Set([...holders.filter(isKept), ...undone].map(({ assignmentId }) => assignmentId))
  for (const [name, pool] of Object.entries(world.world.config.team.pools)) {
    const open = pool.caps.open
    const ledger = ledgerOf(world, name)
    if (open === undefined || !ledger) continue
    for (const { rep } of pool.members) {
      const reserved = Object.values(ledger.reserved).filter(
        (one) => one.rep === rep && one.why !== 'kept-owner' && one.why !== 'by-name',
      ).length
      const counted = [...givenBy(world, name)].filter(([id, who]) => who === rep && !kept.has(id)).length
      const has = Math.min(counted, ledger.open[rep] ?? 0) + reserved
      if (has > open) throw new Broken('caps are kept', { pool: name, rep, has, open })
    }
  }
}

// Only HubSpot's counter tells of these.
function noneCountedTwice(world: World, leads: LeadWithHandoffs[]): void {
  for (const { lead } of leads) {
    const contact = world.outside.contacts.get(lead.id)
    const clicks = lead.signals.filter(({ type }) => type === 'email_clicked').length
    const counted = Number(contact?.properties.hs_email_click ?? 0)
    if (contact && !contact.gone && clicks > counted)
      throw new Broken('no signal counts twice', { id: lead.id, clicks, counted })
  }
}

// Between a look at HubSpot and a write a person may be faster; whoever passes a lead on in Slack has a later word; one
// that was taken from everybody goes back to its pool.
const FASTER = 10 * 60_000

const LATER_WORDS: string[] = ['passed-on', 'owner-cleared', 'assigned', 'reopened']

function peopleHaveTheLastWord(world: World, leads: LeadWithHandoffs[]): void {
  for (const { id, value, setAt, at } of world.outside.overwritten) {
    const one = leads.find(({ lead }) => lead.id === id)
    if (!one || one.lead.merged || at - setAt < FASTER) continue
    const passedOn = one.handoffs.some(({ holders }) =>
      holders.some(({ how, since }) => LATER_WORDS.includes(how) && since > setAt),
    )
    // Who belongs to nobody may be handed over later.
    const begun = value === '' && one.handoffs.some(({ startedAt }) => startedAt > setAt)
    if (!passedOn && !begun) throw new Broken('people have the last word', { id, setAt, at, handoffs: one.handoffs })
  }
}

interface Ledger {
  open: Record<string, number>
  reserved: Record<string, { rep: string; why?: string }>
}

function givenBy(world: World, pool: string): Map<string, string> {
  const fields = world.redis.data.get(`${world.look.store.keys.pool(pool)}:given`) as Map<string, Buffer> | undefined
  return new Map([...(fields ?? [])].map(([id, rep]) => [id, rep.toString()]))
}

function ledgerOf(world: World, pool: string): Ledger | null {
  const fields = world.redis.data.get(`${world.look.store.keys.pool(pool)}:ledger`) as Map<string, Buffer> | undefined
  const json = fields?.get('record')
  return json ? JSON.parse(json.toString()) : null
}

function oneHolder(world: World, leads: LeadWithHandoffs[]): void {
  const held = leads.flatMap(({ handoffs }) =>
    handoffs.flatMap((handoff) => {
      const assignment = heldAssignment(handoff)
      return assignment ? [`${assignment.pool} ${assignment.assignmentId} ${holderOf(handoff)?.rep}`] : []
    }),
  )
  const given = Object.keys(world.world.config.team.pools).flatMap((pool) => {
    const key = `${world.look.store.keys.pool(pool)}:given`
    const fields = world.redis.data.get(key) as Map<string, Buffer> | undefined
    return [...(fields ?? [])].map(([assignmentId, rep]) => `${pool} ${assignmentId} ${rep}`)
  })
  if (JSON.stringify(held.sort()) !== JSON.stringify(given.sort()))
    throw new Broken('one holder a handoff', { held, given })
  for (const pool of Object.keys(world.world.config.team.pools)) {
    const counted = Object.entries(ledgerOf(world, pool)?.open ?? {}).filter(([, count]) => count > 0)
    for (const [rep, count] of counted) {
      const has = given.filter((one) => one.startsWith(`${pool} `) && one.endsWith(` ${rep}`)).length
      if (has !== count) throw new Broken('one holder a handoff', { pool, rep, count, has })
    }
  }
  for (const { handoffs } of leads) {
    const live = handoffs.filter(({ byRoute, state }) => byRoute && state !== 'ended')
    if (live.length > 1)
      throw new Broken(
        'sales has a lead once',
        live.map(({ id, state }) => ({ id, state })),
      )
  }
}

function hubSpotAgrees(world: World, leads: LeadWithHandoffs[]): void {
  for (const { lead, handoffs } of leads) {
    const contact = world.outside.contacts.get(lead.id)
    if (!contact || contact.gone || lead.missingSince !== undefined || lead.mergedInto !== undefined) continue
    const wanted = wantedProperties(world.world.config, lead, handoffs)
    const differs = changedProperties(
      wanted,
      withEmpty(wanted, contact.properties),
      world.world.config.hubspot.properties,
    )
    for (const [property, value] of Object.entries(differs)) {
      // What a person has chosen is theirs.
      if (contact.changedBy[property] === 'person' || QUIET.has(property)) continue
      const has = contact.properties[property] ?? ''
      throw new Broken('HubSpot and Baton agree', { id: lead.id, property, has, wanted: value })
    }
  }
}

// A property that HubSpot does not hold is empty.
function withEmpty(wanted: Record<string, string>, held: Record<string, string>): Record<string, string> {
  return { ...Object.fromEntries(Object.keys(wanted).map((name) => [name, ''])), ...held }
}

// What changes alone is no reason to write.
const QUIET = new Set(Object.values(PROPERTIES).flatMap((row) => ('quiet' in row ? [row.name as string] : [])))

function slackAgrees(world: World, leads: LeadWithHandoffs[], erased: ReadonlySet<string>): void {
  const known = new Set<string>()
  for (const { lead, handoffs, messages } of leads) {
    for (const message of messages) {
      const handoff = handoffs.find(({ id }) => id === message.handoffId)
      known.add(message.ts)
      if (!handoff) continue
      const shown = world.outside.messages.find(({ ts }) => ts === message.ts)?.text
      if (message.list) continue
      const state = { lead, handoffs: Object.fromEntries(handoffs.map((one) => [one.id, one])) }
      const wanted = renderPost(world.config(), message, state)?.text
      // A message of a lead that is settled stays as it was when it was.
      const live = handoff.state === 'open' || handoff.state === 'waiting'
      if (live && withoutFirstWords(shown) !== withoutFirstWords(wanted))
        throw new Broken('messages show what is', { ref: message.ref, shown, wanted })
    }
  }
  for (const { ts, key, text } of world.outside.messages) {
    // Nothing changes a notice afterwards, and it holds ids only.
    if (readNotice(key) || SHARED.test(key)) continue
    const of = key.slice(0, key.indexOf('-'))
    if (erased.has(of) && /Dana/.test(text)) throw new Broken('what is erased is nowhere', { key, text })
    // A notice names ids alone, and nothing changes it afterwards.
    if (!erased.has(of) && !known.has(ts) && !readNotice(key)) throw new Broken('every message has its address', key)
  }
}

// How the first words say when, and what else they have room for, is by the day on which a message was last rendered; the rest
// says it in full.
function withoutFirstWords(text: string | undefined): string | undefined {
  return text?.replace(/^.*?(?:\. |… (?!·))/, '')
}

// Messages that stand for many leads.
const SHARED = /^(list|waiting)\//

// A list shows each lead as it is, with its buttons as long as it is the rep's; the message about those that wait names all of them.
function sharedMessagesAgree(world: World, leads: LeadWithHandoffs[], erased: ReadonlySet<string>): void {
  const shared = world.outside.messages.filter(({ key }) => SHARED.test(key))
  const names = [...erased].map((id) => `Dana ${id}`)
  const left = shared.find(({ text, blocks }) => names.some((name) => `${text} ${blocks}`.includes(name)))
  if (left) throw new Broken('what is erased is nowhere', left)
  const counted = [...world.redis.data].flatMap(([key, value]) =>
    /:recent$|:post:list/.test(key) ? [...(value as Map<string, Buffer>).keys()] : [],
  )
  const kept = counted.find((id) => erased.has(id.replace(/^r:/, '').split('-')[0] ?? ''))
  if (kept) throw new Broken('what is erased is nowhere', kept)
  for (const { handoffs, messages } of leads) {
    for (const { list, ts, handoffId, rep } of messages) {
      const handoff = handoffs.find(({ id }) => id === handoffId)
      if (!list || !handoff) continue
      const { key = '', blocks = '' } = shared.find((one) => one.ts === ts) ?? {}
      const wants = handoff.state === 'open' && holderOf(handoff)?.rep === rep
      const has = blocks.includes(`"${handoffId}"`)
      if (!key.startsWith(`${list}@`) || (wants && !has) || (handoff.state === 'ended' && has))
        throw new Broken('lists show what is', { list, key, handoffId, state: handoff.state, wants, has })
    }
  }
  const waiting = leads.filter(({ handoffs }) => handoffs.some(({ state }) => state === 'waiting'))
  const said = shared.filter(({ key }) => key.startsWith('waiting/')).map(({ blocks }) => blocks)
  const untold = waiting.find(({ lead }) => !said.some((blocks) => blocks.includes(`Dana ${lead.id}`)))
  if (untold) throw new Broken('who waits is named', { id: untold.lead.id, said })
  const rest = leads.filter((one) => !waiting.includes(one))
  const last = said.at(-1) ?? ''
  const named = waiting.length === 0 ? undefined : rest.find(({ lead }) => last.includes(`Dana ${lead.id}`))
  if (named) throw new Broken('who waits is named', { id: named.lead.id, last })
}

function homesAgree(world: World, leads: LeadWithHandoffs[]): void {
  for (const [user, home] of world.outside.homes) {
    const ofUser = leads.flatMap(({ handoffs }) =>
      handoffs.filter(
        (one) => one.state === 'open' && world.world.config.team.reps[holderOf(one)?.rep ?? '']?.slackUserId === user,
      ),
    )
    const missing = ofUser.find(({ id }) => !home.includes(`"${id}"`))
    if (missing && world.looksAtHome(user)) throw new Broken('homes show what is', { user, missing: missing.id })
  }
}

const PASSED_ON: string[] = ['passed-on', 'nobody-left', 'owner-changed', 'owner-cleared', 'assigned']

const NOTED: Record<string, string> = {
  ...{ contacted: 'contacted', undo: 'undone', snooze: 'snoozed', reopen: 'reopened', release: 'released' },
}

function noClickIsLost(world: World, leads: LeadWithHandoffs[], erased: ReadonlySet<string>): void {
  for (const { handoffId, does } of world.accepted) {
    if (erased.has(handoffId.slice(0, handoffId.indexOf('-')))) continue
    const known = leads.flatMap(({ handoffs }) =>
      handoffs.filter(({ id, formerly }) => id === handoffId || formerly?.includes(handoffId)),
    )
    // Who wanted to pass it on has what they wanted, by whatever came first.
    const passesOn = does === 'pass-on' || (typeof does === 'object' && ('passOn' in does || 'assign' in does))
    const whats = passesOn ? PASSED_ON : [NOTED[String(does)] ?? 'disqualified']
    const done = known.some(
      ({ state, events }) => events.some(({ what }) => whats.includes(what)) || (passesOn && state !== 'open'),
    )
    if (known.length > 0 && !done) throw new Broken('no accepted click is lost', { handoffId, does })
  }
}

function everyRungWasTold(world: World, leads: LeadWithHandoffs[]): void {
  for (const { handoffs, messages } of leads) {
    const listed = messages.flatMap(({ ref, list }) => (list ? ref : []))
    const sent = (ref: string) => listed.includes(ref) || world.outside.messages.some(({ key }) => key === ref)
    for (const handoff of handoffs) {
      if (handoff.state !== 'open') continue
      const original = handoff.formerly?.[0] ?? handoff.id
      const known = [handoff.id, ...(handoff.formerly ?? [])]
      const alert = `rep-alert-${handoff.holders.length}`
      if (!known.some((id) => sent(`${id}.${alert}`)))
        throw new Broken('each rung is told', { id: handoff.id, alert, original })
      const escalated = handoff.ladder.some((rung) => rung.do === 'alert-manager' && rung.doneAt !== undefined)
      const managers = world.outside.messages.filter(({ key }) =>
        known.some((id) => key.startsWith(`${id}.manager-alert-`)),
      )
      if (escalated && managers.length === 0) throw new Broken('each rung is told', { id: handoff.id, escalated })
    }
  }
}
