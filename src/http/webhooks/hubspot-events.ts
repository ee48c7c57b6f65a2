import { createHash } from 'node:crypto'
import { z } from 'zod'
import { readInstant } from '../../leads/observe.ts'
import type { Incoming } from '../../store/inbox.ts'

// HubSpot merges two records at a time.
const MOST_MERGED = 100

const Id = z.union([z.int().nonnegative().transform(String), z.string()]).pipe(z.string().regex(/^\d{1,18}$/))
// An event is a hint. What it says beside its type and an object's id helps, and what is no such thing is left out.
const MaybeId = Id.optional().catch(undefined)
const MaybeText = z
  .union([z.string(), z.number(), z.boolean()])
  .transform((value) => String(value))
  .optional()
  .catch(undefined)

const Event = z
  .object({
    subscriptionType: MaybeText,
    eventType: MaybeText,
    objectId: MaybeId,
    objectTypeId: MaybeText,
    eventId: MaybeId,
    portalId: MaybeId,
    appId: MaybeId,
    occurredAt: MaybeText,
    propertyName: MaybeText,
    propertyValue: MaybeText,
    changeSource: MaybeText,
    sourceId: MaybeText,
    primaryObjectId: MaybeId,
    mergedObjectIds: z.array(MaybeId).optional().catch(undefined),
    newObjectId: MaybeId,
    associationType: MaybeText,
    fromObjectId: MaybeId,
    fromObjectTypeId: MaybeText,
    toObjectId: MaybeId,
    toObjectTypeId: MaybeText,
  })
  .transform((event) => ({ ...event, type: event.subscriptionType ?? event.eventType ?? '' }))
type Event = z.output<typeof Event>

/**
 * What becomes of an event: kept for its leads (`imported`: an import brought it; `dealId`: it ties
 * them to that deal), an order to erase, news of a deal or of
 * a company, an echo of our own write, of no use to us, of another portal than ours, or not an event at all.
 */
export type ReadEvent =
  | { outcome: 'kept'; kind: string; incoming: Incoming[]; imported: boolean; dealId?: string | undefined }
  | { outcome: 'erase'; kind: string; leadId: string }
  | { outcome: 'deal'; kind: string; dealId: string }
  | { outcome: 'company'; kind: string; companyId: string }
  | { outcome: 'own-write' | 'ignored'; kind: string }
  | { outcome: 'other-portal'; kind: string; portalId: string }
  | { outcome: 'malformed'; kind: 'unknown' }

const KEPT = new Set(['creation', 'propertyChange', 'deletion', 'privacyDeletion', 'merge', 'restore'])
const KNOWN = new Set([...KEPT, 'associationChange'])
const OBJECT_TYPES: Record<string, string> = { '0-1': 'contact', '0-2': 'company', '0-3': 'deal' }

/**
 * Reads one webhook event, in the classic form (`contact.creation`) or the generic one (`object.creation`). A type and an
 * object's id are enough. Never throws. `ownProperties` are the names that Baton alone should write; `portalId` is ours, where it
 * is known; `now` is epoch milliseconds.
 */
