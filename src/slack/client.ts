import {
  LogLevel,
  type MessageMetadata,
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebClient,
} from '@slack/web-api'
import type { Block } from '../messages/alert.ts'
import type { Modal } from '../messages/controls.ts'
import type { Home } from '../messages/home.ts'
import type { Breaker } from '../platform/breaker.ts'
import { type FailureKind, isRefused, OutsideError, withDeadline } from '../platform/errors.ts'
import type { Logger } from '../platform/log.ts'
import type { Metrics } from '../platform/metrics.ts'
import { inSpan } from '../platform/tracing.ts'
import type { Pace, PacedCall } from './pace.ts'
import { isBlocksRefusal, lesserBlocks } from './refusals.ts'
import { createThreads } from './threads.ts'

/*
 * Slack behind Baton's own few verbs. The client library would retry for half an hour and pause everything, so its
 * retries are off and the queue decides. Posting is the only call that must not be repeated blindly: Slack knows no
 * idempotency key, so every message carries its key in the metadata, by which it is found in the history.
 */

/** A message to send: full text for screen readers and pushes, blocks for the eye, and the key that finds it again. */
export interface SlackMessage {
  text: string
  blocks: Block[]
}

/** Slack's verbs. All reject with `OutsideError`. */
export type Slack = ReturnType<typeof createSlack>

const DEADLINE = 5_000
const EVENT_TYPE = 'baton_alert'
const GONE = 'message_not_found'
// Slack dates messages by its own clock, and ours may be wrong by as much as a signed request may be old.
const CLOCKS_DIFFER_BY = 300_000
const UNKNOWN_OUTCOME = new Set(['internal_error', 'fatal_error', 'request_timeout', 'service_unavailable'])
const OPERATOR = new Set([
  'invalid_auth',
  'not_authed',
  'account_inactive',
  'token_revoked',
  'token_expired',
  'missing_scope',
  'messages_tab_disabled',
  'access_denied',
  'ekm_access_denied',
  'org_login_required',
])
const PACED: Record<string, PacedCall> = {
  'chat.postMessage': 'post',
  'chat.update': 'update',
  'conversations.open': 'open',
  'views.publish': 'home',
}

/** Slack's own client, without retries, pauses and log. */
export function createWebClient(options: { token: string; apiUrl?: string | undefined; deadline: number }): WebClient {
  return new WebClient(options.token, {
    ...(options.apiUrl ? { slackApiUrl: options.apiUrl } : {}),
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    // Ends the request itself; the deadline around it also holds where the library's timeout does not.
    timeout: 0.75 * options.deadline,
    // More than ever come at once: whoever waits in the library's own queue uses up the deadline.
    maxRequestConcurrency: 100,
    allowAbsoluteUrls: false,
    // The library's own log would show arguments, which are about leads.
    logger: {
      debug() {},
      info() {},
      warn() {},
      error() {},
      setLevel() {},
      getLevel: () => LogLevel.ERROR,
      setName() {},
    },
  })
}

/**
 * Connects to Slack. A call may take `deadline` milliseconds, 5,000 unless told. Without `pace` and `breaker` every call is
 * made at once, which is enough for a process that answers clicks.
 */
