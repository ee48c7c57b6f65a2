import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Incoming } from '../../store/inbox.ts'

const Id = z.union([z.int().nonnegative(), z.string().regex(/^\d{1,18}$/)]).transform(String)
const Text = z.string().max(70_000)

// Only what is used is described; HubSpot adds fields as it likes. Every field but two may be missing or null.
const Event = z
  .object({
    subscriptionType: z.string().max(100).nullish(),
    eventType: z.string().max(100).nullish(),
    objectId: Id,
    objectTypeId: z.string().max(20).nullish(),
    eventId: Id.nullish(),
    portalId: Id.nullish(),
    appId: Id.nullish(),
    occurredAt: z.number(),
    propertyName: z.string().max(200).nullish(),
    propertyValue: Text.nullish(),
    changeSource: z.string().max(100).nullish(),
    sourceId: z.union([z.string().max(200), z.number().transform(String)]).nullish(),
    primaryObjectId: Id.nullish(),
    mergedObjectIds: z.array(Id).max(1_000).nullish(),
    newObjectId: Id.nullish(),
  })
  .refine((event) => Boolean(event.subscriptionType ?? event.eventType))

/**
 * What becomes of an event: kept for its leads (`imported`: an import brought it), an order to erase, a company whose
 * contacts are looked at, an echo of our own write, of no use to us, or not an event at all.
 */
export type ReadEvent =
  | { outcome: 'kept'; kind: string; incoming: Incoming[]; imported: boolean }
  | { outcome: 'erase'; kind: string; leadId: string }
  | { outcome: 'company'; kind: string; companyId: string }
  | { outcome: 'own-write' | 'ignored'; kind: string }
  | { outcome: 'malformed'; kind: 'unknown' }

const KEPT = new Set(['creation', 'propertyChange', 'deletion', 'privacyDeletion', 'merge', 'restore'])
const OBJECT_TYPES: Record<string, string> = { '0-1': 'contact', '0-2': 'company', '0-3': 'deal' }

/**
 * Reads one webhook event, in the classic form (`contact.creation`) or the generic one (`object.creation`).
 * Never throws. `ownProperties` are the names that only Baton writes.
 */
export function readEvent(raw: unknown, ownProperties: ReadonlySet<string>, now: number): ReadEvent {
  const parsed = Event.safeParse(raw)
  if (!parsed.success) return { outcome: 'malformed', kind: 'unknown' }
  const event = parsed.data
  const [prefix = '', action = ''] = (event.subscriptionType ?? event.eventType ?? '').split('.')
  const object = prefix === 'object' ? (OBJECT_TYPES[event.objectTypeId ?? ''] ?? 'other') : prefix
  const known = KEPT.has(action) && ['contact', 'company', 'deal'].includes(object)
  const kind = known ? `${object}.${action}` : 'other'
  if (object === 'company' && known) return { outcome: 'company', kind, companyId: event.newObjectId ?? event.objectId }
  if (object !== 'contact' || !KEPT.has(action)) return { outcome: 'ignored', kind }
  const ours = event.changeSource === 'INTEGRATION' && Boolean(event.appId) && event.sourceId === event.appId
  if (action === 'propertyChange' && (ours || ownProperties.has(event.propertyName ?? '')))
    return { outcome: 'own-write', kind }
  if (action === 'privacyDeletion') return { outcome: 'erase', kind, leadId: event.objectId }
  const key = createHash('sha1')
    .update(
      [
        event.portalId,
        kind,
        event.objectId,
        event.propertyName,
        event.occurredAt,
        event.eventId,
        event.propertyValue,
      ].join('|'),
    )
    .digest('base64url')
  const item = {
    kind: 'event' as const,
    event: action,
    at: Math.min(event.occurredAt, now),
    receivedAt: now,
    ...(event.portalId ? { portalId: event.portalId } : {}),
  }
  const survivor = action === 'merge' ? (event.newObjectId ?? event.primaryObjectId) : undefined
  const named = [event.objectId, event.primaryObjectId, event.newObjectId, ...(event.mergedObjectIds ?? [])]
  const concerned = [...new Set(named.filter((id) => typeof id === 'string'))]
  const incoming = concerned.map((leadId): Incoming => {
    if (!survivor) return { leadId, key, item }
    const others = concerned.filter((id) => id !== survivor)
    return { leadId, key, item: { ...item, ...(leadId === survivor ? { merged: others } : { survivor }) } }
  })
  return { outcome: 'kept', kind, incoming, imported: event.changeSource === 'IMPORT' }
}
