import type { HubSpot } from '../../src/hubspot/client.ts'
import type { Contact, Properties, PropertyVersion } from '../../src/leads/observe.ts'
import { PROPERTIES } from '../../src/leads/properties.ts'
import { type FailureKind, OutsideError, type OutsideSystem } from '../../src/platform/errors.ts'
import type { Slack, SlackMessage } from '../../src/slack/client.ts'
import type { Gate } from './memory-redis.ts'

/*
 * HubSpot and Slack as the simulation needs them: what they hold, and how a call to them fails. The simulators of
 * `simulators/` speak HTTP; a history of a few milliseconds has no time for that.
 */

/** How a call fails: before anything was done, or after all of it was. */
export type Fault = 'before' | 'after'

/** A contact as HubSpot holds it, and who changed each property last. */
export interface HeldContact {
  id: string
  createdAt: number
  properties: Record<string, string>
  changedBy: Record<string, 'person' | 'baton' | 'form'>
  versions: Record<string, PropertyVersion[]>
  company: Properties
  /** Deleted, or living on under another id. */
  gone: boolean
  /** The contact that it was merged into. */
  movedTo?: string
}

/** A message as Slack shows it. */
export interface HeldMessage {
  channel: string
  ts: string
  key: string
  text: string
  /** Its blocks, as JSON. */
  blocks: string
}

type Said = Pick<SlackMessage, 'text' | 'blocks'>

// A property that is there and has no value is read as null.
const UNSET = Object.fromEntries(
  [...Object.values(PROPERTIES).map(({ name }) => name), 'lifecyclestage', 'hubspot_owner_id'].map((name) => [
    name,
    null,
  ]),
)
const SOURCES = { person: 'CRM_UI', baton: 'INTEGRATION', form: 'FORM' }

/** Opens both. Calls wait at the gate of whoever makes them. */
export function createOutside(now: () => number, sabotage: { lookups?: boolean } = {}) {
  const contacts = new Map<string, HeldContact>()
  const messages: HeldMessage[] = []
  /** What users see in their App Home, as JSON. */
  const homes = new Map<string, string>()
  /** The users whom Slack does not reach. */
  const deaf = new Set<string>()
  /** The ids of notes; those of a contact that was merged are the survivor's. */
  const notes: string[] = []
  const overwritten: { id: string; value: string; setAt: number; at: number }[] = []
  const faults: Record<'hubspot' | 'slack', Fault[]> = { hubspot: [], slack: [] }

  function failing<T>(system: OutsideSystem & ('hubspot' | 'slack'), gate: Gate, work: () => T): Promise<T> {
    const kind: FailureKind = system === 'slack' ? 'unknown-outcome' : 'unavailable'
    return gate().then(() => {
      const fault = faults[system].shift()
      if (fault === 'before') throw new OutsideError(system, 'unavailable', 'simulated')
      const result = work()
      if (fault === 'after') throw new OutsideError(system, kind, 'simulated')
      return result
    })
  }

  function hubspot(gate: Gate): HubSpot {
    const call = <T>(work: () => T) => failing('hubspot', gate, work)
    const present = (id: string) => {
      const found = contacts.get(id)
      return found && !found.gone ? found : undefined
    }
    return {
      readContact: (id: string): Promise<Contact | { movedTo: string } | null> =>
        call(() => {
          const movedTo = contacts.get(id)?.movedTo
          if (movedTo) return present(movedTo) ? { movedTo } : null
          const found = present(id)
          return found ? { id, createdAt: found.createdAt, properties: { ...UNSET, ...found.properties } } : null
        }),
      readCompany: (id: string) => call(() => contacts.get(id)?.company ?? null),
      findContactByEmail: (email: string) =>
        call(() => [...contacts.values()].find((one) => !one.gone && one.properties.email === email)?.id ?? null),
      writeContact: (id: string, properties: Record<string, string>) =>
        call(() => {
          const found = present(id)
          if (!found) throw new OutsideError('hubspot', 'refused', 'OBJECT_NOT_FOUND')
          change(found, properties, 'baton')
          return []
        }),
      definitionOf: async () => null,
      readHistory: (id: string, property: string) => call(() => present(id)?.versions[property] ?? []),
      ownerName: async () => undefined,
      readActivities: () => call(() => ({ found: [], unread: ['calls', 'emails', 'meetings', 'communications'] })),
      requestsLeft: async () => 100,
      findNote: (_: string, id: string) => call(() => (notes.includes(id) ? id : null)),
      removeNote: (id: string) => call(() => void notes.splice(notes.indexOf(id), 1)),
      writeNote: (contactId: string, { id }: { id: string }) =>
        call(() => {
          if (!present(contactId)) throw new OutsideError('hubspot', 'refused', '404')
          notes.push(id)
        }),
    } as unknown as HubSpot
  }

  function slack(gate: Gate): Slack {
    const call = <T>(work: () => T) => failing('slack', gate, work)
    const heard = (to: string) => {
      if (deaf.has(to)) throw new OutsideError('slack', 'refused', 'user_disabled')
    }
    const edit = (_: string, ts: string, { text, blocks }: Said) =>
      call(() => {
        const found = messages.find((one) => one.ts === ts)
        if (found) Object.assign(found, { text, blocks: JSON.stringify(blocks) })
      })
    return {
      forget: () => undefined,
      reach: (to: string) => call(() => heard(to)),
      channelFor: async (to: string) => to,
      turn: async () => undefined,
      turnToUpdate: async () => undefined,
      post: (channel: string, key: string, { text, blocks }: Said) =>
        call(() => {
          heard(channel)
          const ts = String(messages.length + 1)
          messages.push({ channel, ts, key, text, blocks: JSON.stringify(blocks) })
          return { channel, ts }
        }),
      find: (channel: string, key: string) =>
        call(() =>
          sabotage.lookups ? null : (messages.find((one) => one.channel === channel && one.key === key) ?? null),
        ),
      update: edit,
      // It keeps its key, by which the invariants know whose it was.
      empty: edit,
      publishHome: (user: string, home: unknown) => call(() => void homes.set(user, JSON.stringify(home))),
      tellPrivately: () => call(() => undefined),
    } as unknown as Slack
  }

  function change(contact: HeldContact, properties: Record<string, string>, by: 'person' | 'baton' | 'form'): void {
    for (const [name, value] of Object.entries(properties)) {
      const before = contact.versions[name]?.[0]
      if (name === 'hubspot_owner_id' && by === 'baton' && before?.source === SOURCES.person && before.value !== value)
        overwritten.push({ id: contact.id, value: before.value, setAt: before.at, at: now() })
      contact.properties[name] = value
      contact.changedBy[name] = by
      contact.versions[name] = [{ value, at: now(), source: SOURCES[by] }, ...(contact.versions[name] ?? [])]
    }
  }

  return { contacts, messages, homes, deaf, notes, overwritten, faults, hubspot, slack, change, now }
}
export type Outside = ReturnType<typeof createOutside>
