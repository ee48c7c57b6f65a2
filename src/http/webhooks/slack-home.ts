import type { FastifyInstance } from 'fastify'
import { parse } from 'secure-json-parse'
import { z } from 'zod'
import type { RenderedMessage } from '../../messages/alert.ts'
import { said } from '../../messages/baton.ts'
import { withDeadline } from '../../platform/errors.ts'
import { notConfirmed, ProblemError } from '../problems.ts'
import { type BatonCommandParts, batonCommand } from './baton-command.ts'
import { SLACK_COMMANDS, SLACK_EVENTS } from './docs.ts'
import { type HomeClickParts, onHome } from './home-clicks.ts'
import { keepRawBodies, SLACK_BODY_LIMIT, type SlackRequestParts, signedBody } from './slack-requests.ts'

/** What events and commands of Slack use. */
export interface SlackHomeParts extends SlackRequestParts, HomeClickParts, BatonCommandParts {}

const ANSWER_WITHIN = 2_500
// What takes longer is answered later, through the URL that came with the command.
const AT_ONCE_WITHIN = 1_500
const SEND_WITHIN = 5_000

const Event = z.union([
  z.object({ type: z.literal('url_verification'), challenge: z.string().max(2_000) }),
  z.object({
    type: z.literal('event_callback'),
    event: z.object({ type: z.string(), user: z.string().max(50).optional(), tab: z.string().optional() }),
  }),
  z.object({ type: z.string() }).transform(() => ({ type: 'other' as const })),
])

const Command = z.object({
  user_id: z.string().regex(/^[UW][A-Z0-9]{1,48}$/),
  text: z.string().max(4_000).default(''),
  response_url: z.url({ protocol: /^https?$/ }).optional(),
})

/** `POST /webhooks/slack/events` and `/webhooks/slack/commands`: the App Home and `/baton`. */
export function slackHome(parts: SlackHomeParts) {
  const home = onHome(parts)
  const answer = batonCommand(parts, home)
  return async function plugin(app: FastifyInstance): Promise<void> {
    keepRawBodies(app, ['application/x-www-form-urlencoded', 'application/json'])

    app.post('/webhooks/slack/events', { ...SLACK_EVENTS, bodyLimit: SLACK_BODY_LIMIT }, async (request, reply) => {
      const event = read(
        Event,
        () => parse(signedBody(parts, request).toString('utf8')),
        'The body must be an event of Slack.',
      )
      if (event.type === 'url_verification' && 'challenge' in event) return reply.send({ challenge: event.challenge })
      // A retry asks for the same again, and gets the home as it is now.
      const opened =
        event.type === 'event_callback' &&
        'event' in event &&
        event.event.type === 'app_home_opened' &&
        event.event.tab !== 'messages'
      const user = opened ? event.event.user : undefined
      if (user !== undefined && /^[UW][A-Z0-9]{1,48}$/.test(user))
        await withDeadline(home.publish(user), ANSWER_WITHIN, notConfirmed)
      return reply.send({})
    })

    app.post('/webhooks/slack/commands', { ...SLACK_COMMANDS, bodyLimit: SLACK_BODY_LIMIT }, async (request, reply) => {
      const form = new URLSearchParams(signedBody(parts, request).toString('utf8'))
      if (form.has('ssl_check')) return reply.send({})
      const {
        user_id: user,
        text,
        response_url: url,
      } = read(Command, () => Object.fromEntries(form), 'The form must hold user_id and text.')
      const answering = answer(user, text).catch((error) => {
        request.log.error({ err: error }, 'a command could not be answered')
        return said('That did not work. Please try again in a moment.')
      })
      const soon = new Promise<null>((resolve) => setTimeout(resolve, AT_ONCE_WITHIN, null).unref())
      const now = await Promise.race([answering, soon])
      if (now) return reply.send(privately(now))
      if (url === undefined)
        return reply.send(privately(await withDeadline(answering, ANSWER_WITHIN - AT_ONCE_WITHIN, notConfirmed)))
      void answering
        .then((later) => sendLater(url, later))
        .catch((error) => request.log.warn({ err: error }, 'a late answer to a command could not be sent'))
      return reply.send({ response_type: 'ephemeral', text: 'One moment…' })
    })
  }
}

function privately({ text, blocks }: RenderedMessage): object {
  return { response_type: 'ephemeral', text, blocks }
}

async function sendLater(url: string, message: RenderedMessage): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(privately(message)),
    signal: AbortSignal.timeout(SEND_WITHIN),
    redirect: 'error',
  })
  await response.body?.cancel()
  if (!response.ok) throw new Error(`Slack answered ${response.status}`)
}

function read<T>(schema: z.ZodType<T>, content: () => unknown, detail: string): T {
  const unreadable = () => new ProblemError({ status: 400, title: 'Not readable', detail })
  let value: unknown
  try {
    value = content()
  } catch (error) {
    throw error instanceof ProblemError ? error : unreadable()
  }
  const result = schema.safeParse(value)
  if (!result.success) throw unreadable()
  return result.data
}
