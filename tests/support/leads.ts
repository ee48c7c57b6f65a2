import type { Stage } from './stage.ts'

/** A tier 1 company in HubSpot. */
export const NORTHWIND = {
  name: 'Northwind Freight',
  domain: 'northwind.example',
  numberofemployees: '240',
  industry: 'COMPUTER_SOFTWARE',
}

/** A tier 2 company in HubSpot. */
export const SMALLTOWN = {
  name: 'Smalltown Bakery',
  domain: 'smalltown.example',
  numberofemployees: '30',
  industry: 'RETAIL',
}

/** A contact who fits well and has asked for a demo. Names and addresses are unlike anything else, so that a leak is found. */
export const DANA = {
  email: 'dana.canary@northwind.example',
  firstname: 'Dana-Canary',
  lastname: 'Ruiz-Canary',
  jobtitle: 'VP Marketing',
  hs_analytics_source_data_1: 'autumn campaign',
}

/** Properties of somebody who asked for a demo and clicked in two mails: 30 points of engagement. */
export const INTERESTED = {
  num_conversion_events: '1',
  recent_conversion_event_name: 'Request a demo',
  hs_email_click: '2',
}

/** Creates a tier 1 marketing leader who asked for a demo: score 80, to an AE. Returns the contact id. */
export function createTier1Lead(stage: Stage, properties: Record<string, string> = {}): string {
  const companyId = stage.hubspot.createCompany(NORTHWIND)
  return stage.hubspot.createContact({ ...DANA, ...INTERESTED, ...properties }, { companyId, by: 'form' })
}

/** Creates a head of marketing at a tier 2 company with much interest: score 65, to an SDR. */
export function createTier2Lead(stage: Stage, properties: Record<string, string> = {}): string {
  const companyId = stage.hubspot.createCompany(SMALLTOWN)
  const contact = {
    ...DANA,
    email: 'kim@smalltown.example',
    jobtitle: 'Head of Marketing',
    ...INTERESTED,
    hs_email_click: '4',
    ...properties,
  }
  return stage.hubspot.createContact(contact, { companyId, by: 'form' })
}

/** Sends signals over the API of the first service. */
export async function sendSignals(
  stage: Stage,
  signals: { type: string; contactId: string; id?: string; at?: number; page?: string; value?: number }[],
): Promise<Response> {
  return fetch(`${stage.addresses[0]}/v1/signals`, {
    method: 'POST',
    headers: { authorization: 'Bearer canary-api-token', 'content-type': 'application/json' },
    body: JSON.stringify({
      signals: signals.map(({ type, contactId, id, at, page, value }, index) => ({
        id: id ?? `${type}-${contactId}-${stage.clock.now}-${index}`,
        type,
        contactId,
        occurredAt: new Date(at ?? stage.clock.now).toISOString(),
        ...(page ? { properties: { page } } : {}),
        ...(value === undefined ? {} : { value }),
      })),
    }),
  })
}

/** A second later the lead does something of each of these types, and all of it has been dealt with. */
export async function signalsCome(stage: Stage, contactId: string, ...types: string[]): Promise<void> {
  stage.clock.now += 1_000
  await sendSignals(
    stage,
    types.map((type) => ({ type, contactId })),
  )
  await stage.quiet()
}

/** The lines of a lead's history about triggers, without their instants: `triggered pricing-page`. */
export async function triggersInHistory(stage: Stage, id: string): Promise<string[]> {
  const history = (await stage.services[0]?.leads.readHistory(id)) ?? []
  return history.flatMap((line) => ('rule' in line && line.rule ? [`${line.what} ${line.rule}`] : []))
}

/** Has HubSpot send the events of deals as well, and with `associations` those of what belongs to what. */
export function sendDealEvents({ addresses, hubspot }: Stage, more: { associations?: boolean } = {}): void {
  const publicUrl = 'https://baton.example.com/webhooks/hubspot'
  hubspot.setWebhooks({ targetUrl: `${addresses[0]}/webhooks/hubspot`, publicUrl, deals: true, ...more })
}

