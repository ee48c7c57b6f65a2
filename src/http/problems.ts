import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { isRedisAway } from '../platform/redis.ts'

/** An error answer (RFC 9457, `application/problem+json`). */
export interface Problem {
  status: number
  title: string
  detail: string
}

const ProblemBody = z
  .object({
    type: z.string().describe('always about:blank: the status says what it is'),
    status: z.int().min(400).max(599),
    title: z.string(),
    detail: z.string().describe('what is wrong and what to do'),
  })
  .meta({
    id: 'Problem',
    description: 'An error (RFC 9457)',
  })

const NOT_CONFIRMED = 'The store did not confirm in time. Nothing is acknowledged: please send it again.'

const DESCRIPTIONS = {
  400: 'The request is not valid: `detail` names the field.',
  401: 'No valid token, or no valid signature.',
  403: 'The token may only read.',
  404: 'There is no such thing: `detail` says what.',
  409: 'Not possible now: `detail` says why. Where another one is under way, wait as long as `Retry-After` says.',
  410: 'Not wanted any more: send it no further.',
  413: 'The body is larger than it may be: 1 MiB, for events of HubSpot 8 MiB and 1,000 events, for answers of enrichment 64 KiB.',
  415: 'The body is of another type than this route takes.',
  429: 'Too many requests: wait as long as `Retry-After` says.',
  503: 'Not stored, or switched off: `detail` says which. Send it again, after `Retry-After` where it is given.',
} as const

/** What an error of a status looks like in the API's document: the one of a kind of operation, else the first. */
const EXAMPLES: Record<number, [title: string, detail: string, of?: RegExp][]> = {
  400: [
    ['The request is not valid', 'limit: Too big: expected number to be <=200'],
    ['Not an array', 'The body must be an array of events.', /^hubspotWebhook$/],
    ['No request', 'The body must be a JSON object with the requestId of the question.', /^enrichment/],
    ['Not readable', 'The form field payload must hold a Slack interaction.', /^slack/],
    ['The request is not valid', 'contactId: must be a HubSpot contact id', /^(getLead|rescoreLead|eraseLead)$/],
    [
      'The request is not valid',
      'rep: nobody of the team who is there goes by ae-9; did you mean "ae-1"?',
      /^(assignLead|handoffAssign)$/,
    ],
    ['The request is not valid', 'until: must be after from.', /Away$/],
    [
      'The request is not valid',
      'period: "2026-13" is no period: write a week such as 2026-W47, a month such as 2026-11, a quarter such as 2026-Q4, last (the last that is over) or this; last-month and the like say of which kind.',
      /^getReport$/,
    ],
  ],
  401: [
    ['Not authorised', 'Send a valid token: Authorization: Bearer <token>.'],
    [
      'Not signed by HubSpot',
      'The signature is wrong. Check PUBLIC_URL and HUBSPOT_CLIENT_SECRET.',
      /^hubspotWebhook$/,
    ],
    [
      'Not signed by the provider',
      'The signature is wrong. Check the secret, or the token, that enrichment.yaml names.',
      /^enrichment/,
    ],
    ['Not signed by Slack', 'The signature is wrong. Check SLACK_SIGNING_SECRET.', /^slack/],
  ],
  403: [['Not allowed', 'This token may only read: use one with the scope operate.']],
  404: [
    ['Not found', 'Baton knows no lead 401000000001.'],
    ['Not found', 'There is no pool sdrr in team.yaml; did you mean "sdr"?', /Pools$/],
    ['Not found', 'team.yaml has no rep ae1; did you mean "ae-1"?', /Away$/],
    [
      'Not found',
      'There is no report weekley: there are weekly, monthly, quarterly, quality, stuck, feedback.',
      /^getReport$/,
    ],
    ['Not found', 'There is no such dead letter: it may be done.', /DeadLetter$/],
    [
      'Not asked',
      'Nothing was asked under this requestId, or so long ago that no answer is waited for.',
      /^enrichment/,
    ],
    ['Not found', 'Baton knows no handoff 401000000001-1, or it has no handoff.', /^handoff/],
  ],
  409: [
    ['Not possible now', 'lead 401000000001 cannot be released: it is settled, or somebody was faster.'],
    ['Under way', 'Another what-if is being computed: try again in a moment.', /^(run)?[wW]hatIf/],
  ],
  410: [['Gone', 'The answer is not wanted any more, and nothing of it was kept.']],
  413: [['Too large', 'The body is too large.']],
  415: [['Unsupported content type', 'Unsupported Media Type: text/plain']],
  429: [['Too many requests', 'At most 600 requests a minute are taken: try again in 1 minute.']],
  503: [['Not stored', NOT_CONFIRMED]],
}

