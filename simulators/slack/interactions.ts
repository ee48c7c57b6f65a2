import { blockProblems, viewProblems } from './blocks.ts'
import { type HomeTabs, homeOnTheWire } from './home.ts'
import { messageOnTheWire } from './reading.ts'
import type { ResponseUrls } from './response-urls.ts'
import { signSlackRequest } from './signature.ts'
import { fillView } from './submission.ts'
import { isObject, type JsonObject, objectsIn, type SimulatedMessage, textIn } from './types.ts'
import { type Views, viewOnTheWire } from './views.ts'
import { type Conversation, dmIdOf, type Workspace } from './workspace.ts'

const ANSWER_WITHIN_MS = 3_000

/** Stands for the Home tab where a click names its channel. */
export const HOME = 'home'

/** A press of a button, or the choice of an overflow option by its `value`. */
export interface ClickInput {
  user: string
  channel: string
  ts: string
  actionId: string
  value?: string
}

/** A submitted modal: for each input block its text or the value of the chosen option; null or absent is empty. */
export interface SubmitInput {
  user: string
  viewId: string
  values: Record<string, string | null>
}

/** The app's answer. `status` 0: none within 3 seconds, or nothing was sent because the form itself is incomplete. */
export interface InteractionResult {
  status: number
  errors?: Record<string, string>
}

/**
 * What a person does in Slack, sent to the app as Slack sends it: a signed form post with one field `payload`. Asks for
 * the interactivity URL at each use. Throws when a person could not have done it: no such message, control, option or
 * view, or someone else's DM.
 */
