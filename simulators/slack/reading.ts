import {
  isRefusal,
  type JsonObject,
  type MethodArguments,
  refuse,
  type SimulatedMessage,
  type SimulatedUser,
  type SlackRefusal,
} from './types.ts'
import { type Conversation, compareTs, type Workspace } from './workspace.ts'

const DEFAULT_PAGE = 100
const MOST_PER_PAGE = 999

/**
 * conversations.history (newest first, thread replies left out) and conversations.replies (the parent, then its replies,
 * oldest first). Each kind of conversation needs its own `…:history` scope. Metadata comes whole only with `include_all_metadata`; otherwise its event_type alone.
 */
export function createReadingMethods(workspace: Workspace, scopes: string[]) {
  function readable(id: string | undefined): Conversation | SlackRefusal {
    const target = workspace.conversation(id ?? '')
    if (!target || workspace.users.has(id ?? '')) return refuse('channel_not_found')
    const needed = historyScopeOf(target)
    if (!scopes.includes(needed)) return refuse('missing_scope', { needed, provided: scopes.join(',') })
    if ('dmWith' in target || target.channel.botMember !== false) return target
    return refuse(target.channel.private ? 'channel_not_found' : 'not_in_channel')
  }

  function history(args: MethodArguments): JsonObject | SlackRefusal {
    const target = readable(args.channel)
    if (isRefusal(target)) return target
    const all = workspace.messagesIn(target.id).filter((message) => !message.deleted && isTopLevel(message))
    return page(all.reverse(), args)
  }

  function replies(args: MethodArguments): JsonObject | SlackRefusal {
    const target = readable(args.channel)
    if (isRefusal(target)) return target
    const parent = args.ts ?? ''
    if (!workspace.find(target.id, parent)) return refuse('thread_not_found')
    const thread = workspace.messagesIn(target.id).filter((message) => !message.deleted && threadOf(message) === parent)
    return page(thread, args)
  }

  function page(candidates: SimulatedMessage[], args: MethodArguments): JsonObject | SlackRefusal {
    const limit = Number(args.limit ?? DEFAULT_PAGE)
    if (!Number.isInteger(limit) || limit < 1 || limit > MOST_PER_PAGE) return refuse('invalid_limit')
    const within = candidates.filter((message) => isWithin(message.ts, args))
    const start = args.cursor ? readCursor(args.cursor, within) : 0
    if (start < 0) return refuse('invalid_cursor')
    const shown = within.slice(start, start + limit)
    const next = within[start + limit]
    const whole = args.include_all_metadata === 'true' || args.include_all_metadata === '1'
    return {
      messages: shown.map((message) => messageOnTheWire(message, workspace, whole ? 'whole' : 'event type')),
      has_more: next !== undefined,
      response_metadata: { next_cursor: next ? writeCursor(next.ts) : '' },
    }
  }

  function info(args: MethodArguments): JsonObject | SlackRefusal {
    const target = workspace.conversation(args.channel ?? '')
    if (!target || 'dmWith' in target || workspace.users.has(args.channel ?? '')) return refuse('channel_not_found')
    const { id, name, private: isPrivate = false, botMember = true, archived = false } = target.channel
    const scope = isPrivate ? 'groups:read' : 'channels:read'
    if (!scopes.includes(scope)) return refuse('missing_scope', { needed: scope, provided: scopes.join(',') })
    if (isPrivate && !botMember) return refuse('channel_not_found')
    const kind = { is_channel: true, is_group: false, is_im: false, is_private: isPrivate }
    return { channel: { id, name, ...kind, is_member: botMember, is_archived: archived } }
  }

  return { history, replies, info }
}

/** A message as Slack's answers and payloads carry it. */
export function messageOnTheWire(
  message: SimulatedMessage,
  workspace: Workspace,
  metadata: 'whole' | 'event type' = 'whole',
): JsonObject {
  const { identity } = workspace
  const byBot = message.author === identity.botUserId
  const wire: JsonObject = { type: 'message', user: message.author, ts: message.ts, text: message.text }
  wire.team = identity.teamId
  if (byBot) Object.assign(wire, { bot_id: identity.botId, app_id: identity.appId })
  if (message.blocks.length > 0) wire.blocks = message.blocks
  if (message.threadTs) wire.thread_ts = message.threadTs
  if (message.files)
    wire.files = message.files.map(({ id, name, title, alt, size }) => ({
      id,
      name,
      title,
      alt_txt: alt,
      size,
      mimetype: 'image/png',
    }))
  if (message.metadata) {
    wire.metadata = metadata === 'whole' ? message.metadata : { event_type: message.metadata.event_type }
  }
  return wire
}

/** A person as users.info and users.lookupByEmail answer; `tz_offset` in seconds, of this moment. */
export function userOnTheWire(user: SimulatedUser, workspace: Workspace): JsonObject {
  const tz = user.timeZone ?? 'Etc/UTC'
  return {
    id: user.id,
    team_id: workspace.identity.teamId,
    name: user.name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '.'),
    real_name: user.name,
    deleted: user.deleted ?? false,
    is_bot: user.bot ?? false,
    tz,
    tz_label: tz,
    tz_offset: offsetSeconds(tz, workspace.now()),
    profile: { real_name: user.name, display_name: user.name, ...(user.email ? { email: user.email } : {}) },
  }
}

function offsetSeconds(timeZone: string, at: number): number {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' }).formatToParts(at)
  const name = parts.find((part) => part.type === 'timeZoneName')?.value ?? 'GMT'
  const [, sign, hours = '0', minutes = '0'] = /GMT([+-])(\d+):(\d+)/.exec(name) ?? []
  const seconds = Number(hours) * 3600 + Number(minutes) * 60
  return sign === '-' ? -seconds : seconds
}

function historyScopeOf(target: Conversation): string {
  if ('dmWith' in target) return 'im:history'
  return target.channel.private ? 'groups:history' : 'channels:history'
}

function isTopLevel(message: SimulatedMessage): boolean {
  return message.threadTs === undefined || message.threadTs === message.ts
}

function threadOf(message: SimulatedMessage): string {
  return message.threadTs ?? message.ts
}

function isWithin(ts: string, args: MethodArguments): boolean {
  const inclusive = args.inclusive === 'true' || args.inclusive === '1'
  const afterOldest = args.oldest === undefined ? 1 : compareTs(ts, args.oldest)
  const beforeLatest = args.latest === undefined ? 1 : compareTs(args.latest, ts)
  return inclusive ? afterOldest >= 0 && beforeLatest >= 0 : afterOldest > 0 && beforeLatest > 0
}

function writeCursor(ts: string): string {
  return Buffer.from(`next_ts:${ts}`).toString('base64')
}

function readCursor(cursor: string, within: SimulatedMessage[]): number {
  const ts = Buffer.from(cursor, 'base64').toString().replace('next_ts:', '')
  return within.findIndex((message) => message.ts === ts)
}
