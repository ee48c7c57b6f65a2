import { wantedProperties } from '../leads/draft.ts'
import { isInHubSpot } from '../leads/lead.ts'
import { lifecycleBack } from '../leads/lifecycle-back.ts'
import { changedProperties, REFUSED, WRITING } from '../leads/properties.ts'
import { isDefinedAs, keptRefusal, mayHold, type Refused, refusedAmong, tryAgainAt } from '../leads/refused.ts'
import { OutsideError } from '../platform/errors.ts'
import type { StoredLead } from '../store/leads.ts'
import { pack, unpack } from '../store/pack.ts'
import { type Command, INDEX } from '../store/partitions.ts'
import { type Handler, type Parts, RunLater } from './parts.ts'
import { createRefusals } from './refusals.ts'

// What HubSpot says of a contact that it does not have.
const NOT_FOUND = new Set(['OBJECT_NOT_FOUND', '404'])
// Its events are on their way; this is for when they got lost.
const LOOK_AGAIN = 60_000
// Longer than a write takes, its turn in the rate limit included.
const LEASE = 15_000
const LOOK_SOON = 1_000

// An answer that never came: the write may be carried out later than the next one.
const MAY_COME_LATE = new Set(['deadline', 'no-answer'])

/** Whether somebody writes to the contact at `now` (epoch milliseconds): only they know what HubSpot will have. */
export function isBeingWritten({ written }: Pick<StoredLead, 'written'>, now: number): boolean {
  return Number(written[WRITING] ?? 0) + LEASE > now
}

/**
 * Writes to HubSpot what the lead's record says now, as far as it differs from what HubSpot is known to have. A property that
 * it does not take is left out from then on, until there is reason to think that it would.
 */
