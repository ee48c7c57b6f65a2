import { z } from 'zod'
import { problemResponses } from '../problems.ts'

/*
 * How the webhooks stand in the OpenAPI document. They read the raw bytes and check the signature first, so these
 * schemas describe and do not validate.
 */

const describeOnly = () => () => true

/** For `POST /webhooks/hubspot`. */
export const HUBSPOT_WEBHOOK = {
  validatorCompiler: describeOnly,
  schema: {
    operationId: 'hubspotWebhook',
    tags: ['webhooks'],
    security: [{ hubSpotSignature: [] }],
    summary: 'Events of HubSpot, kept before they are acknowledged',
    description:
      'Wants `X-HubSpot-Signature-v3` and `X-HubSpot-Request-Timestamp`, at most five minutes old. Classic (`contact.*`) and generic (`object.*`) events; an unknown type, and an event of another portal, is acknowledged, counted and left out. A type and an object id are enough. At most 8 MiB and 1,000 events.',
    body: z
      .array(z.looseObject({ subscriptionType: z.string(), objectId: z.union([z.int(), z.string()]).optional() }))
      .meta({
        examples: [
          [
            {
              subscriptionType: 'contact.creation',
              objectId: 401000000001,
              portalId: 7001,
              eventId: 1,
              occurredAt: 1795176000000,
            },
          ],
        ],
      }),
    response: {
      204: z.undefined().describe('Redis has confirmed the write of every event.'),
      ...problemResponses(400, 401, 413, 503),
    },
  },
}

/** For `POST /webhooks/slack/interactions`. */
export const SLACK_INTERACTIONS = {
  validatorCompiler: describeOnly,
  schema: {
    operationId: 'slackInteraction',
    tags: ['webhooks'],
    security: [{ slackSignature: [] }],
    summary: 'Clicks and forms of Slack',
    description: 'Wants `X-Slack-Signature` and `X-Slack-Request-Timestamp`, at most five minutes old.',
    consumes: ['application/x-www-form-urlencoded'],
    body: z.object({ payload: z.string().describe('the interaction as JSON') }),
    response: {
      200: z.looseObject({}).optional().describe('Empty, or what is wrong with a form.'),
      ...problemResponses(400, 401, 413, 415, 503),
    },
  },
}

/** For `POST /webhooks/slack/events`. */
export const SLACK_EVENTS = {
  validatorCompiler: describeOnly,
  schema: {
    operationId: 'slackEvent',
    tags: ['webhooks'],
    security: [{ slackSignature: [] }],
    summary: 'Events of Slack: somebody opened the App Home',
    description: 'Wants `X-Slack-Signature` and `X-Slack-Request-Timestamp`, at most five minutes old.',
    body: z.looseObject({ type: z.string() }),
    response: {
      200: z
        .looseObject({ challenge: z.string().optional() })
        .describe('Taken; with the challenge when the URL is verified.'),
      ...problemResponses(400, 401, 413, 415, 503),
    },
  },
}

/** For `POST /webhooks/slack/commands`. */
export const SLACK_COMMANDS = {
  validatorCompiler: describeOnly,
  schema: {
    operationId: 'slackCommand',
    tags: ['webhooks'],
    security: [{ slackSignature: [] }],
    summary: 'The slash command /baton',
    description:
      'Wants `X-Slack-Signature` and `X-Slack-Request-Timestamp`, at most five minutes old. What takes long is answered through `response_url`.',
    consumes: ['application/x-www-form-urlencoded'],
    body: z.looseObject({ user_id: z.string(), text: z.string().optional(), response_url: z.string().optional() }),
    response: {
      200: z.looseObject({}).describe('A message that only who asked sees.'),
      ...problemResponses(400, 401, 413, 415, 503),
    },
  },
}

/** For `POST /webhooks/enrichment/{provider}`. */
export const ENRICHMENT_ANSWER = {
  validatorCompiler: describeOnly,
  schema: {
    operationId: 'enrichmentAnswer',
    tags: ['webhooks'],
    security: [{ webhookSignature: [] }],
    summary: 'An enrichment provider answers that was asked before',
    description:
      'Signed as Standard Webhooks has it (`webhook-id`, `webhook-timestamp`, `webhook-signature`), at most five minutes old; or with `Authorization: Bearer`, where `enrichment.yaml` names a token for a side that cannot sign. What `fields` there does not name is left alone. The same answer again is acknowledged and changes nothing. At most 64 KiB.',
    params: z.object({ provider: z.string().describe('as enrichment.yaml calls it') }),
    body: z.looseObject({ requestId: z.string().describe('of the question') }).meta({
      examples: [{ requestId: '7Q0d…', person: { title: 'VP Marketing' }, company: { name: 'Acme', employees: 240 } }],
    }),
    response: {
      204: z.undefined().describe('Kept, or was before.'),
      ...problemResponses(400, 401, 404, 410, 413, 503),
    },
  },
}
