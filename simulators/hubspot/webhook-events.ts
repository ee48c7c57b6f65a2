// The events of the simulated HubSpot: which ones a change causes, of what is subscribed to.

import { ABOUT, type ObjectType } from './object-types.ts'
import type { PropertyCatalogue } from './properties.ts'
import type { RecordChange } from './record.ts'
import { sourceOf } from './sources.ts'

/** Where and how events go out. */
export interface WebhookSettings {
  targetUrl: string
  /** The URL that is signed, where a proxy stands in front; `targetUrl` when absent. */
  publicUrl?: string
  /** `classic` is `contact.creation`, `generic` is `object.creation` with an objectTypeId. Classic when absent. */
  form?: 'classic' | 'generic'
  /** Contact properties whose changes are sent; `SUBSCRIBED_PROPERTIES` when absent. */
  properties?: string[]
  /** Whether company events are sent, or of which properties; none when absent. */
  companies?: boolean | string[]
  /** Whether deal events are sent, or of which properties; none when absent. */
  deals?: boolean | string[]
  /** Whether association events of the kinds that are sent are sent too; not when absent. */
  associations?: boolean
  /** Not documented for all of them: whether calculated properties fire, without `properties` all of them. Not when absent. */
  calculatedFire?: boolean
  /** Which signature is sent: v3 when absent; v1 is what old private apps may get. */
  signature?: 'v3' | 'v1' | 'both'
  /** The portal that events name, where another account has the same app. */
  portalId?: number
  /** How often a failed delivery is sent again; 10, as HubSpot does, when absent. */
  retries?: number
  /** Between two attempts; 200 when absent (HubSpot spreads them over 24 h). */
  retryDelayMs?: number
  /** How long an answer may take; 5,000, as with HubSpot, when absent. */
  timeoutMs?: number
  /** How many extra copies of every delivery are sent. */
  duplicates?: number
  /** Sends the events, and the batches of 100, last first. */
  reverse?: boolean
}

/** The contact properties that are subscribed to unless the settings name others. */
export const SUBSCRIBED_PROPERTIES: readonly string[] =
  `email firstname lastname jobtitle company website numemployees country
  hs_country_region_code hs_language
  lifecyclestage hs_lead_status hubspot_owner_id hs_analytics_source hs_analytics_source_data_1 hs_email_open
  hs_email_click hs_analytics_last_timestamp notes_last_contacted num_contacted_notes`.split(/\s+/)

const SUBSCRIBED_OF: Partial<Record<ObjectType, string[]>> = {
  companies: `name domain industry numberofemployees annualrevenue country state hubspot_owner_id
    lifecyclestage`.split(/\s+/),
  deals: 'dealname dealstage pipeline amount closedate hubspot_owner_id'.split(' '),
}

/** One event of a delivery's array. What is missing of `eventId`, `portalId` and so on is filled in on sending. */
export interface HubSpotEvent {
  subscriptionType: string
  /** Absent in classic association events. */
  objectId?: number
  [field: string]: unknown
}

/** The properties of a kind of object whose changes are sent; undefined when nothing of it is. */
export function subscribedProperties(type: ObjectType, settings: WebhookSettings): readonly string[] | undefined {
  if (type === 'contacts') return settings.properties ?? SUBSCRIBED_PROPERTIES
  const asked = type === 'companies' ? settings.companies : type === 'deals' ? settings.deals : false
  return Array.isArray(asked) ? asked : asked ? SUBSCRIBED_OF[type] : undefined
}

/** What events are made from. */
export interface EventParts {
  settings: WebhookSettings
  appId: number
  now: () => number
  catalogue: PropertyCatalogue
}

/** The events that a change of a record causes. */
export function eventsOf(type: ObjectType, change: RecordChange, parts: EventParts): HubSpotEvent[] {
  const { settings, appId, now, catalogue } = parts
  const { singular, typeId } = ABOUT[type]
  const generic = settings.form === 'generic'
  const { sourceType, sourceId } = sourceOf(change.by, appId, change.userId)

  function event(id: string, what: string, fields: Record<string, unknown>): HubSpotEvent {
    // There is no generic form of a privacy deletion.
    const isGeneric = generic && what !== 'privacyDeletion'
    return {
      ...{ occurredAt: change.at ?? now(), subscriptionType: `${isGeneric ? 'object' : singular}.${what}` },
      ...(what === 'associationChange' ? {} : { objectId: Number(id) }),
      ...(isGeneric ? { objectTypeId: typeId } : {}),
      ...fields,
      ...{ changeSource: sourceType, sourceId },
    }
  }

  if (change.kind === 'merged') {
    const ids = { primaryObjectId: Number(change.primaryId), mergedObjectIds: [Number(change.mergedId)] }
    const more = { newObjectId: Number(change.newId), numberOfPropertiesMoved: change.moved }
    return [event(change.primaryId, 'merge', { ...ids, ...more })]
  }
  const { id } = change
  if (change.kind === 'associated') {
    if (!settings.associations) return []
    const other = ABOUT[change.toType]
    const fields = {
      associationType: `${singular}_TO_${other.singular}`.toUpperCase(),
      ...{ fromObjectId: Number(id), toObjectId: Number(change.toId), associationRemoved: change.removed },
      isPrimaryAssociation: change.primary,
      ...(generic ? { fromObjectTypeId: typeId, toObjectTypeId: other.typeId } : {}),
    }
    return [event(id, 'associationChange', fields)]
  }
  if (!('properties' in change)) {
    if (change.kind === 'restored') return [event(id, 'restore', {})]
    const deletion = event(id, 'deletion', { changeFlag: 'DELETED' })
    return change.kind === 'deleted' ? [deletion] : [deletion, event(id, 'privacyDeletion', {})]
  }
  const sensitive = generic ? { isSensitive: false } : {}
  const subscribed = subscribedProperties(type, settings)
  const fires = (name: string) => {
    const calculated = catalogue.of(type).get(name)?.calculated ?? true
    if (calculated) return settings.calculatedFire && (!settings.properties || subscribed?.includes(name))
    return subscribed?.includes(name)
  }
  const events = Object.entries(change.properties)
    .filter(([name]) => fires(name))
    .map(([name, value]) => {
      return event(id, 'propertyChange', { propertyName: name, propertyValue: value ?? '', ...sensitive })
    })
  // Seen in the field: one save sends all its events with one time, the creation somewhere among them.
  if (change.kind === 'created')
    events.splice(Math.floor(events.length / 2), 0, event(id, 'creation', { changeFlag: 'CREATED' }))
  return events
}
