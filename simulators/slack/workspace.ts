import {
  isObject,
  type JsonObject,
  type MessageMetadata,
  objectsIn,
  type SimulatedChannel,
  type SimulatedEphemeral,
  type SimulatedFile,
  type SimulatedMessage,
  type SimulatedSlackEvent,
  type SimulatedSlackOptions,
  type SimulatedUser,
  textIn,
} from './types.ts'

/** What the bot, its team and its app are called on the wire. */
export interface WorkspaceIdentity {
  teamId: string
  appId: string
  appName: string
  botUserId: string
  botId: string
}

/** A conversation as the methods see it: a channel, or the bot's DM with one person. */
export type Conversation = { id: string; dmWith: SimulatedUser } | { id: string; channel: SimulatedChannel }

/** What a new message consists of; `author` absent means the bot. */
export interface MessageDraft {
  text: string
  blocks?: JsonObject[]
  metadata?: MessageMetadata
  threadTs?: string
  files?: SimulatedFile[]
  author?: string
}

/** Changes to a message; what is absent stays. `metadata: null` removes it. */
export interface MessageChange {
  text?: string
  blocks?: JsonObject[]
  metadata?: MessageMetadata | null
  deleted?: boolean
}

/** The state of a simulated workspace. */
export type Workspace = ReturnType<typeof createWorkspace>

/**
 * The state of the simulated workspace: people, channels, messages and ephemerals, with Slack's timestamps (seconds with
 * six decimals, from the clock, unique and increasing). Knows nothing of HTTP or of what Slack refuses.
 */