export function readEvent(
  raw: unknown,
  ownProperties: ReadonlySet<string>,
  portalId: string | undefined,
  now: number,
): ReadEvent {
  if (isTooLong((raw as { mergedObjectIds?: unknown } | null)?.mergedObjectIds))
    return { outcome: 'malformed', kind: 'unknown' }
  const parsed = Event.safeParse(raw)
  if (!parsed.success || parsed.data.type === '') return { outcome: 'malformed', kind: 'unknown' }
  const event = parsed.data
  const [prefix = '', action = ''] = event.type.split('.')
  const object = prefix === 'object' ? objectOf(event) : prefix
  const known = KNOWN.has(action) && ['contact', 'company', 'deal'].includes(object)
  const kind = known ? `${object}.${action}` : 'other'
  if (portalId !== undefined && event.portalId !== undefined && event.portalId !== portalId)
    return { outcome: 'other-portal', kind, portalId: event.portalId }
  if (action === 'associationChange') return readAssociation(event, kind, now)
  if (!known) return { outcome: 'ignored', kind }
  if (event.objectId === undefined) return { outcome: 'malformed', kind: 'unknown' }
  if (object === 'deal' && (action === 'creation' || event.propertyName === 'dealstage'))
    return { outcome: 'deal', kind, dealId: event.objectId }
  if (object === 'company') return { outcome: 'company', kind, companyId: event.newObjectId ?? event.objectId }
  if (object !== 'contact') return { outcome: 'ignored', kind }
  const ours = event.changeSource === 'INTEGRATION' && event.appId !== undefined && event.sourceId === event.appId
  const isOwn = ownProperties.has(event.propertyName ?? '') && !isPerson(event.changeSource)
  if (action === 'propertyChange' && (ours || isOwn)) return { outcome: 'own-write', kind }
  if (action === 'privacyDeletion') return { outcome: 'erase', kind, leadId: event.objectId }
  const survivor = action === 'merge' ? (event.newObjectId ?? event.primaryObjectId) : undefined
  const named = [event.objectId, event.primaryObjectId, event.newObjectId, ...(event.mergedObjectIds ?? [])]
  return kept(event, kind, named, survivor, now)
}

/** A contact that was tied to a company or a deal, or untied: news of the contact, whichever end it stands at. */
function readAssociation(event: Event, kind: string, now: number): ReadEvent {
  const { fromObjectTypeId, toObjectTypeId, associationType } = event
  const [from = '', to = ''] =
    fromObjectTypeId !== undefined && toObjectTypeId !== undefined
      ? [OBJECT_TYPES[fromObjectTypeId], OBJECT_TYPES[toObjectTypeId]]
      : (associationType ?? kind.split('.')[0] ?? '').toLowerCase().split('_to_')
  const contacts = [
    ...(from === 'contact' ? [event.fromObjectId] : []),
    ...(to === 'contact' ? [event.toObjectId] : []),
  ]
  if (contacts.length === 0) return { outcome: 'ignored', kind }
  if (contacts.every((id) => id === undefined)) return { outcome: 'malformed', kind: 'unknown' }
  const dealId = from === 'deal' ? event.fromObjectId : to === 'deal' ? event.toObjectId : undefined
  return { ...kept(event, kind, contacts, undefined, now), dealId }
}

function kept(
  event: Event,
  kind: string,
  ids: (string | undefined)[],
  survivor: string | undefined,
  now: number,
): Extract<ReadEvent, { outcome: 'kept' }> {
  const { portalId, objectId, propertyName, occurredAt, eventId, propertyValue, fromObjectId, toObjectId } = event
  const parts = [portalId, kind, objectId, propertyName, occurredAt, eventId, propertyValue, fromObjectId, toObjectId]
  const key = createHash('sha1').update(parts.join('|')).digest('base64url')
  const item = {
    kind: 'event' as const,
    event: kind.slice(kind.indexOf('.') + 1),
    at: Math.min(readInstant(occurredAt) ?? now, now),
    receivedAt: now,
    ...(portalId ? { portalId } : {}),
  }
  const concerned = [...new Set(ids.filter((id) => id !== undefined))]
  const incoming = concerned.map((leadId): Incoming => {
    if (!survivor) return { leadId, key, item }
    const others = concerned.filter((id) => id !== survivor)
    return { leadId, key, item: { ...item, ...(leadId === survivor ? { merged: others } : { survivor }) } }
  })
  return { outcome: 'kept', kind, incoming, imported: event.changeSource === 'IMPORT' }
}

// What a person did to one of Baton's own properties is put right.
function isPerson(changeSource = ''): boolean {
  return /^(CRM_UI|MOBILE)/.test(changeSource)
}

function isTooLong(list: unknown): boolean {
  return Array.isArray(list) && list.length > MOST_MERGED
}

function objectOf({ objectTypeId, fromObjectTypeId }: Event): string {
  return OBJECT_TYPES[objectTypeId ?? fromObjectTypeId ?? ''] ?? 'other'
}