export function createInteractions(options: {
  workspace: Workspace
  views: Views
  homes: HomeTabs
  responseUrls: ResponseUrls
  signingSecret: string
  interactionsUrl: () => string | undefined
  eventsUrl: () => string | undefined
  commandsUrl: () => string | undefined
}) {
  const { workspace, views } = options
  const { identity } = workspace

  async function send(payload: JsonObject): Promise<{ status: number; body: string }> {
    const url = options.interactionsUrl()
    if (!url) throw new Error('the simulated Slack has no interactions URL: call setInteractionsUrl first')
    return post(url, `payload=${encodeURIComponent(JSON.stringify(payload))}`)
  }

  async function post(
    url: string,
    body: string,
    type = 'application/x-www-form-urlencoded',
    more: Record<string, string> = {},
  ): Promise<{ status: number; body: string }> {
    const timestamp = Math.floor(workspace.now() / 1_000)
    const headers = {
      'content-type': type,
      ...more,
      'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
      'x-slack-request-timestamp': String(timestamp),
      'x-slack-signature': signSlackRequest({ signingSecret: options.signingSecret, timestamp, body }),
    }
    try {
      const signal = AbortSignal.timeout(ANSWER_WITHIN_MS)
      const response = await fetch(url, { method: 'POST', headers, body, signal })
      return { status: response.status, body: await response.text() }
    } catch {
      return { status: 0, body: '' }
    }
  }

  function envelope(type: string, userId: string): JsonObject {
    const username = workspace.users.get(userId)?.name ?? userId
    return {
      type,
      token: 'simulated',
      api_app_id: identity.appId,
      team: { id: identity.teamId, domain: 'simulated' },
      enterprise: null,
      is_enterprise_install: false,
      user: { id: userId, username, name: username, team_id: identity.teamId },
      trigger_id: views.issueTrigger(userId),
    }
  }

  async function click(input: ClickInput): Promise<InteractionResult> {
    if (input.channel === HOME) return clickHome(input)
    const { target, message } = findMessage(input)
    const action = actionOf(message, input, workspace.nextTs())
    const container: JsonObject = {
      type: 'message',
      message_ts: message.ts,
      channel_id: target.id,
      is_ephemeral: false,
    }
    if (message.threadTs) container.thread_ts = message.threadTs
    const { status } = await send({
      ...envelope('block_actions', input.user),
      container,
      channel: { id: target.id, name: 'dmWith' in target ? 'directmessage' : target.channel.name },
      message: messageOnTheWire(message, workspace),
      state: { values: {} },
      response_url: options.responseUrls.issue({ channel: target.id, user: input.user, ts: message.ts }),
      actions: [action],
    })
    return { status }
  }

  /** In the Home tab there is no channel. */
  async function clickHome(input: ClickInput): Promise<InteractionResult> {
    const home = options.homes.of(input.user)
    if (!home) throw new Error(`${input.user} has no Home tab`)
    const action = actionOf({ ts: home.id, blocks: home.blocks }, input, workspace.nextTs())
    const { status } = await send({
      ...envelope('block_actions', input.user),
      container: { type: 'view', view_id: home.id },
      channel: null,
      view: homeOnTheWire(home),
      actions: [action],
    })
    return { status }
  }

  /** Somebody opens the Home tab: the app is told, as by an event. `retry`: Slack says it once more. */
  async function openHome(user: string, retry?: number): Promise<InteractionResult> {
    const url = options.eventsUrl()
    if (!url) throw new Error('the simulated Slack has no events URL')
    const event = { type: 'app_home_opened', user, channel: dmIdOf(user), tab: 'home', event_ts: workspace.nextTs() }
    const body = JSON.stringify({
      token: 'simulated',
      team_id: identity.teamId,
      api_app_id: identity.appId,
      type: 'event_callback',
      event_id: workspace.nextId('Ev'),
      event_time: Math.floor(workspace.now() / 1_000),
      event,
    })
    const again: Record<string, string> =
      retry === undefined ? {} : { 'x-slack-retry-num': String(retry), 'x-slack-retry-reason': 'http_timeout' }
    const { status } = await post(url, body, 'application/json', again)
    return { status }
  }

  /** Somebody types `/baton` with some words; what is answered at once is shown to them alone. */
  async function command(input: { user: string; text: string; channel?: string }): Promise<InteractionResult> {
    const url = options.commandsUrl()
    if (!url) throw new Error('the simulated Slack has no commands URL')
    const target = workspace.conversation(input.channel ?? input.user)
    if (!target) throw new Error(`no conversation ${input.channel ?? input.user}`)
    const form = new URLSearchParams({
      token: 'simulated',
      team_id: identity.teamId,
      team_domain: 'simulated',
      channel_id: target.id,
      channel_name: 'dmWith' in target ? 'directmessage' : target.channel.name,
      user_id: input.user,
      user_name: input.user,
      command: '/baton',
      text: input.text,
      api_app_id: identity.appId,
      is_enterprise_install: 'false',
      response_url: options.responseUrls.issue({ channel: target.id, user: input.user, ts: '' }),
      trigger_id: views.issueTrigger(input.user),
    })
    const { status, body } = await post(url, form.toString())
    const answer: unknown = status === 200 && body.trim() !== '' ? JSON.parse(body) : {}
    if (!isObject(answer)) throw new Error('the answer to a command must be empty or an object')
    const problems = answer.blocks === undefined ? [] : blockProblems(answer.blocks, 'message')
    if (problems[0])
      throw new Error(`the answer to a command is not valid: ${problems[0].pointer} ${problems[0].message}`)
    const [text, blocks] = [textIn(answer, 'text'), objectsIn(answer.blocks)]
    if (text !== '' || blocks.length > 0) workspace.postEphemeral(target, input.user, { text, blocks })
    return { status }
  }

  function findMessage(input: ClickInput): { target: Conversation; message: SimulatedMessage } {
    const target = workspace.conversation(input.channel)
    if (!target || !workspace.canSee(input.user, target)) {
      throw new Error(`${input.user} cannot see the conversation ${input.channel}`)
    }
    const message = workspace.find(target.id, input.ts)
    if (!message) throw new Error(`no message ${input.ts} in ${target.id}`)
    return { target, message }
  }

  async function submitView(input: SubmitInput): Promise<InteractionResult> {
    const view = views.find(input.viewId)
    if (!view || view.user !== input.user) throw new Error(`${input.user} has no open view ${input.viewId}`)
    if (views.top(input.user)?.id !== view.id) throw new Error(`view ${input.viewId} is under another one`)
    const filled = fillView(view, input.values)
    if (filled.errors) {
      views.complain(view, filled.errors)
      return { status: 0, errors: filled.errors }
    }
    const answer = await send({
      ...envelope('view_submission', input.user),
      view: viewOnTheWire(view, workspace, filled.values),
      response_urls: [],
    })
    if (answer.status !== 200) return { status: answer.status }
    const errors = followAnswer(input.viewId, answer.body)
    return errors ? { status: 200, errors } : { status: 200 }
  }

  /** Does what the answer to a submission says; throws where Slack would show "trouble connecting". */
  function followAnswer(viewId: string, body: string): Record<string, string> | undefined {
    // The app may have updated the view by views.update while it answered.
    const view = views.find(viewId)
    if (!view) return undefined
    if (body.trim() === '') {
      views.close(view)
      return undefined
    }
    const answer: unknown = JSON.parse(body)
    if (!isObject(answer)) throw new Error('the answer to a view_submission must be empty or an object')
    switch (answer.response_action) {
      case undefined:
        views.close(view)
        return undefined
      case 'clear':
        views.close(view, true)
        return undefined
      case 'errors': {
        const errors = errorsIn(answer.errors, view.blocks)
        views.complain(view, errors)
        return errors
      }
      case 'update':
        views.replace(view, checkedView(answer.view))
        return undefined
      case 'push':
        views.push(view, checkedView(answer.view))
        return undefined
      default:
        throw new Error(`unknown response_action: ${String(answer.response_action)}`)
    }
  }

  return { click, submitView, openHome, command }
}

