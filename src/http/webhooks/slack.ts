import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { parse } from 'secure-json-parse'
import type { Config } from '../../config/config.ts'
import { DISQUALIFY_REASONS } from '../../handoffs/credit.ts'
import { type Handoff, holderOf } from '../../handoffs/handoff.ts'
import { mayAct } from '../../handoffs/team.ts'
import type { Click } from '../../leads/change.ts'
import { rejectionText } from '../../leads/properties.ts'
import { CONTROLS, disqualifyModal } from '../../messages/controls.ts'
import type { Clock } from '../../platform/clock.ts'
import { withDeadline } from '../../platform/errors.ts'
import type { Metrics } from '../../platform/metrics.ts'
import type { Slack } from '../../slack/client.ts'
import { type AnswerName, answerId } from '../../store/answers.ts'
import type { Apply } from '../../store/apply.ts'
import type { Hurry } from '../../store/commit.ts'
import type { Inbox } from '../../store/inbox.ts'
import type { Leads } from '../../store/leads.ts'
import { INDEX, leadOf } from '../../store/partitions.ts'
import { notConfirmed, ProblemError } from '../problems.ts'
import { SLACK_INTERACTIONS } from './docs.ts'
import { verifySlackSignature } from './signatures.ts'
import { type ControlClick, Interaction, type Submission } from './slack-payloads.ts'

const BODY_LIMIT = 512 * 1024
const ANSWER_WITHIN = 2_500

/** What the Slack interactions use. */
export interface SlackInteractionParts {
  secrets: string[]
  clock: Clock
  config: () => Config
  leads: Leads
  inbox: Inbox
  apply: Apply
  slack: Slack
  metrics: Metrics
  hurry: Hurry
}

