/**
 * The shapes that the parts of the simulated Slack share. Names on the wire stay Slack's (`trigger_id`); names in our
 * own API are the project's (`triggerId`).
 */

/** A JSON object whose fields are not known yet: a block, an element, a view, as the app sent it. */
export type JsonObject = { [key: string]: unknown }

/** A member of the workspace. `timeZone` is an IANA name, UTC when absent. `deleted`: deactivated, which no email finds. */
export interface SimulatedUser {
  id: string
  name: string
  email?: string
  timeZone?: string
  deleted?: boolean
  bot?: boolean
}

/**
 * A channel. The bot is a member unless `botMember` is false: then a private channel does not exist for it
 * (`channel_not_found`), and a public one takes posts only with the scope `chat:write.public` (`not_in_channel`).
 */
export interface SimulatedChannel {
  id: string
  name: string
  private?: boolean
  botMember?: boolean
  archived?: boolean
}

/** How a simulated Slack is set up. `now` answers epoch milliseconds; `port` 0 or absent takes a free one. */
export interface SimulatedSlackOptions {
  port?: number
  /** Address to listen on, 127.0.0.1 when absent. */
  host?: string
  now: () => number
  botToken: string
  signingSecret: string
  interactionsUrl?: string
  /** Where events and the slash command go. */
  eventsUrl?: string
  commandsUrl?: string
  teamId?: string
  appId?: string
  /** Name that the messages carry on the page, "Baton" when absent. */
  appName?: string
  /** OAuth scopes of the bot token, {@link DEFAULT_SCOPES} when absent; a method without its scope is `missing_scope`. */
  scopes?: string[]
  users: SimulatedUser[]
  channels: SimulatedChannel[]
  /** Slack's own limits answered with 429 and Retry-After; off when absent. */
  rateLimits?: 'real' | 'off'
}

/** The scopes that Baton's app needs: the DM and its history, channels and their history, who and what there is. */
export const DEFAULT_SCOPES = [
  'chat:write',
  'chat:write.public',
  'commands',
  'im:write',
  'im:history',
  'channels:history',
  'groups:history',
  'channels:read',
  'groups:read',
  'users:read',
  'users:read.email',
  'files:write',
]

/** Metadata of a message, as Slack defines it. */
export interface MessageMetadata {
  event_type: string
  event_payload: JsonObject
}

/** A file that was uploaded; `alt` is what a screen reader says of it. */
export interface SimulatedFile {
  id: string
  name: string
  title: string
  alt: string
  size: number
}

/**
 * A stored message. `user` is the person on the other side when the channel is a DM; `author` is who wrote it (the bot's
 * user id or a person's). `versions` is 1 when posted and grows with every update. A deleted message stays listed.
 */
export interface SimulatedMessage {
  channel: string
  user?: string
  author: string
  ts: string
  text: string
  blocks: JsonObject[]
  metadata?: MessageMetadata
  threadTs?: string
  files?: SimulatedFile[]
  versions: number
  deleted: boolean
}

/** A message that only `user` sees; it cannot be updated and carries no clickable controls here. */
export interface SimulatedEphemeral {
  channel: string
  user: string
  ts: string
  text: string
  blocks: JsonObject[]
}

/** An open modal. `errors` holds what the app's last answer complained about, by block_id. */
export interface SimulatedView {
  id: string
  user: string
  callbackId: string
  privateMetadata: string
  title: string
  blocks: JsonObject[]
  hash: string
  rootViewId: string
  errors: Record<string, string>
  /** The view as the app sent it. */
  source: JsonObject
}

/** What a listener hears. A deleted message is heard as updated, with `message.deleted`. */
export type SimulatedSlackEvent =
  | { kind: 'posted' | 'updated'; channel: string; user?: string; ts: string; text: string; message: SimulatedMessage }
  | { kind: 'ephemeral'; channel: string; user: string; text: string }
  | { kind: 'home'; user: string }
  | { kind: 'modal'; user: string; viewId: string; callbackId: string; open: boolean }

/** Arguments of one method call: form fields, as text. */
export type MethodArguments = Readonly<Record<string, string | undefined>>

/** A refusal as Slack words it: `ok: false` with this error and, for some, details. */
export interface SlackRefusal {
  refused: true
  error: string
  details: JsonObject
}

/** Builds a refusal; return it from a method. */
export function refuse(error: string, details: JsonObject = {}): SlackRefusal {
  return { refused: true, error, details }
}

/** True when a method's outcome, or a step of it, is a refusal. */
export function isRefusal(value: unknown): value is SlackRefusal {
  return typeof value === 'object' && value !== null && 'refused' in value && value.refused === true
}

/** True for a plain JSON object, not an array. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The objects in a JSON value that should be an array of them; anything else is left out. */
export function objectsIn(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : []
}

/** A text field of a JSON object, or the empty string. */
export function textIn(object: JsonObject | undefined, key: string): string {
  const value = object?.[key]
  return typeof value === 'string' ? value : ''
}
