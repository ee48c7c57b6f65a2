import { wantedProperties } from '../leads/draft.ts'
import { changedProperties } from '../leads/properties.ts'
import { OutsideError } from '../platform/errors.ts'
import { factCommands } from '../store/commit.ts'
import type { StoredLead } from '../store/leads.ts'
import { pack, unpack } from '../store/pack.ts'
import { type Command, INDEX } from '../store/partitions.ts'
import { type Handler, type Parts, RunLater } from './parts.ts'

// What HubSpot says of a contact that it does not have.
const NOT_FOUND = new Set(['OBJECT_NOT_FOUND', '404'])
// Its events are on their way; this is for when they got lost.
const LOOK_AGAIN = 60_000
// Since when somebody writes, among what is written. Longer than a write takes, its turn in the rate limit included.
const MARK = '~'
const LEASE = 15_000
const LOOK_SOON = 1_000

/** Writes to HubSpot what the lead's record says now, as far as it differs from what HubSpot last confirmed. */
export function createWriteContact(
  parts: Pick<Parts, 'clock' | 'config' | 'hubspot' | 'leads' | 'log' | 'store'>,
): Handler<{ leadId: string }> {
  const { clock, hubspot, leads, log, store } = parts

  return async function writeContact({ leadId }, known) {
    for (let state = known ?? (await leads.get(leadId)); !(await writeOnce(state)); state = await leads.get(leadId));
  }

  // False when the lead changed while it was written: what it says by now is written next.
  async function writeOnce(state: StoredLead): Promise<boolean> {
    const { id, lead } = state
    const key = store.keys.lead(id)
    const done: Command = ['ZREM', store.keys.index(id, INDEX.writes), id]
    if (!lead || lead.missingSince !== undefined || lead.mergedInto !== undefined)
      return (await store.commit([], [done])) !== false
    const config = parts.config()
    const wanted = wantedProperties(config, lead, Object.values(state.handoffs))
    const changes = changedProperties(wanted, MARK in state.written ? {} : state.written, config.hubspot.properties)
    if (Object.keys(changes).length === 0)
      return (await store.commit([{ key, version: state.version }], [done])) !== false
    const marked = await mark(state, Object.keys(changes))
    if (!marked) return false
    try {
      await hubspot.writeContact(id, changes)
    } catch (error) {
      await unmark(id, marked)
      if (!(error instanceof OutsideError) || error.kind !== 'refused') throw error
      if (NOT_FOUND.has(error.code)) return lookAgain(state, done)
      await refused(state, error)
      throw error
    }
    // Whoever died while writing is made up for by this.
    const { [MARK]: _, ...known } = state.written
    const confirmed: Command = ['HSET', key, 'written', pack({ ...known, ...changes })]
    const stillMine = { key, field: 'written', value: marked }
    if (await store.commit([{ key, version: state.version }, stillMine], [confirmed, done])) return true
    // A lead that was erased meanwhile must not come back; when somebody took over, nothing is known for sure.
    if (await store.commit([{ key, version: 'exists' }, stillMine], [confirmed])) return false
    return (await leads.get(id)).lead === null
  }

  // One writes at a time, and what is written is unknown until it is confirmed: else a worker that dies, or is late, would
  // leave HubSpot with something that nobody knows of. Null when the lead is no longer as it was read.
  async function mark({ id, written, writtenAs }: StoredLead, properties: string[]): Promise<Buffer | null> {
    const { [MARK]: since, ...known } = written
    const now = clock.now()
    const left = Number(since ?? 0) + LEASE - now
    if (left > 0) throw new RunLater(Math.min(left, LOOK_SOON))
    // Whoever never finished may have written anything.
    const names = since === undefined ? properties : Object.keys(known)
    const unknown = Object.fromEntries(Object.entries(known).filter(([name]) => !names.includes(name)))
    const marked = pack({ ...unknown, [MARK]: String(now) })
    const key = store.keys.lead(id)
    const guards = [
      { key, version: 'exists' as const },
      { key, field: 'written', value: writtenAs },
    ]
    return (await store.commit(guards, [['HSET', key, 'written', marked]])) ? marked : null
  }

  // What was to be written stays unknown, for it may have been carried out; but nobody has to wait.
  async function unmark(id: string, marked: Buffer): Promise<void> {
    const { [MARK]: _, ...known } = unpack(marked) as Record<string, string>
    const key = store.keys.lead(id)
    await store.commit([{ key, field: 'written', value: marked }], [['HSET', key, 'written', pack(known)]])
  }

  // Whether the contact is missing, or lives on under another id, is for the main job to find out.
  async function lookAgain({ id }: StoredLead, done: Command): Promise<true> {
    const unread: Command = ['ZADD', store.keys.index(id, INDEX.unread), 'LT', clock.now() + LOOK_AGAIN, id]
    await store.commit([], [done, unread])
    return true
  }

  async function refused({ id, lead }: StoredLead, { code }: OutsideError): Promise<void> {
    log.error(
      { lead: id, code },
      "HubSpot refuses Baton's properties for this lead: are they there? Run: npm run baton -- hubspot setup",
    )
    if (!lead) return
    const now = clock.now()
    const fact = {
      type: 'write-refused',
      at: now,
      lead: lead.pseudonym,
      reason: code,
      config: lead.configVersion,
    } as const
    const commands = factCommands(store.keys, id, [fact], parts.config().retention, now)
    await store.commit([{ key: store.keys.lead(id), version: 'exists' }], commands)
  }
}