/** `POST /webhooks/slack/interactions`: verify, parse, check who it is, settle by compare-and-set, answer within 3 s. */
export function slackInteractions(parts: SlackInteractionParts) {
  return async function plugin(app: FastifyInstance): Promise<void> {
    app.removeAllContentTypeParsers()
    app.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'buffer', bodyLimit: BODY_LIMIT },
      (_request, body, done) => done(null, body),
    )

    app.post(
      '/webhooks/slack/interactions',
      { ...SLACK_INTERACTIONS, bodyLimit: BODY_LIMIT },
      async (request, reply) => {
        const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
        const verdict = verifySlackSignature({
          secrets: parts.secrets,
          body,
          signature: header(request.headers['x-slack-signature']),
          timestamp: header(request.headers['x-slack-request-timestamp']),
          now: parts.clock.now(),
        })
        if (verdict !== 'valid') {
          parts.metrics.events.inc({ kind: 'click', outcome: `signature-${verdict}` })
          throw new ProblemError({
            status: 401,
            title: 'Not signed by Slack',
            detail: `The signature is ${verdict}. Check SLACK_SIGNING_SECRET.`,
          })
        }
        const interaction = readPayload(body)
        return reply.code(200).send(await withDeadline(react(interaction, request.log), ANSWER_WITHIN, notConfirmed))
      },
    )
  }

  async function react(interaction: Interaction, log: FastifyBaseLogger): Promise<object | undefined> {
    if (interaction.type === 'view_submission') return onSubmit(interaction)
    if (interaction.type === 'block_actions') await onClick(interaction, log)
    return undefined
  }

  async function onClick(click: ControlClick, log: FastifyBaseLogger): Promise<void> {
    const action = click.actions[0]
    if (!action) return
    const [choice = '', handoffId = ''] =
      action.action_id === CONTROLS.contacted
        ? ['contacted', action.value]
        : action.action_id === CONTROLS.attempt
          ? ['attempt', action.value]
          : action.action_id === CONTROLS.more
            ? split(action.selected_option?.value)
            : []
    if (!handoffId) return
    const channel = click.channel?.id ?? click.container?.channel_id ?? click.user.id
    const user = click.user.id
    const tell = (what: AnswerName) => answer(handoffId, { user, channel, what, action: action.action_ts })
    const found = await parts.leads.findHandoff(handoffId)
    if (!found) {
      await tell('unknown-handoff')
      return lookFor(handoffId, action.action_ts)
    }
    if (!allowed(found.handoff, user)) return tell('not-yours')
    if (choice === 'explain') return tell('explain')
    if (choice === 'attempt') {
      if (found.handoff.state !== 'answered') return tell('ended-already')
      return (await settle(handoffId, user, 'attempt')) ? undefined : tell('attempt-known')
    }
    // Who was answered can still turn out to be nobody for us.
    const isTried = found.handoff.state === 'answered' && choice === 'disqualify'
    if (found.handoff.state !== 'open' && !isTried) return tell('ended-already')
    if (choice === 'contacted') return (await settle(handoffId, user, 'contacted')) ? undefined : tell('ended-already')
    if (choice === 'pass_on') return (await settle(handoffId, user, 'pass-on')) ? undefined : tell('ended-already')
    if (choice === 'disqualify') {
      const { lead } = found.state
      if (!lead || !click.trigger_id) return tell('modal-failed')
      // The trigger lives for three seconds, so the form is opened from here and not by a worker.
      await parts.slack.openModal(click.trigger_id, disqualifyModal(lead, handoffId)).catch((error) => {
        log.warn({ handoff: handoffId, err: error }, 'the form could not be opened')
        return tell('modal-failed')
      })
    }
  }

  /** A message that is older than what Baton knows: its lead is rebuilt from HubSpot, if that knows it, for the next click. */
  async function lookFor(handoffId: string, click: string): Promise<void> {
    const [leadId, now] = [leadOf(handoffId), parts.clock.now()]
    const item = { kind: 'event', event: 'adopt', at: now } as const
    await parts.inbox.ingest([{ leadId, key: `click-${click}`, item }], now)
    parts.hurry([{ index: INDEX.unread, id: leadId, at: now }])
  }

  async function onSubmit({ user, view }: Submission): Promise<object | undefined> {
    if (view.callback_id !== CONTROLS.disqualify) return undefined
    const choice = Object.values(view.state.values.reason ?? {})[0]?.selected_option?.value ?? ''
    const note = Object.values(view.state.values.note ?? {})[0]?.value?.trim()
    const words = DISQUALIFY_REASONS[choice]
    if (!words) return { response_action: 'errors', errors: { reason: 'Choose a reason.' } }
    const found = await parts.leads.findHandoff(view.private_metadata)
    if (!found || !allowed(found.handoff, user.id))
      return formError('Only the rep who has this lead, its pool and their manager can do that.')
    const reason = rejectionText(words.toLowerCase(), note || undefined)
    const done = await settle(view.private_metadata, user.id, { disqualify: { reason, choice } })
    return done ? undefined : formError('This lead is settled already.')
  }

  /** Settles a handoff by a person's word; false when somebody, or the clock, was faster. */
  async function settle(handoffId: string, by: string, does: Click): Promise<boolean> {
    for (;;) {
      const found = await parts.leads.findHandoff(handoffId)
      if (!found) return false
      const input = { type: 'click', handoffId: found.handoff.id, by, does } as const
      const applied = await parts.apply(parts.config(), found.state, input, parts.clock.now())
      parts.hurry(applied.waiting)
      if (applied.outcome === 'conflict') continue
      return applied.outcome === 'committed'
    }
  }

  async function answer(
    handoffId: string,
    reply: { user: string; channel: string; what: AnswerName; action: string },
  ): Promise<void> {
    const id = answerId({ handoffId, ...reply })
    const at = parts.clock.now()
    await parts.inbox.wait(INDEX.answers, id, at)
    parts.hurry([{ index: INDEX.answers, id, at }])
  }

  function allowed(handoff: Handoff, user: string): boolean {
    const holder = holderOf(handoff)
    return mayAct(parts.config().team, user, holder?.rep ?? '', [handoff.pool, holder?.pool ?? handoff.pool])
  }
}

function readPayload(body: Buffer): Interaction {
  const payload = new URLSearchParams(body.toString('utf8')).get('payload')
  const unreadable = new ProblemError({
    status: 400,
    title: 'Not readable',
    detail: 'The form field payload must hold a Slack interaction.',
  })
  let content: unknown
  try {
    content = parse(payload ?? '')
  } catch {
    throw unreadable
  }
  const interaction = Interaction.safeParse(content)
  if (!interaction.success) throw unreadable
  return interaction.data
}

function formError(text: string): object {
  return { response_action: 'errors', errors: { reason: text } }
}

function split(value: string | undefined): string[] {
  const at = value?.indexOf(':') ?? -1
  return value && at > 0 ? [value.slice(0, at), value.slice(at + 1)] : []
}

function header(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value
}
