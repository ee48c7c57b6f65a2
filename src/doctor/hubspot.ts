import type { Config } from '../config/config.ts'
import { nurtureTracks } from '../config/config.ts'
import { SCOPES } from '../hubspot/app.ts'
import type { HubSpot } from '../hubspot/client.ts'
import { setUpHubSpot } from '../hubspot/setup.ts'
import { setUpDeals } from '../hubspot/setup-deals.ts'
import { propertiesSet } from '../leads/tags.ts'
import { OutsideError } from '../platform/errors.ts'
import type { AskHubSpot, Method } from './ask-hubspot.ts'
import type { Finding } from './finding.ts'
import type { PropertyInfo } from './options.ts'
import { configPropertyFindings, dealPropertyFindings, ownProperties, ownPropertyFindings } from './properties.ts'

/*
 * What a portal is asked: each a call that changes nothing. A status is an answer here: 403 is what a missing scope looks
 * like.
 */

/**
 * Whether the token works, for which portal (`expected` is the one that events are taken of), and how far HubSpot's clock is
 * from ours (`now`, epoch milliseconds).
 */
export async function checkPortal(
  { ask }: AskHubSpot,
  expected: string | undefined,
  now: () => number,
): Promise<Finding[]> {
  const { status, body, date } = await ask('GET', '/account-info/v3/details')
  if (status === 401) {
    const found = 'HubSpot does not accept HUBSPOT_ACCESS_TOKEN (401)'
    const todo = 'copy it again: Development > Projects > your app > Auth'
    return [{ check: 'hubspot token', status: 'fault', found, todo }]
  }
  if (status < 300 && expected !== undefined && String(body.portalId) !== expected) {
    const found = `the token is of portal ${body.portalId}, HUBSPOT_PORTAL_ID is ${expected}: every event is left out`
    return [{ check: 'hubspot token', status: 'fault', found, todo: 'take HUBSPOT_PORTAL_ID out, or the right token' }]
  }
  const about = [body.accountType, body.timeZone].filter(Boolean).join(', ')
  const portal: Finding =
    status < 300
      ? { check: 'hubspot token', status: 'ok', found: `portal ${body.portalId}${about ? ` (${about})` : ''}` }
      : { check: 'hubspot token', status: 'warning', found: `the account is not shown (${status})` }
  return [portal, ...clockFinding(date, now())]
}

// Signatures of webhooks are refused when they are five minutes old. The header counts whole seconds.
const CLOCK = { warning: 30_000, fault: 240_000 }

function clockFinding(date: string | null, now: number): Finding[] {
  const theirs = Date.parse(date ?? '')
  if (Number.isNaN(theirs)) return []
  const off = Math.abs(theirs - now)
  const status = off > CLOCK.fault ? 'fault' : off > CLOCK.warning ? 'warning' : 'ok'
  const found = `${Math.round(off / 1_000)} s from HubSpot's`
  return [{ check: 'clock', status, found, ...(status === 'ok' ? {} : { todo: 'set the clock of Redis by NTP' }) }]
}

// The cheapest call that each scope opens: of a record that cannot be there.
const PROBES: Record<string, [Method, string, object?]> = {
  'crm.objects.contacts.read': ['GET', '/crm/v3/objects/contacts/0'],
  'crm.objects.contacts.write': ['PATCH', '/crm/v3/objects/contacts/0', { properties: {} }],
  'crm.objects.companies.read': ['GET', '/crm/v3/objects/companies/0'],
  'crm.objects.deals.read': ['GET', '/crm/v3/objects/deals/0'],
  'crm.objects.owners.read': ['GET', '/crm/v3/owners?limit=1'],
  'crm.schemas.contacts.read': ['GET', '/crm/v3/properties/contacts/email'],
  'crm.schemas.contacts.write': ['PATCH', '/crm/v3/properties/contacts/baton_none', { options: [] }],
  'crm.schemas.companies.read': ['GET', '/crm/v3/properties/companies/domain'],
  'sales-email-read': ['GET', '/crm/v3/objects/emails/0'],
  'crm.objects.deals.write': ['PATCH', '/crm/v3/objects/deals/0', { properties: {} }],
  'crm.schemas.deals.read': ['GET', '/crm/v3/properties/deals/dealname'],
  'crm.schemas.deals.write': ['PATCH', '/crm/v3/properties/deals/baton_none', { options: [] }],
}