export function createWorkspace(options: SimulatedSlackOptions) {
  const identity: WorkspaceIdentity = {
    teamId: options.teamId ?? 'T0SIMULATED',
    appId: options.appId ?? 'A0BATON0001',
    appName: options.appName ?? 'Baton',
    botUserId: 'U0BATONBOT',
    botId: 'B0BATON001',
  }
  const users = new Map(options.users.map((user) => [user.id, user]))
  const channels = new Map(options.channels.map((channel) => [channel.id, channel]))
  const messages = new Map<string, Map<string, SimulatedMessage>>()
  const ephemerals: SimulatedEphemeral[] = []
  const listeners: ((event: SimulatedSlackEvent) => void)[] = []
  let lastMicroseconds = 0
  let lastNumber = 0

  function nextTs(): string {
    lastMicroseconds = Math.max(Math.floor(options.now()) * 1000, lastMicroseconds + 1)
    const seconds = Math.floor(lastMicroseconds / 1_000_000)
    return `${seconds}.${String(lastMicroseconds % 1_000_000).padStart(6, '0')}`
  }

  function nextId(prefix: string): string {
    lastNumber += 1
    return `${prefix}${String(lastNumber).padStart(9, '0')}`
  }

  function emit(event: SimulatedSlackEvent): void {
    for (const listener of listeners) listener(event)
  }

  /** The conversation of a C… or D… id; a U… id is the DM with that person. */
  function conversation(id: string): Conversation | undefined {
    const channel = channels.get(id)
    if (channel) return { id, channel }
    const dmWith = users.get(id) ?? [...users.values()].find((user) => dmIdOf(user.id) === id)
    return dmWith && { id: dmIdOf(dmWith.id), dmWith }
  }

  function inChannel(channelId: string): Map<string, SimulatedMessage> {
    const known = messages.get(channelId)
    if (known) return known
    const created = new Map<string, SimulatedMessage>()
    messages.set(channelId, created)
    return created
  }

  /** Blocks with the ids that Slack fills in where the app left them out. */
  function withIds(blocks: JsonObject[]): JsonObject[] {
    return blocks.map((block) => {
      const named: JsonObject = { ...block, block_id: textIn(block, 'block_id') || nextId('b') }
      if (Array.isArray(block.elements) && block.type === 'actions') {
        named.elements = objectsIn(block.elements).map((element) => withActionId(element))
      }
      if (isObject(block.accessory)) named.accessory = withActionId(block.accessory)
      if (isObject(block.element)) named.element = withActionId(block.element)
      return named
    })
  }

  function withActionId(element: JsonObject): JsonObject {
    return { ...element, action_id: textIn(element, 'action_id') || nextId('a') }
  }

  function post(target: Conversation, draft: MessageDraft): SimulatedMessage {
    const message: SimulatedMessage = {
      channel: target.id,
      author: draft.author ?? identity.botUserId,
      ts: nextTs(),
      text: draft.text,
      blocks: withIds(draft.blocks ?? []),
      versions: 1,
      deleted: false,
    }
    if ('dmWith' in target) message.user = target.dmWith.id
    if (draft.metadata) message.metadata = draft.metadata
    if (draft.threadTs) message.threadTs = draft.threadTs
    if (draft.files) message.files = draft.files
    inChannel(target.id).set(message.ts, message)
    emit(eventOf('posted', message))
    return message
  }

  function change(message: SimulatedMessage, changes: MessageChange): SimulatedMessage {
    const next: SimulatedMessage = {
      ...message,
      text: changes.text ?? message.text,
      blocks: changes.blocks ? withIds(changes.blocks) : message.blocks,
      versions: message.versions + 1,
      deleted: changes.deleted ?? message.deleted,
    }
    if (changes.metadata === null) delete next.metadata
    else if (changes.metadata) next.metadata = changes.metadata
    inChannel(message.channel).set(message.ts, next)
    emit(eventOf('updated', next))
    return next
  }

  function postEphemeral(target: Conversation, user: string, draft: MessageDraft): SimulatedEphemeral {
    const blocks = withIds(draft.blocks ?? [])
    const ephemeral = { channel: target.id, user, ts: nextTs(), text: draft.text, blocks }
    ephemerals.push(ephemeral)
    emit({ kind: 'ephemeral', channel: target.id, user, text: draft.text })
    return ephemeral
  }

  /** Whether a person can read a conversation: every channel, and one's own DM with the bot. */
  function canSee(userId: string, target: Conversation): boolean {
    return users.has(userId) && (!('dmWith' in target) || target.dmWith.id === userId)
  }

  return {
    identity,
    users,
    channels,
    ephemerals,
    nextTs,
    nextId,
    emit,
    conversation,
    withIds,
    post,
    change,
    postEphemeral,
    canSee,
    now: options.now,
    listen: (listener: (event: SimulatedSlackEvent) => void) => void listeners.push(listener),
    /** The message with this ts, deleted ones left out. */
    find(channelId: string, ts: string): SimulatedMessage | undefined {
      const message = messages.get(channelId)?.get(ts)
      return message?.deleted ? undefined : message
    },
    /** Every message of one conversation, oldest first, deleted ones included; of all conversations without an id. */
    messagesIn(channelId?: string): SimulatedMessage[] {
      if (channelId !== undefined) return [...(messages.get(channelId)?.values() ?? [])]
      const all = [...messages.values()].flatMap((byTs) => [...byTs.values()])
      return all.sort((left, right) => compareTs(left.ts, right.ts))
    },
  }
}

/** The id of the bot's DM with a person: D in place of the leading U. */
export function dmIdOf(userId: string): string {
  return `D${userId.slice(1)}`
}

/** Orders two Slack timestamps without losing the last digits to floating point. */
export function compareTs(left: string, right: string): number {
  return microseconds(left) - microseconds(right)
}

function microseconds(ts: string): number {
  const [seconds = '0', fraction = ''] = ts.split('.')
  return Number(seconds) * 1_000_000 + Number(fraction.padEnd(6, '0').slice(0, 6))
}

function eventOf(kind: 'posted' | 'updated', message: SimulatedMessage): SimulatedSlackEvent {
  const event = { kind, channel: message.channel, ts: message.ts, text: message.text, message }
  return message.user === undefined ? event : { ...event, user: message.user }
}
