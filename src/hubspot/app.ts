import { OPTIONAL_PROPERTIES } from '../leads/attribution.ts'

/*
 * What Baton's app in HubSpot asks for. Both the project that `hubspot project` writes and what `hubspot setup` prints
 * come from here, and `doctor` tries every scope by a call that needs it.
 */

/** A scope of the app. An optional one is left out where the plan has none: Baton then does without what it is for. */
export interface AppScope {
  name: string
  optional: boolean
  /** What Baton does with it. */
  use: string
}

/** The scopes. Source: HubSpot's scopes reference, and the scopes in its OpenAPI documents. */
export const SCOPES: readonly AppScope[] = [
  {
    name: 'crm.objects.contacts.read',
    optional: false,
    use: 'reads contacts, their history, calls, meetings and messages',
  },
  {
    name: 'crm.objects.contacts.write',
    optional: false,
    use: 'writes score, route, owner and clock, and notes on what became of a lead',
  },
  { name: 'crm.objects.companies.read', optional: false, use: 'reads the company of a contact' },
  { name: 'crm.objects.deals.read', optional: false, use: 'hears of deals' },
  {
    name: 'crm.objects.owners.read',
    optional: false,
    use: 'finds owners by id and email',
  },
  { name: 'crm.schemas.contacts.read', optional: false, use: 'compares the config with the properties of contacts' },
  { name: 'crm.schemas.contacts.write', optional: false, use: 'creates the properties of Baton' },
  { name: 'crm.schemas.companies.read', optional: false, use: 'compares the config with the properties of companies' },
  { name: 'sales-email-read', optional: true, use: 'reads who wrote an e-mail, to tell an answer from a question' },
  { name: 'crm.objects.deals.write', optional: true, use: 'writes to deals how their contacts came' },
  {
    name: 'crm.schemas.deals.read',
    optional: true,
    use: 'looks for the properties of deals that say how contacts came',
  },
  {
    name: 'crm.schemas.deals.write',
    optional: true,
    use: 'creates the properties of deals that say how contacts came',
  },
  { name: 'automation', optional: true, use: 'asks whether the plan has workflows' },
]

/** A webhook subscription in HubSpot's generic form; `contact.privacyDeletion` has only the classic one. */
export type Subscription =
  | { subscriptionType: `object.${string}`; objectType: 'contact' | 'company' | 'deal'; propertyName?: string }
  | { subscriptionType: 'contact.privacyDeletion' }

/**
 * Properties that HubSpot works out: no webhook tells of a change, the poll finds it. Source: the flag `calculated` in a
 * property dump of a real account, HubSpot's webhook guide (the two that it excludes by name) and its community
 * ("calculated properties do not trigger webhooks").
 */
const CALCULATED = new Set([
  'num_conversion_events',
  'num_unique_conversion_events',
  'recent_conversion_date',
  'recent_conversion_event_name',
  'first_conversion_date',
  'first_conversion_event_name',
  'lastmodifieddate',
  'hs_lastmodifieddate',
  'hs_calculated_form_submissions',
  'hs_email_domain',
  'hs_first_outreach_date',
  'hs_is_unworked',
  'hs_sa_first_engagement_descr',
  'hs_sa_first_engagement_object_type',
  'hs_time_to_first_engagement',
  'num_associated_contacts',
  'num_associated_deals',
])
// Each mailing changes them for everybody: an event for each of them would be a flood, and the poll finds where it matters.
const TOO_OFTEN = new Set(['hs_email_delivered', 'hs_email_last_send_date'])
// A portal may not have them, and then HubSpot takes no subscription.
const isSubscribed = (property: string) =>
  canFire(property) && !TOO_OFTEN.has(property) && !OPTIONAL_PROPERTIES.has(property)
// They are set once, when the record is made, of which another event tells.
const FIXED = new Set(['createdate', 'hs_object_id'])

/** Whether HubSpot may send a webhook when this property changes. */
export const canFire = (property: string): boolean => !CALCULATED.has(property) && !FIXED.has(property)

/** What the app needs for a config. */
export interface AppNeeds {
  subscriptions: Subscription[]
  /** Properties that the config reads and no webhook tells of. */
  polled: string[]
}

/** Derives the subscriptions from what a config reads. `own` are the names that only Baton writes. */
export function appNeeds(
  reads: { contact: readonly string[]; company: readonly string[] },
  own: readonly string[],
): AppNeeds {
  const changes = (objectType: 'contact' | 'company', names: readonly string[]) =>
    names
      .filter((name) => isSubscribed(name) && !own.includes(name))
      .map((propertyName) => ({ subscriptionType: 'object.propertyChange' as const, objectType, propertyName }))
  const events = (objectType: 'contact' | 'company', actions: readonly string[]) =>
    actions.map((action) => ({ subscriptionType: `object.${action}` as const, objectType }))
  const polled = [...reads.contact, ...reads.company].filter((name) => !isSubscribed(name) && !FIXED.has(name))
  return {
    subscriptions: [
      // HubSpot tells both ends of an association: that of the contact is enough.
      ...events('contact', ['creation', 'deletion', 'merge', 'restore', 'associationChange']),
      { subscriptionType: 'contact.privacyDeletion' },
      ...changes('contact', reads.contact),
      ...events('company', ['creation', 'deletion', 'merge', 'restore']),
      ...changes('company', reads.company),
      { subscriptionType: 'object.propertyChange', objectType: 'deal', propertyName: 'dealstage' },
    ],
    polled: [...new Set(polled)],
  }
}

/** A subscription as people choose it in the settings of an app: `contact.propertyChange (jobtitle)`. */
export function subscriptionText(subscription: Subscription): string {
  if (!('objectType' in subscription)) return subscription.subscriptionType
  const { subscriptionType, objectType, propertyName } = subscription
  return `${subscriptionType.replace('object', objectType)}${propertyName ? ` (${propertyName})` : ''}`
}

/** Where HubSpot sends events to. */
export function webhookUrl(publicUrl: string): string {
  return `${publicUrl.replace(/\/+$/, '')}/webhooks/hubspot`
}