/** The newest message of a channel or user that carries controls. */
export function liveMessage(stage: Stage, channelOrUser: string) {
  const message = stage.slack
    .messages(channelOrUser)
    .findLast(({ blocks }) => JSON.stringify(blocks).includes('"actions"'))
  if (!message) throw new Error(`no live message for ${channelOrUser}`)
  return message
}

/** Clicks the primary button, or an entry of the menu, of the newest live message. */
export async function click(
  stage: Stage,
  user: string,
  where: string,
  control: 'contacted' | 'pass_on' | 'disqualify' | 'explain',
) {
  const message = liveMessage(stage, where)
  const text = JSON.stringify(message.blocks)
  const handoffId = /"value":"([^":]+)"/.exec(text)?.[1]
  const target = { user, channel: message.channel, ts: message.ts }
  if (control === 'contacted') return stage.slack.click({ ...target, actionId: 'lead.contacted' })
  const clicked = await stage.slack.click({ ...target, actionId: 'lead.more', value: `${control}:${handoffId}` })
  // Passing on asks to whom: whoever is next, unless told.
  const view = stage.slack.views().find((one) => one.user === user)
  if (control !== 'pass_on' || view?.callbackId !== 'lead.pass_on') return clicked
  return stage.slack.submitView({ user, viewId: view.id, values: {} })
}

const LIST = /^(\d+) leads? for you/

/** How many leads a rep's messages are about: one each, but a list of many says its count. */
export function leadsIn(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + Number(LIST.exec(text)?.[1] ?? 1), 0)
}

/** How many leads came to a rep from others, once all before them have gone on. */
export function reassignedIn(texts: readonly string[]): number {
  return leadsIn(texts.filter((text) => text.startsWith('Reassigned: ') || LIST.test(text)))
}

/**
 * Presses a button of a handoff's kind in the newest message of a user or channel that offers it, as a button or in the menu.
 * `reason`: what is chosen in the form that it opens.
 */
export async function press(stage: Stage, user: string, where: string, name: string, reason?: string, note?: string) {
  const actionId = name === 'attempt' ? 'lead.attempt' : `handoff.${name}`
  const offers = (blocks: unknown) =>
    [`"${name}:`, `"${actionId}"`].some((text) => JSON.stringify(blocks).includes(text))
  const message = stage.slack.messages(where).findLast(({ blocks }) => offers(blocks))
  if (!message) throw new Error(`no button ${name} for ${where}`)
  const value = new RegExp(`"value":"(${name}:[^"]+)"`).exec(JSON.stringify(message.blocks))?.[1]
  const target = { user, channel: message.channel, ts: message.ts }
  const pressed = await stage.slack.click(
    value === undefined ? { ...target, actionId } : { ...target, actionId: 'lead.more', value },
  )
  if (reason === undefined) return pressed
  return submitReason(stage, user, reason, note)
}

/** Fills in the form that asks a user for a reason. */
export async function submitReason(stage: Stage, user: string, reason: string, note?: string) {
  const viewId = stage.slack.views().findLast((view) => view.user === user)?.id ?? ''
  return stage.slack.submitView({ user, viewId, values: { reason, ...(note === undefined ? {} : { note }) } })
}

/** What `/v1/handoffs` lists under a status, the youngest first. */
export async function handoffsOf(stage: Stage, status: string): Promise<Record<string, unknown>[]> {
  const response = await fetch(`${stage.addresses[0]}/v1/handoffs?status=${status}`, {
    headers: { authorization: 'Bearer canary-api-token' },
  })
  return ((await response.json()) as { handoffs: Record<string, unknown>[] }).handoffs
}

/** Fills in the form that is open for a user; what is left out is sent as the form showed it. */
export async function fillForm(stage: Stage, user: string, values: Record<string, string | null>) {
  const viewId = stage.slack.views().findLast((view) => view.user === user)?.id ?? ''
  return stage.slack.submitView({ user, viewId, values })
}
