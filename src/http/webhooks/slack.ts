import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { parse } from 'secure-json-parse'
import type { Config } from '../../config/config.ts'
import { buttonsNow, mayPress } from '../../handoffs/buttons.ts'
import { type Handoff, holderOf, isHeld } from '../../handoffs/handoff.ts'
import type { Button } from '../../handoffs/kinds.ts'
import { poolMembersNow } from '../../handoffs/pool-members.ts'
import type { StuckAct } from '../../leads/change.ts'
import type { LeadRecord } from '../../leads/lead.ts'
import { answerModal, renderAnswer } from '../../messages/answers.ts'
import { AWAY_FORM } from '../../messages/away.ts'
import { disqualifyModal, LINK_OPTION, type Modal, reasonModal, whyModal } from '../../messages/controls.ts'
import { formModal } from '../../messages/forms.ts'
import { passOnModal } from '../../messages/pass-on.ts'
import { OPEN_HANDOFF } from '../../messages/told.ts'
import type { Clock } from '../../platform/clock.ts'
import { withDeadline } from '../../platform/errors.ts'
import type { Metrics } from '../../platform/metrics.ts'
import type { Slack } from '../../slack/client.ts'
import type { Acts } from '../../store/acts.ts'
import { type AnswerName, answerId } from '../../store/answers.ts'
import type { Apply } from '../../store/apply.ts'
import type { Hurry } from '../../store/commit.ts'
import type { Inbox } from '../../store/inbox.ts'
import type { Leads, StoredLead } from '../../store/leads.ts'
import { INDEX, leadOf } from '../../store/partitions.ts'
import type { Pools } from '../../store/pools.ts'
import type { StuckLists } from '../../store/stuck-lists.ts'
import { notConfirmed, ProblemError } from '../problems.ts'
import { ANSWER_TO, chosen, doneBy } from './choices.ts'
import { SLACK_INTERACTIONS } from './docs.ts'
import { type HomeClickParts, isHomeButton, onHome } from './home-clicks.ts'
import { onOpenClick } from './open-clicks.ts'
import { type ContactReader, presentAnswers } from './present-answers.ts'
import { isQualityControl, onQualityClick, type QualityClickParts } from './quality-clicks.ts'
import { type ControlClick, type Interaction, readInteraction, split } from './slack-payloads.ts'
import { keepRawBodies, SLACK_BODY_LIMIT, signedBody } from './slack-requests.ts'
import { onStuckClick, stuckActOf } from './stuck-clicks.ts'
import { onSubmission } from './submissions.ts'

// Of which lead it was nobody can tell.
const NO_LEAD = '0'
const ANSWER_WITHIN = 2_500

type Unreadable = Extract<Interaction, { type: 'unreadable' }>

/** What the Slack interactions use. */
export interface SlackInteractionParts extends HomeClickParts, QualityClickParts {
  secrets: string[]
  clock: Clock
  config: () => Config
  leads: Leads
  inbox: Inbox
  apply: Apply
  act: Acts
  pools: Pick<Pools, 'read'>
  slack: Slack
  metrics: Metrics
  hurry: Hurry
  stuckLists: StuckLists
  hubspot: ContactReader
}