export function createWriteContact(
  parts: Pick<Parts, 'clock' | 'config' | 'hubspot' | 'hurry' | 'leads' | 'log' | 'metrics' | 'store'>,
): Handler<{ leadId: string }> {
  const { clock, hubspot, leads, log, store } = parts
  const refusals = createRefusals(parts)

  return async function writeContact({ leadId }, known) {
    // What was never written is not known to be there: an owner in HubSpot is then nobody's answer to ours.
    if (hubspot.readOnly) return void (await store.commit([], [doneWith(leadId, [])]))
    for (let state = known ?? (await leads.get(leadId)); !(await writeOnce(state)); state = await leads.get(leadId));
  }

  // False when the lead changed while it was written: what it says by now is written next.
  async function writeOnce(state: StoredLead): Promise<boolean> {
    const { id, lead } = state
    const key = store.keys.lead(id)
    if (!lead || !isInHubSpot(lead)) return (await store.commit([], [doneWith(id, [])])) !== false
    const config = parts.config()
    const wanted = wantedProperties(config, lead, Object.values(state.handoffs))
    const known = WRITING in state.written ? {} : state.written
    const standing = await stillRefused(known, wanted, config.version)
    const open = Object.entries(wanted).filter(([name]) => !standing.some(({ property }) => property === name))
    const changes = changedProperties(Object.fromEntries(open), known, config.hubspot.properties)
    if (Object.keys(changes).length === 0)
      return (await store.commit([{ key, version: state.version }], [doneWith(id, standing)])) !== false
    const marked = await mark(state, Object.keys(changes))
    if (!marked) return false
    let refused: Refused[]
    try {
      // HubSpot takes a stage back only from a contact that has none.
      if (changes.lifecyclestage && changes.lifecyclestage === lifecycleBack(lead))
        await hubspot.writeContact(id, { lifecyclestage: '' })
      const answer = await hubspot.writeContact(id, changes)
      refused = await Promise.all(answer.map((one) => described(one, changes, config.version)))
    } catch (error) {
      await unmark(id, marked)
      if (!(error instanceof OutsideError)) throw error
      if (MAY_COME_LATE.has(error.code)) await store.commit([{ key, version: 'exists' }], [lookAt(id)])
      if (error.kind !== 'refused') throw error
      if (NOT_FOUND.has(error.code)) return lookAgain(state)
      log.error({ lead: id, code: error.code }, 'HubSpot refuses everything that Baton writes to this contact')
      await store.commit([{ key, version: 'exists' }], refusals.facts(state, [error.code]))
      throw error
    }
    const confirmed = confirmedBy(state.written, changes, refused)
    const before = refusedAmong(known)
    const news = refused.filter((one) => !before.some((old) => old.property === one.property && old.code === one.code))
    const done = [
      ['HSET', key, 'written', pack(confirmed)] satisfies Command,
      ...refusals.facts(
        state,
        news.map(({ code }) => code),
      ),
    ]
    const stillMine = { key, field: 'written', value: marked }
    const isDone = await store.commit(
      [{ key, version: state.version }, stillMine],
      [...done, doneWith(id, [...standing, ...refused])],
    )
    // A lead that was erased meanwhile must not come back; when somebody took over, nothing is known for sure.
    const isKept = isDone || (await store.commit([{ key, version: 'exists' }, stillMine], done))
    if (isKept) {
      await refusals.tell(state, refused)
      await refusals.taken(before.filter(({ property }) => property in changes && !(REFUSED + property in confirmed)))
    }
    return isDone !== false || (!isKept && (await leads.get(id)).lead === null)
  }

  // Nothing is left to write. What HubSpot does not take waits, to be tried again.
  function doneWith(id: string, refused: readonly Refused[]): Command {
    const index = store.keys.index(id, INDEX.writes)
    return refused.length > 0 ? ['ZADD', index, tryAgainAt(refused), id] : ['ZREM', index, id]
  }

  // What HubSpot would refuse again, as far as anybody can know without trying.
  async function stillRefused(
    written: Record<string, string>,
    wanted: Record<string, string>,
    version: string,
  ): Promise<Refused[]> {
    const now = clock.now()
    const likely = refusedAmong(written).filter(
      (one) => mayHold(one, wanted, version, now) && written[one.property] !== one.value,
    )
    const present = await Promise.all(likely.map(({ property }) => hubspot.definitionOf(property)))
    return likely.filter((one, index) => isDefinedAs(one, present[index] ?? null))
  }

  async function described(
    { property, code }: { property: string; code: string },
    changes: Record<string, string>,
    config: string,
  ): Promise<Refused> {
    const definition = await hubspot.definitionOf(property)
    return { property, code, definition, value: changes[property] ?? '', at: clock.now(), config }
  }

  // One writes at a time, and what is written is unknown until it is confirmed: else a worker that dies, or is late, would
  // leave HubSpot with something that nobody knows of. Null when the lead is no longer as it was read.
  async function mark({ id, written, writtenAs }: StoredLead, properties: string[]): Promise<Buffer | null> {
    const { [WRITING]: since, ...known } = written
    const now = clock.now()
    const left = Number(since ?? 0) + LEASE - now
    if (left > 0) throw new RunLater(Math.min(left, LOOK_SOON))
    // Whoever never finished may have written anything.
    const names = since === undefined ? properties : Object.keys(known)
    const unknown = Object.fromEntries(Object.entries(known).filter(([name]) => !names.includes(name)))
    const marked = pack({ ...unknown, [WRITING]: String(now) })
    const key = store.keys.lead(id)
    const guards = [
      { key, version: 'exists' as const },
      { key, field: 'written', value: writtenAs },
    ]
    return (await store.commit(guards, [['HSET', key, 'written', marked]])) ? marked : null
  }

  // What was to be written stays unknown, for it may have been carried out; but nobody has to wait.
  async function unmark(id: string, marked: Buffer): Promise<void> {
    const { [WRITING]: _, ...known } = unpack(marked) as Record<string, string>
    const key = store.keys.lead(id)
    await store.commit([{ key, field: 'written', value: marked }], [['HSET', key, 'written', pack(known)]])
  }

  // Whether the contact is missing, or lives on under another id, is for the main job to find out.
  async function lookAgain({ id }: StoredLead): Promise<true> {
    await store.commit([], [doneWith(id, []), lookAt(id)])
    return true
  }

  function lookAt(id: string): Command {
    return ['ZADD', store.keys.index(id, INDEX.unread), 'LT', clock.now() + LOOK_AGAIN, id]
  }
}

// What HubSpot is known to have after a write. Whoever died while writing is made up for by this.
function confirmedBy(
  written: Record<string, string>,
  changes: Record<string, string>,
  refused: readonly Refused[],
): Record<string, string> {
  const { [WRITING]: _, ...known } = written
  for (const name of Object.keys(changes)) delete known[REFUSED + name]
  const taken = Object.entries(changes).filter(([name]) => !refused.some(({ property }) => property === name))
  return { ...known, ...Object.fromEntries([...taken, ...refused.map(keptRefusal)]) }
}