export function createSlack(options: {
  token: string
  apiUrl?: string | undefined
  metrics: Metrics
  deadline?: number
  pace?: Pace | undefined
  breaker?: Breaker | undefined
  log?: Logger | undefined
}) {
  const { deadline = DEADLINE, pace, breaker } = options
  const client = createWebClient({ ...options, deadline })
  const directMessages = new Map<string, Promise<string>>()

  function call<T>(operation: string, work: () => Promise<T>): Promise<T> {
    const made = () => inSpan(`slack ${operation}`, {}, () => counted(operation, work))
    return breaker ? breaker.call(made) : made()
  }

  async function counted<T>(operation: string, work: () => Promise<T>): Promise<T> {
    try {
      const result = await withDeadline(
        work(),
        deadline,
        () => new OutsideError('slack', 'unknown-outcome', 'deadline'),
      )
      options.metrics.countCall('slack', operation, 'ok')
      return result
    } catch (error) {
      const failure = toOutsideError(error)
      options.metrics.countCall('slack', operation, failure.kind, failure.code)
      const paced = PACED[operation]
      if (failure.kind === 'rate-limited' && paced) await pace?.hold(paced, failure.retryAfter ?? 1_000)
      throw failure
    }
  }

  async function channelFor(to: string, priority = 0): Promise<string> {
    if (!/^[UW]/.test(to)) return to
    // Whoever asks meanwhile waits for the same answer.
    const known = directMessages.get(to) ?? open(to, priority)
    directMessages.set(to, known)
    return known.catch((error) => {
      directMessages.delete(to)
      throw error
    })
  }

  async function open(to: string, priority: number): Promise<string> {
    await pace?.turn('open', priority)
    const answer = await call('conversations.open', () => client.conversations.open({ users: to }))
    const channel = answer.channel?.id
    if (!channel) throw new OutsideError('slack', 'refused', 'no_channel')
    return channel
  }

  /** Deletes a message; one that is gone is as good. */
  async function remove(channel: string, ts: string): Promise<void> {
    await call('chat.delete', () => client.chat.delete({ channel, ts })).catch((error) => {
      if (!(isRefused(error) && error.code === GONE)) throw error
    })
  }

  // What Slack says against the blocks, which must not keep anybody from being told.
  async function withLesser<T>(
    operation: string,
    message: SlackMessage,
    send: (blocks: Block[]) => Promise<T>,
  ): Promise<T> {
    let refusal: OutsideError
    try {
      return await send(message.blocks)
    } catch (error) {
      if (!(error instanceof OutsideError) || !isBlocksRefusal(error)) throw error
      refusal = error
    }
    const details = refusal.details ?? []
    for (const blocks of lesserBlocks(message.text, message.blocks, details)) {
      const { code } = refusal
      options.log?.error(
        { operation, code, details, left: blocks.map(({ type }) => type) },
        'Slack does not take the blocks of a message: it is sent with less. Please report this',
      )
      try {
        return await send(blocks)
      } catch (error) {
        if (!(error instanceof OutsideError) || !isBlocksRefusal(error)) throw error
        refusal = error
      }
    }
    throw refusal
  }

  return {
    /** Forgets the direct message of a user who cannot be reached: the next message asks for it anew. */
    forget(to: string): void {
      directMessages.delete(to)
    },

    /** Opens a user's direct message anew, which tells whether they can be reached; rejects when they cannot. */
    async reach(to: string): Promise<void> {
      directMessages.delete(to)
      await channelFor(to)
    },

    /** The channel to post to: a channel id as it is, a user's direct message for a user id. */
    channelFor,

    /** Waits for a turn to post to a channel; the higher the priority, the sooner. */
    turn: async (channel: string, priority: number): Promise<void> => pace?.turn('post', priority, channel),

    /** Waits for a turn to update a message. */
    turnToUpdate: async (): Promise<void> => pace?.turn('update', 0),

    ...createThreads({ client, call, counted }),

    /**
     * Posts a message, in a thread where one is named. Blocks that are refused are left out, if possible without its buttons' loss; at
     * last it is text alone.
     */
    async post(
      channel: string,
      key: string,
      message: SlackMessage,
      threadTs?: string,
    ): Promise<{ channel: string; ts: string }> {
      const metadata = { event_type: EVENT_TYPE, event_payload: { alert_key: key } }
      const answer = await withLesser('chat.postMessage', message, (blocks) =>
        call('chat.postMessage', () =>
          client.chat.postMessage({
            channel,
            text: message.text,
            metadata,
            ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
            unfurl_links: false,
            unfurl_media: false,
            ...(blocks.length > 0 ? { blocks: asText(blocks) } : {}),
          }),
        ),
      )
      return { channel: answer.channel ?? channel, ts: answer.ts ?? '' }
    },

    /** Looks for a message by its key, from `since` (epoch milliseconds) on; null when it is not there. */
    async find(channel: string, key: string, since: number): Promise<{ channel: string; ts: string } | null> {
      const oldest = String((since - CLOCKS_DIFFER_BY) / 1_000)
      let cursor: string | undefined
      do {
        const page = await call('conversations.history', () =>
          client.conversations.history({
            channel,
            oldest,
            limit: 100,
            include_all_metadata: true,
            ...(cursor ? { cursor } : {}),
          }),
        )
        for (const message of page.messages ?? []) {
          const { metadata, ts } = message as {
            ts?: string
            metadata?: { event_type?: string; event_payload?: Record<string, unknown> }
          }
          if (ts && metadata?.event_type === EVENT_TYPE && metadata.event_payload?.alert_key === key)
            return { channel, ts }
        }
        cursor = page.response_metadata?.next_cursor || undefined
      } while (cursor)
      return null
    },

    /** Replaces a message's text and blocks. Safe to repeat. */
    async update(channel: string, ts: string, message: SlackMessage): Promise<void> {
      await withLesser('chat.update', message, (blocks) =>
        call('chat.update', () => client.chat.update({ channel, ts, text: message.text, blocks: asText(blocks) })),
      )
    },

    remove,

    /**
     * Takes the content out of a message, and the key by which it is found; where Slack does not edit it (any longer), it is
     * deleted. Safe to repeat; one that is gone holds nothing either. Rejects when Slack does neither.
     */
    async empty(channel: string, ts: string, { text, blocks }: SlackMessage): Promise<void> {
      // An empty object is how metadata are taken off, which the library's types do not know.
      const metadata = {} as MessageMetadata
      const update = () => client.chat.update({ channel, ts, text, blocks: asText(blocks), metadata })
      await call('chat.update', update).catch(async (error) => {
        if (!isRefused(error)) throw error
        if (error.code !== GONE) await remove(channel, ts)
      })
    },

    /** Shows a message that only one user sees; of whom it is not known where they are, as a direct message. */
    async tellPrivately(channel: string, user: string, message: SlackMessage): Promise<void> {
      if (channel === user) {
        const direct = { channel: user, text: message.text, blocks: message.blocks }
        return void (await call('chat.postMessage', () => client.chat.postMessage(direct)))
      }
      await call('chat.postEphemeral', () =>
        client.chat.postEphemeral({ channel, user, text: message.text, blocks: message.blocks }),
      )
    },

    /** Opens a modal; the trigger is good for three seconds and one use. */
    async openModal(trigger: string, view: Modal): Promise<void> {
      await call('views.open', () => client.views.open({ trigger_id: trigger, view }))
    },

    /** Replaces what a user sees in the App Home, when its turn comes. Safe to repeat. */
    async publishHome(user: string, view: Home): Promise<void> {
      await pace?.turn('home', 0)
      await call('views.publish', () => client.views.publish({ user_id: user, view }))
    },
  }
}