/** `POST /webhooks/slack/interactions`: verify, parse, check who it is, settle by compare-and-set, answer within 3 s. */
export function slackInteractions(parts: SlackInteractionParts) {
  const stuckClicked = onStuckClick(parts)
  const qualityClicked = onQualityClick(parts)
  const openClicked = onOpenClick(parts)
  const submitted = onSubmission(parts)
  const home = onHome(parts)
  return async function plugin(app: FastifyInstance): Promise<void> {
    keepRawBodies(app, ['application/x-www-form-urlencoded'])

    app.post(
      '/webhooks/slack/interactions',
      { ...SLACK_INTERACTIONS, bodyLimit: SLACK_BODY_LIMIT },
      async (request, reply) => {
        const interaction = readPayload(signedBody(parts, request))
        if (!interaction) {
          parts.metrics.events.inc({ kind: 'click', outcome: 'malformed' })
          throw new ProblemError({
            status: 400,
            title: 'Not readable',
            detail: 'The form field payload must hold a Slack interaction.',
          })
        }
        return reply.code(200).send(await withDeadline(react(interaction, request.log), ANSWER_WITHIN, notConfirmed))
      },
    )
  }

  async function react(interaction: Interaction, log: FastifyBaseLogger): Promise<object | undefined> {
    if (interaction.type === 'view_submission')
      return interaction.view.callback_id === AWAY_FORM.callback ? home.submit(interaction) : submitted(interaction)
    if (interaction.type === 'block_actions') await onClick(interaction, log)
    if (interaction.type === 'unreadable') await onUnreadable(interaction, log)
    return undefined
  }

  // Nothing can be done about it, but nobody is left to wonder.
  async function onUnreadable({ user, channel, where }: Unreadable, log: FastifyBaseLogger): Promise<void> {
    parts.metrics.events.inc({ kind: 'click', outcome: 'malformed' })
    log.warn({ where }, 'a click or a form from Slack cannot be read')
    if (user)
      await answer(`${NO_LEAD}-click`, {
        user,
        channel: channel ?? user,
        what: 'unreadable',
        action: String(parts.clock.now()),
      })
  }

  async function onClick(click: ControlClick, log: FastifyBaseLogger): Promise<void> {
    const action = click.actions[0]
    if (!action) return
    if (action.action_id === OPEN_HANDOFF) return onOpen(click, action)
    if (isHomeButton(action.action_id)) return home.click(click, log)
    const stuck = stuckActOf(action.action_id)
    if (stuck) return onStuck(click, action, stuck)
    if (isQualityControl(action.action_id)) return onQuality(click, action)
    const [choice, handoffId] = chosen(action)
    if (!handoffId || choice === LINK_OPTION) return
    const user = click.user.id
    const tell = (what: AnswerName) => answerClick(handoffId, click, what, log)
    const found = await parts.leads.findHandoff(handoffId)
    if (!found) {
      await tell('unknown-handoff')
      return lookFor(handoffId, action.action_ts)
    }
    const { handoff, state } = found
    if (!mayPressAny(handoff, state, user)) return tell('not-yours')
    if (choice === 'explain') return tell('explain')
    const kind = parts.config().handoffs.kinds[handoff.kind]
    const button = buttonsNow(kind, handoff).find((one) => one.name === choice)
    const modal = state.lead && (await modalFor(choice, button, state.lead, handoff, user))
    if (modal) {
      if (!click.trigger_id) return tell('modal-failed')
      // The trigger lives for three seconds, so the form is opened from here and not by a worker.
      return parts.slack.openModal(click.trigger_id, modal).then(
        () => {},
        (error) => {
          log.warn({ handoff: handoffId, err: error }, 'the form could not be opened')
          return tell('modal-failed')
        },
      )
    }
    const does = doneBy(choice, button)
    const { outcome } = does ? await parts.act(handoffId, user, does) : { outcome: 'too-late' as const }
    const what = does === 'attempt' && outcome === 'already' ? 'attempt-known' : ANSWER_TO[outcome]
    if (what) await tell(what)
  }

  async function onStuck(
    click: ControlClick,
    { value, action_ts }: ControlClick['actions'][number],
    does: StuckAct,
  ): Promise<void> {
    const what = await stuckClicked(does, value ?? '', click.user.id)
    const [, leadId] = split(value) ?? []
    if (what !== 'done')
      await answer(`${leadId}-stuck`, { user: click.user.id, channel: channelOf(click), what, action: action_ts })
  }

  async function onQuality(
    click: ControlClick,
    { action_id, value, action_ts }: ControlClick['actions'][number],
  ): Promise<void> {
    const { leadId, what } = await qualityClicked(action_id, value ?? '', click.user.id)
    if (what !== 'done')
      await answer(`${leadId}-data`, { user: click.user.id, channel: channelOf(click), what, action: action_ts })
  }

  async function onOpen(click: ControlClick, { value, action_ts }: ControlClick['actions'][number]): Promise<void> {
    const { leadId, what } = (await openClicked(value ?? '', click.user.id)) ?? {}
    if (!what || what === 'done') return
    await answer(`${leadId}-open`, { user: click.user.id, channel: channelOf(click), what, action: action_ts })
  }

  /** The modal that a click asks for; undefined when it needs none, or comes too late. */
  async function modalFor(
    choice: string | undefined,
    button: Button | undefined,
    lead: LeadRecord,
    handoff: Handoff,
    user: string,
  ): Promise<Modal | undefined> {
    // Who was answered can still turn out to be nobody for us.
    if (choice === 'pass_on')
      return handoff.state === 'open' && !handoff.passOn ? passOnFor(lead, handoff, user) : undefined
    if (choice === 'disqualify') return isHeld(handoff) ? disqualifyModal(lead, handoff.id) : undefined
    if (choice === 'give-reason') return handoff.wantsReason ? whyModal(lead, handoff.id) : undefined
    const questions = parts.config().forms[button?.form ?? '']
    if (button && questions) {
      const present = await presentAnswers(parts.hubspot, lead.id, questions)
      return formModal(lead, button.label, questions, `${button.name}:${handoff.id}`, present)
    }
    return button?.reasons ? reasonModal(lead, button, `${button.name}:${handoff.id}`) : undefined
  }

  async function passOnFor(lead: LeadRecord, handoff: Handoff, user: string): Promise<Modal> {
    const { team } = parts.config()
    const holder = holderOf(handoff)
    const pool = holder?.pool || handoff.pool
    const ledger = await parts.pools.read(pool, parts.clock.now())
    const presser = Object.values(team.reps).find(({ slackUserId }) => slackUserId === user)
    const without = [holder?.rep ?? '', presser?.id ?? '']
    const members = poolMembersNow(team, pool, ledger, without, parts.clock.now())
    return passOnModal(lead, members, `${handoff.id}:${handoff.holders.length}`)
  }

  /** A message that is older than what Baton knows: its lead is rebuilt from HubSpot, if that knows it, for the next click. */
  async function lookFor(handoffId: string, click: string): Promise<void> {
    const [leadId, now] = [leadOf(handoffId), parts.clock.now()]
    const item = { kind: 'event', event: 'adopt', at: now } as const
    await parts.inbox.ingest([{ leadId, key: `click-${click}`, item }], now)
    parts.hurry([{ index: INDEX.unread, id: leadId, at: now }])
  }

  // A click in the App Home was made in no conversation: its answer is shown where it was made.
  async function answerClick(
    handoffId: string,
    click: ControlClick,
    what: AnswerName,
    log: FastifyBaseLogger,
  ): Promise<void> {
    const { user, trigger_id: trigger, actions } = click
    if (click.container?.type === 'view' && trigger) {
      const found = await parts.leads.findHandoff(handoffId)
      const about = found && { handoff: found.handoff, lead: found.state.lead }
      const message = renderAnswer(parts.config(), what, about, parts.clock.now())
      try {
        return await parts.slack.openModal(trigger, answerModal(what, message))
      } catch (error) {
        log.warn({ handoff: handoffId, err: error }, 'an answer could not be shown in the App Home')
      }
    }
    await answer(handoffId, { user: user.id, channel: channelOf(click), what, action: actions[0]?.action_ts ?? '' })
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

  function mayPressAny(handoff: Handoff, { lead }: StoredLead, user: string): boolean {
    const { team, handoffs } = parts.config()
    return mayPress(team, handoffs.kinds[handoff.kind], handoff, lead?.properties.hubspot_owner_id, user)
  }
}

// Where the click was made; of one in no channel, the user's own.
function channelOf({ channel, container, user }: ControlClick): string {
  return channel?.id ?? container?.channel_id ?? user.id
}

/** What the form field says; null when it holds no interaction. */
function readPayload(body: Buffer): Interaction | null {
  const payload = new URLSearchParams(body.toString('utf8')).get('payload')
  try {
    return readInteraction(parse(payload ?? ''))
  } catch {
    return null
  }
}