function errorsIn(value: unknown, blocks: JsonObject[]): Record<string, string> {
  const known = new Set(blocks.filter((block) => block.type === 'input').map((block) => textIn(block, 'block_id')))
  const errors: Record<string, string> = {}
  for (const [blockId, message] of Object.entries(isObject(value) ? value : {})) {
    if (!known.has(blockId)) throw new Error(`response_action errors: no input block ${blockId} in the view`)
    errors[blockId] = String(message)
  }
  if (Object.keys(errors).length === 0) throw new Error('response_action errors without errors')
  return errors
}

function checkedView(value: unknown): JsonObject {
  const problems = viewProblems(value)
  const first = problems[0]
  if (first || !isObject(value)) throw new Error(`the answered view is not valid: ${first?.pointer} ${first?.message}`)
  return value
}

/** The `actions[]` entry of the control that the message has now. */
function actionOf(message: Pick<SimulatedMessage, 'ts' | 'blocks'>, input: ClickInput, actionTs: string): JsonObject {
  for (const block of message.blocks) {
    const controls = block.type === 'actions' ? objectsIn(block.elements) : objectsIn([block.accessory])
    for (const control of controls) {
      if (control.action_id !== input.actionId) continue
      const action: JsonObject = { type: control.type, action_id: control.action_id, block_id: block.block_id }
      if (control.type === 'overflow') {
        const option = objectsIn(control.options).find((candidate) => candidate.value === input.value)
        if (!option) throw new Error(`${input.actionId} has no option ${input.value ?? '(none given)'}`)
        return { ...action, selected_option: option, action_ts: actionTs }
      }
      if (input.value !== undefined && input.value !== control.value) continue
      for (const key of ['text', 'value', 'style']) {
        if (control[key] !== undefined) action[key] = control[key]
      }
      return { ...action, action_ts: actionTs }
    }
  }
  throw new Error(`message ${message.ts} has no control ${input.actionId} now`)
}