// As text, which is how they travel: given as they are, the library walks through them for a log that nobody keeps.
function asText(blocks: Block[]): Block[] {
  return JSON.stringify(blocks) as unknown as Block[]
}

/** Reduces whatever the client library throws to kind and code. */
export function toOutsideError(error: unknown): OutsideError {
  if (error instanceof OutsideError) return error
  const failure = (kind: FailureKind, code: string, wait?: number) => new OutsideError('slack', kind, code, wait)
  if (error instanceof WebAPIRateLimitedError) return failure('rate-limited', 'ratelimited', error.retryAfter * 1_000)
  if (error instanceof WebAPIPlatformError) {
    const code = String(error.data.error)
    // A proxy's page instead of an answer: nobody knows what became of the call.
    if (!/^[a-z0-9_]+$/.test(code)) return failure('unknown-outcome', 'not-an-answer')
    if (code === 'ratelimited' || code === 'rate_limited') return failure('rate-limited', code, 5_000)
    if (UNKNOWN_OUTCOME.has(code)) return failure('unknown-outcome', code)
    const refused = failure(OPERATOR.has(code) ? 'unavailable' : 'refused', code)
    // Where in the message, in Slack's words without any of the message's own.
    const said = error.data.response_metadata?.messages ?? []
    const details = said.flatMap((one) => one.match(/\[json-pointer:[\w/]+\]/g) ?? [])
    if (details.length > 0) refused.details = details
    return refused
  }
  if (error instanceof WebAPIHTTPError) {
    return failure(error.statusCode >= 500 ? 'unknown-outcome' : 'unavailable', String(error.statusCode))
  }
  // A 429 without Retry-After reaches us as a plain error that names the header.
  if (error instanceof Error && /retry header/i.test(error.message)) return failure('rate-limited', '429', 5_000)
  return failure('unknown-outcome', 'no-answer')
}
