import { createSimulatedHubSpot } from '../../../simulators/hubspot/simulated-hubspot.ts'
import { createSimulatedSlack } from '../../../simulators/slack/simulated-slack.ts'
import { loadConfig } from '../../../src/config/load.ts'
import { createHubSpot } from '../../../src/hubspot/client.ts'
import { setUpHubSpot } from '../../../src/hubspot/setup.ts'
import { propertiesSet } from '../../../src/leads/tags.ts'
import { createMetrics } from '../../../src/platform/metrics.ts'
import { now } from '../clock.ts'
import { serve } from '../helper.ts'
import { createLead, type Kind } from '../leads.ts'
import { SECRETS } from '../secrets.ts'

/** HubSpot and Slack in a process of their own, without delay or limits. The argument is the config's folder. */

const config = await loadConfig(process.argv[2] ?? '', Date.now())
const calls: Record<string, number> = {}
const hubspot = await createSimulatedHubSpot({
  now: Date.now,
  accessToken: SECRETS.hubSpotToken,
  clientSecret: SECRETS.hubSpot,
  rateLimit: 'off',
  onCall: ({ method, path }) => {
    const name = `${method} ${path.replace(/\/\d{6,}/g, '/:id')}`
    calls[name] = (calls[name] ?? 0) + 1
  },
})
for (const { hubspotOwnerId, id } of Object.values(config.team.reps))
  hubspot.createOwner({ id: hubspotOwnerId, email: `${id}@team.example`, firstName: 'Rep', lastName: id })
const people = [config.team.reps, config.team.managers, config.team.people].flatMap((group) =>
  Object.values<{ slackUserId: string; name: string }>(group),
)
const slack = await createSimulatedSlack({
  now: Date.now,
  botToken: SECRETS.slackToken,
  signingSecret: SECRETS.slack,
  users: people.map(({ slackUserId, name }) => ({ id: slackUserId, name })),
  channels: Object.entries(config.team.pools).map(([name, { channel }]) => ({ id: channel, name })),
})
await setUpHubSpot(
  createHubSpot({
    accessToken: SECRETS.hubSpotToken,
    baseUrl: hubspot.url,
    redis: null,
    prefix: 'bench-setup',
    requestsPer10Seconds: 1_000,
    properties: () => ({ contact: [], company: [] }),
    metrics: createMetrics(),
  }),
  config.hubspot.properties,
  false,
  config.forms,
  propertiesSet(config),
)

/** When Slack took the first message to a person about a lead, by the lead's id. */
const toldAt = new Map<string, number>()
slack.onMessage((event) => {
  if (event.kind !== 'posted') return
  const leadId = String(event.message.metadata?.event_payload.alert_key).split('-')[0] ?? ''
  if (event.user && !toldAt.has(leadId)) toldAt.set(leadId, now())
})
let created = 0

const handlers = {
  addresses: () => ({ hubSpotUrl: hubspot.url, slackUrl: slack.apiUrl }),
  /** Puts leads of these kinds in turn into HubSpot, silently unless `loud`, and gives their ids. */
  createLeads(asked: { count: number; kinds: Kind[]; loud?: boolean; owner?: string }): string[] {
    const { count, kinds, loud = false, owner } = asked
    return Array.from({ length: count }, () => {
      created += 1
      return createLead(hubspot, kinds[created % kinds.length] ?? 'low', created, { silent: !loud, owner })
    })
  },
  sendWebhooksTo: (targetUrl: string) =>
    hubspot.setWebhooks({ targetUrl, publicUrl: `${SECRETS.publicUrl}/webhooks/hubspot` }),
  /** A known contact asks for a demo: HubSpot changes what it calculates, and sends nothing. */
  submitForm: (id: string) => hubspot.submitForm(id, { name: 'Request a demo' }),
  setSearchLag: (milliseconds: number) => hubspot.setSearchLag(milliseconds),
  settled: () => hubspot.settled(),
  /** How often each route of HubSpot was called since this was asked last. */
  takeCalls(): Record<string, number> {
    const taken = { ...calls }
    for (const name of Object.keys(calls)) delete calls[name]
    return taken
  },
  /** How many of these leads have their score in HubSpot. */
  scored: (ids: string[]): number => ids.filter((id) => hubspot.contact(id)?.baton_score).length,
  /** When the rep's message about each of these leads reached Slack. */
  told: (ids: string[]): (number | null)[] => ids.map((id) => toldAt.get(id) ?? null),
  /** What was called that HubSpot and Slack do not have. */
  unexpected: () => [...hubspot.unexpectedCalls, ...slack.unexpectedCalls],
}
export type Simulators = typeof handlers
serve(handlers)
