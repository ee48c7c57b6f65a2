import { readBlocks, readMetadata, readText, readView } from './arguments.ts'
import type { Files } from './files.ts'
import type { HomeTabs } from './home.ts'
import { createReadingMethods, messageOnTheWire, userOnTheWire } from './reading.ts'
import {
  isRefusal,
  type JsonObject,
  type MethodArguments,
  refuse,
  type SimulatedSlackOptions,
  type SlackRefusal,
} from './types.ts'
import { type Views, viewOnTheWire } from './views.ts'
import type { Conversation, MessageChange, Workspace } from './workspace.ts'

/** One Web API method: form fields in, the answer without `ok` out, or a refusal. */
export type Method = (args: MethodArguments) => JsonObject | SlackRefusal

/** A method with the scope that it always needs; the reading methods check theirs by conversation. */
export interface MethodEntry {
  scope: string | undefined
  run: Method
}

/**
 * The Web API methods by name. The errors and their causes follow Slack's method reference; a method that is not here is
 * `unknown_method`.
 */
export function createMethods(options: {
  workspace: Workspace
  views: Views
  homes: HomeTabs
  files: Files
  scopes: string[]
  url: () => string
}): Map<string, MethodEntry> {
  const { workspace, views } = options
  const { identity } = workspace

  /** The conversation that the bot may write to, as chat.* see it. */
  function writable(id: string | undefined, allowUser: boolean): Conversation | SlackRefusal {
    const target = workspace.conversation(id ?? '')
    if (!target || (!allowUser && workspace.users.has(id ?? ''))) return refuse('channel_not_found')
    if ('dmWith' in target || target.channel.botMember !== false) return target
    if (target.channel.private) return refuse('channel_not_found')
    return options.scopes.includes('chat:write.public') ? target : refuse('not_in_channel')
  }

  function postMessage(args: MethodArguments): JsonObject | SlackRefusal {
    const target = writable(args.channel, true)
    if (isRefusal(target)) return target
    const blocks = readBlocks(args.blocks)
    if (isRefusal(blocks)) return blocks
    const text = readText(args.text, blocks)
    if (isRefusal(text)) return text
    const metadata = readMetadata(args.metadata)
    if (isRefusal(metadata)) return metadata
    const draft = { text: text ?? '', blocks, metadata: metadata ?? undefined, threadTs: args.thread_ts }
    const message = workspace.post(target, draft)
    return { channel: target.id, ts: message.ts, message: messageOnTheWire(message, workspace) }
  }

  function update(args: MethodArguments): JsonObject | SlackRefusal {
    const target = writable(args.channel, false)
    if (isRefusal(target)) return target
    const message = workspace.find(target.id, args.ts ?? '')
    if (!message) return refuse('message_not_found')
    if (message.author !== identity.botUserId) return refuse('cant_update_message')
    const blocks = readBlocks(args.blocks)
    if (isRefusal(blocks)) return blocks
    const text = readText(args.text, blocks)
    if (isRefusal(text)) return text
    const metadata = readMetadata(args.metadata)
    if (isRefusal(metadata)) return metadata
    const changes: MessageChange = { text, metadata }
    // Text without blocks takes the blocks away; blocks alone leave the text as it was.
    if (blocks) changes.blocks = blocks
    else if (text !== undefined) changes.blocks = []
    const next = workspace.change(message, changes)
    return { channel: target.id, ts: next.ts, text: next.text, message: messageOnTheWire(next, workspace) }
  }

  function remove(args: MethodArguments): JsonObject | SlackRefusal {
    const target = writable(args.channel, false)
    if (isRefusal(target)) return target
    const message = workspace.find(target.id, args.ts ?? '')
    if (!message) return refuse('message_not_found')
    if (message.author !== identity.botUserId) return refuse('cant_delete_message')
    workspace.change(message, { text: '', blocks: [], metadata: null, deleted: true })
    return { channel: target.id, ts: message.ts }
  }

  function postEphemeral(args: MethodArguments): JsonObject | SlackRefusal {
    const target = writable(args.channel, false)
    if (isRefusal(target)) return target
    const user = args.user ?? ''
    if (!workspace.canSee(user, target)) return refuse('user_not_in_channel')
    const blocks = readBlocks(args.blocks)
    if (isRefusal(blocks)) return blocks
    const text = readText(args.text, blocks)
    if (isRefusal(text)) return text
    return { message_ts: workspace.postEphemeral(target, user, { text: text ?? '', blocks }).ts }
  }

  function openConversation(args: MethodArguments): JsonObject | SlackRefusal {
    if (!args.users && !args.channel) return refuse('users_list_not_supplied')
    const target = workspace.conversation(args.channel ?? args.users ?? '')
    if (!target || !('dmWith' in target)) return refuse(args.channel ? 'channel_not_found' : 'user_not_found')
    const channel = { id: target.id, created: 0, is_im: true, is_open: true, user: target.dmWith.id }
    return { no_op: false, already_open: false, channel: args.return_im === 'true' ? channel : { id: target.id } }
  }

  function openView(args: MethodArguments): JsonObject | SlackRefusal {
    const source = readView(args.view)
    if (isRefusal(source)) return source
    const view = views.open(args.trigger_id ?? '', source)
    return isRefusal(view) ? view : { view: viewOnTheWire(view, workspace) }
  }

  function updateView(args: MethodArguments): JsonObject | SlackRefusal {
    const source = readView(args.view)
    if (isRefusal(source)) return source
    const view = views.find(args.view_id ?? '')
    if (!view) return refuse('not_found')
    if (args.hash !== undefined && args.hash !== view.hash) return refuse('hash_conflict')
    return { view: viewOnTheWire(views.replace(view, source), workspace) }
  }

  function authTest(): JsonObject {
    return {
      url: `${options.url()}/`,
      team: 'Simulated',
      user: identity.appName.toLowerCase(),
      team_id: identity.teamId,
      user_id: identity.botUserId,
      bot_id: identity.botId,
      is_enterprise_install: false,
    }
  }

  function lookupByEmail(args: MethodArguments): JsonObject | SlackRefusal {
    const email = (args.email ?? '').toLowerCase()
    const user = [...workspace.users.values()].find(
      (candidate) => candidate.email?.toLowerCase() === email && !candidate.deleted,
    )
    return user ? { user: userOnTheWire(user, workspace) } : refuse('users_not_found')
  }

  function userInfo(args: MethodArguments): JsonObject | SlackRefusal {
    const user = workspace.users.get(args.user ?? '')
    return user ? { user: userOnTheWire(user, workspace) } : refuse('user_not_found')
  }

  const reading = createReadingMethods(workspace, options.scopes)
  return new Map<string, MethodEntry>([
    ['auth.test', { scope: undefined, run: authTest }],
    ['chat.postMessage', { scope: 'chat:write', run: postMessage }],
    ['chat.update', { scope: 'chat:write', run: update }],
    ['chat.delete', { scope: 'chat:write', run: remove }],
    ['chat.postEphemeral', { scope: 'chat:write', run: postEphemeral }],
    ['conversations.open', { scope: 'im:write', run: openConversation }],
    ['conversations.history', { scope: undefined, run: reading.history }],
    ['conversations.replies', { scope: undefined, run: reading.replies }],
    ['conversations.info', { scope: undefined, run: reading.info }],
    ['files.getUploadURLExternal', { scope: 'files:write', run: options.files.place }],
    ['files.completeUploadExternal', { scope: 'files:write', run: options.files.complete }],
    ['users.lookupByEmail', { scope: 'users:read.email', run: lookupByEmail }],
    ['users.info', { scope: 'users:read', run: userInfo }],
    ['views.open', { scope: undefined, run: openView }],
    ['views.publish', { scope: undefined, run: options.homes.publish }],
    ['views.update', { scope: undefined, run: updateView }],
  ])
}

/** The users and channels that make no sense together, so that a wrong set-up fails at once instead of in a test. */
export function checkOptions(options: SimulatedSlackOptions): void {
  for (const user of options.users) {
    if (!/^[UW][A-Z0-9]+$/.test(user.id)) throw new Error(`user id ${user.id}: Slack's start with U`)
  }
  for (const channel of options.channels) {
    if (!/^[CG][A-Z0-9]+$/.test(channel.id)) throw new Error(`channel id ${channel.id}: Slack's start with C`)
  }
}