/** An error of a status as an operation answers it, by its id. */
export function problemExample(status: number, operationId: string): ({ type: string } & Problem) | undefined {
  const all = EXAMPLES[status] ?? []
  const found = all.find(([, , of]) => of?.test(operationId)) ?? all[0]
  return found && { type: 'about:blank', status, title: found[0], detail: found[1] }
}

/** The error forms of a route for its schema, and so for the OpenAPI document. */
export function problemResponses(...statuses: (keyof typeof DESCRIPTIONS)[]) {
  return Object.fromEntries(
    statuses.map((status) => [
      status,
      { description: DESCRIPTIONS[status], content: { 'application/problem+json': { schema: ProblemBody } } },
    ]),
  )
}

/** Thrown by a route to answer with a problem. */
export class ProblemError extends Error {
  readonly problem: Problem
  readonly headers: Record<string, string>
  constructor(problem: Problem, headers: Record<string, string> = {}) {
    super(problem.title)
    this.name = 'ProblemError'
    this.problem = problem
    this.headers = headers
  }
}

/** Redis did not confirm in time: the sender keeps the event and tries again. */
export function notConfirmed(): ProblemError {
  return new ProblemError(
    {
      status: 503,
      title: 'Not stored',
      detail: NOT_CONFIRMED,
    },
    { 'retry-after': '5' },
  )
}

/** The one error handler: a problem as it is, a client's mistake in plain words, anything else without its insides. */
export function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  if (error instanceof ProblemError) {
    send(reply.headers(error.headers), error.problem)
  } else if (hasZodFastifySchemaValidationErrors(error)) {
    const detail = error.validation.map(
      (issue) => `${issue.instancePath.slice(1).replaceAll('/', '.') || 'body'}: ${issue.message ?? 'is not valid'}`,
    )
    send(reply, { status: 400, title: 'The request is not valid', detail: detail.join('; ') })
  } else if (isRedisAway(error)) {
    const { problem, headers } = notConfirmed()
    send(reply.headers(headers), problem)
  } else if (error.statusCode && error.statusCode < 500) {
    const detail = error.statusCode === 413 ? 'The body is too large.' : error.message
    send(reply, { status: error.statusCode, title: TITLES[error.statusCode] ?? 'The request is not valid', detail })
  } else {
    request.log.error({ err: error, route: request.routeOptions.url }, 'request failed')
    send(reply, {
      status: 500,
      title: 'Internal error',
      detail: 'Something went wrong on our side. It has been logged.',
    })
  }
}

/** The answer to an unknown address. */
export function answerNotFound(request: FastifyRequest, reply: FastifyReply): void {
  send(reply, {
    status: 404,
    title: 'Not found',
    detail: `There is nothing at ${request.method} ${request.url.split('?')[0]}.`,
  })
}

const TITLES: Record<number, string> = {
  400: 'The request is not valid',
  413: 'Too large',
  415: 'Unsupported content type',
}

function send(reply: FastifyReply, problem: Problem): void {
  reply
    .code(problem.status)
    .type('application/problem+json')
    .send({ type: 'about:blank', ...problem })
}
