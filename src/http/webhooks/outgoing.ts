import { z } from 'zod'
import { WEBHOOK_EVENTS, type WebhookEventType } from '../../facts/webhook-events.ts'

/*
 * How outgoing webhooks stand in the OpenAPI document: what each event says, with an example.
 */

const Lead = z.strictObject({
  contactId: z.string().describe("HubSpot's id of the contact"),
  portalId: z.string().optional().describe("HubSpot's id of the portal, where it is known"),
})
const OfHandoff = Lead.extend({
  handoffId: z.string().describe('as `GET /v1/handoffs/{id}` takes it'),
  kind: z.string().describe('the kind, of handoffs.yaml'),
  route: z.string().describe('the route of the lead, or the rule that started the handoff'),
  pool: z.string().optional(),
  rep: z.string().optional().describe('the id in team.yaml'),
  dueAt: z.iso.datetime().optional().describe('when its clock is up; absent where it has none'),
})

/** What each event says. */
export const WEBHOOK_DATA = {
  routed: Lead.extend({
    route: z.string().describe('the name, of routing.yaml'),
    to: z.enum(['pool', 'nurture', 'disqualify']),
    pool: z.string().optional(),
    track: z.string().optional().describe('of nurture'),
    score: z.number(),
    band: z.string(),
    tier: z.number().optional(),
    mql: z.boolean(),
    observed: z.boolean().describe('the route only observes: nobody gets the lead'),
  }),
  assigned: OfHandoff.extend({
    how: z.string().optional().describe('how the rep was chosen, or why they have it now'),
  }),
  answered: OfHandoff.extend({
    minutes: z.number().optional().describe("of the handoff's clock, until the answer"),
    how: z.string().optional().describe('contacted, seen-in-hubspot, or unclear where nobody can tell who acted'),
    late: z.boolean().describe('after the clock was up'),
  }),
  undone: OfHandoff.describe('an answer was taken back, and counts no more'),
  breached: OfHandoff.extend({
    undelivered: z.boolean().describe('Slack had not told the rep in time, so it is not theirs'),
  }),
  corrected: OfHandoff.extend({ of: z.string().describe('the event that did not happen: breached') }),
  accepted: OfHandoff.extend({ how: z.string().optional() }),
  rejected: OfHandoff.extend({ reason: z.string().optional().describe('the choice, where one was asked for') }),
  report: z.strictObject({
    name: z.string(),
    period: z.string(),
    url: z.url().optional().describe('where it is, for a token of API_TOKENS'),
  }),
} satisfies Record<WebhookEventType, z.ZodType>

const EXAMPLES: Record<WebhookEventType, object> = {
  routed: {
    ...{ contactId: '401000000001', portalId: '7001', route: 'tier-1-mql', to: 'pool', pool: 'ae' },
    ...{ score: 82, band: 'hot', tier: 1, mql: true, observed: false },
  },
  assigned: { ...handoffExample(), how: 'rotation' },
  answered: { ...handoffExample(), minutes: 12, how: 'contacted', late: false },
  undone: handoffExample(),
  breached: { ...handoffExample(), undelivered: false },
  corrected: { ...handoffExample(), of: 'breached' },
  accepted: { ...handoffExample(), how: 'accepted' },
  rejected: { ...handoffExample(), reason: 'no-budget' },
  report: { name: 'weekly', period: '2026-W47', url: 'https://baton.example.com/v1/reports/weekly?period=2026-W47' },
}

const WHEN: Record<WebhookEventType, string> = {
  routed: 'A lead stands elsewhere than before',
  assigned: 'A rep has got a handoff, the first one or another',
  answered: 'The rep contacted the lead',
  undone: 'An answer was taken back',
  breached: 'The clock was up without an answer',
  corrected: 'What was told before did not happen',
  accepted: 'Sales took the lead, or who got a handoff took it on',
  rejected: 'Who got a handoff did not want it',
  report: 'A report was sent',
}

function handoffExample() {
  return {
    ...{ contactId: '401000000001', portalId: '7001', handoffId: '401000000001-1', kind: 'mql-response' },
    ...{ route: 'tier-1-mql', pool: 'ae', rep: 'ae-1', dueAt: '2026-11-18T16:00:00.000Z' },
  }
}

const HEADERS = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => ({
  ...{ name, in: 'header', required: true, schema: { type: 'string' } },
}))

/** The part `webhooks` of the document. */
export function outgoingWebhooks(): Record<string, object> {
  return Object.fromEntries(
    WEBHOOK_EVENTS.map((type) => {
      const { $schema: _, ...data } = z.toJSONSchema(WEBHOOK_DATA[type])
      const timestamp = '2026-11-18T15:12:00.000Z'
      const schema = {
        type: 'object',
        required: ['type', 'timestamp', 'data'],
        properties: {
          type: { type: 'string', const: type },
          timestamp: { type: 'string', format: 'date-time', description: 'when it happened' },
          data,
        },
      }
      const post = {
        operationId: `${type}Webhook`,
        tags: ['webhooks'],
        security: [],
        summary: WHEN[type],
        description:
          'Sent to the endpoints of `webhooks.yaml` that ask for it, signed as Standard Webhooks has it. Any 2xx within ten seconds takes it; everything else is tried again for a day, under the same `webhook-id`; 410 switches the endpoint off. The order is not promised.',
        parameters: HEADERS,
        requestBody: {
          required: true,
          content: { 'application/json': { schema, example: { type, timestamp, data: EXAMPLES[type] } } },
        },
        responses: { '2XX': { description: 'Taken.' }, '410': { description: 'Nobody wants any more of it.' } },
      }
      return [type, { post }]
    }),
  )
}