/** Whether the token has each scope, by a call that needs it. */
export async function checkScopes({ ask }: AskHubSpot): Promise<Finding[]> {
  const tried = SCOPES.flatMap((scope) => (PROBES[scope.name] ? [{ scope, probe: PROBES[scope.name] }] : []))
  const missing: Finding[] = []
  for (const { scope, probe } of tried) {
    const [method, path, body] = probe ?? ['GET', '']
    const { status } = await ask(method, path, body)
    if (status === 401) throw new OutsideError('hubspot', 'refused', '401')
    if (status !== 403) continue
    missing.push({
      check: `hubspot scope ${scope.name}`,
      status: scope.optional ? 'warning' : 'fault',
      found: `missing: Baton ${scope.use}`,
      todo: 'add it to the app ("baton hubspot project" writes all), upload it, and accept it in HubSpot',
    })
  }
  const given = tried.length - missing.length
  const all: Finding = { check: 'hubspot scopes', status: 'ok', found: `${given} of ${tried.length} that were tried` }
  return missing.some(({ status }) => status === 'fault') ? missing : [all, ...missing]
}

/** Whether properties and their values are as Baton and the config need them. */
export async function checkProperties(
  { read }: AskHubSpot,
  hubspot: Pick<HubSpot, 'client' | 'call'>,
  config: Config,
): Promise<Finding[]> {
  const names = config.hubspot.properties
  const report = await setUpHubSpot(hubspot, names, true, config.forms, propertiesSet(config))
  const contact = await propertiesOf('contacts')
  const company = await propertiesOf('companies')
  const deals = await setUpDeals(hubspot, config.hubspot.dealAttribution, true)
  return [
    ...ownPropertyFindings(ownProperties(config), report, contact),
    ...dealPropertyFindings(deals),
    ...configPropertyFindings(config, contact, company),
  ]

  async function propertiesOf(object: string): Promise<Map<string, PropertyInfo>> {
    const { results } = await read(`/crm/v3/properties/${object}`)
    return new Map(
      (results as PropertyInfo[]).map((property) => [property.name, { ...property, options: property.options ?? [] }]),
    )
  }
}

/** Whether HubSpot lets Baton search, by which it finds what no webhook tells. */
export async function checkSearch({ ask }: AskHubSpot): Promise<Finding[]> {
  const filters = [{ propertyName: 'lastmodifieddate', operator: 'GTE', value: '0' }]
  const { status } = await ask('POST', '/crm/v3/objects/contacts/search', { filterGroups: [{ filters }], limit: 1 })
  if (status < 300) return [{ check: 'hubspot search', status: 'ok', found: 'answers' }]
  if (status === 401 || status === 403) throw new OutsideError('hubspot', 'refused', String(status))
  const todo = 'without it Baton hears of forms of known contacts by no way: try again later'
  return [{ check: 'hubspot search', status: 'fault', found: `is refused (${status})`, todo }]
}

/** Whether the plan has workflows, which enrol the contacts of a nurture track. */
export async function checkWorkflows({ ask }: AskHubSpot, config: Config): Promise<Finding[]> {
  const tracks = nurtureTracks(config)
  if (tracks.length === 0) return []
  const check = 'hubspot workflows'
  const { status, body } = await ask('GET', '/automation/v4/flows?limit=1')
  if (status < 300) {
    const found = `the plan has them; whether one enrols each track (${tracks.join(', ')}) only you can see`
    return [{ check, status: 'ok', found }]
  }
  if (status !== 403) throw new OutsideError('hubspot', 'refused', String(status))
  const none = `so nothing happens on ${tracks.join(', ')}`
  const found =
    body.category === 'MISSING_SCOPES'
      ? `not visible: the scope automation is missing, or the plan has no workflows, ${none}`
      : `the plan has no workflows, ${none}`
  const todo = 'workflows need Professional; else use lists on baton_nurture_track by hand, or route without tracks'
  return [{ check, status: 'warning', found, todo }]
}

/** When the last event came in; null when none ever did. */
export function webhookFinding(lastEvent: number | null, now: number): Finding {
  const check = 'hubspot webhooks'
  const todo = "look at the app's webhooks in HubSpot: target URL, subscriptions, and its log of deliveries"
  if (lastEvent === null)
    return { check, status: 'warning', found: 'no event has come in yet: Baton goes by polling', todo }
  const hours = (now - lastEvent) / 3_600_000
  const found = `the last event came in ${ago(now - lastEvent)} ago`
  return hours > 24 ? { check, status: 'warning', found, todo } : { check, status: 'ok', found }
}

function ago(milliseconds: number): string {
  const minutes = Math.max(0, Math.round(milliseconds / 60_000))
  if (minutes < 120) return `${minutes} min`
  return minutes < 48 * 60 ? `${Math.round(minutes / 60)} h` : `${Math.round(minutes / 1_440)} days`
}
