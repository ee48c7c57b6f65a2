import {
  isObject,
  isRefusal,
  type JsonObject,
  objectsIn,
  refuse,
  type SimulatedView,
  type SlackRefusal,
  textIn,
} from './types.ts'
import type { Workspace } from './workspace.ts'

const TRIGGER_LIFE_MS = 3_000
const VIEWS_IN_A_STACK = 3

/** The triggers and open modals. */
export type Views = ReturnType<typeof createViews>

/**
 * Trigger ids and the modals that they open. A trigger lives 3 seconds of the simulator's clock and opens one view. A
 * person has one stack of at most 3 views; only the top one can be submitted.
 */
export function createViews(workspace: Workspace) {
  const triggers = new Map<string, { user: string; issuedAt: number; used: boolean }>()
  const stacks = new Map<string, SimulatedView[]>()

  function issueTrigger(user: string): string {
    const triggerId = `${workspace.nextId('')}.7712.${workspace.nextId('5f0c')}`
    triggers.set(triggerId, { user, issuedAt: workspace.now(), used: false })
    return triggerId
  }

  /** The person behind a trigger id, which is used up by this; or Slack's refusal. */
  function exchange(triggerId: string): string | SlackRefusal {
    const trigger = triggers.get(triggerId)
    if (!trigger) return refuse('invalid_trigger_id')
    if (trigger.used) return refuse('exchanged_trigger_id')
    if (workspace.now() - trigger.issuedAt > TRIGGER_LIFE_MS) return refuse('expired_trigger_id')
    trigger.used = true
    return trigger.user
  }

  function build(user: string, source: JsonObject, like?: SimulatedView): SimulatedView {
    const id = like?.id ?? workspace.nextId('V')
    return {
      id,
      user,
      callbackId: textIn(source, 'callback_id'),
      privateMetadata: textIn(source, 'private_metadata'),
      title: isObject(source.title) ? textIn(source.title, 'text') : '',
      blocks: workspace.withIds(objectsIn(source.blocks)),
      hash: `${workspace.nextTs()}.h`,
      rootViewId: like?.rootViewId ?? id,
      errors: {},
      source,
    }
  }

  function announce(view: SimulatedView, open: boolean): void {
    workspace.emit({ kind: 'modal', user: view.user, viewId: view.id, callbackId: view.callbackId, open })
  }

  function open(triggerId: string, source: JsonObject): SimulatedView | SlackRefusal {
    const user = exchange(triggerId)
    if (isRefusal(user)) return user
    const view = build(user, source)
    stacks.set(user, [view])
    announce(view, true)
    return view
  }

  function push(under: SimulatedView, source: JsonObject): SimulatedView | SlackRefusal {
    const stack = stacks.get(under.user) ?? []
    if (stack.length >= VIEWS_IN_A_STACK) return refuse('push_limit_reached')
    const view = { ...build(under.user, source), rootViewId: under.rootViewId }
    stack.push(view)
    announce(view, true)
    return view
  }

  function replace(view: SimulatedView, source: JsonObject): SimulatedView {
    return put({ ...build(view.user, source, view) })
  }

  function put(view: SimulatedView): SimulatedView {
    const stack = stacks.get(view.user) ?? []
    stacks.set(
      view.user,
      stack.map((other) => (other.id === view.id ? view : other)),
    )
    announce(view, true)
    return view
  }

  /** Closes one view, or with `all` the person's whole stack. */
  function close(view: SimulatedView, all = false): void {
    const stack = stacks.get(view.user) ?? []
    stacks.set(view.user, all ? [] : stack.filter((other) => other.id !== view.id))
    announce(view, false)
  }

  return {
    issueTrigger,
    open,
    push,
    replace,
    close,
    /** Shows the app's complaints on the view, by block_id. */
    complain: (view: SimulatedView, errors: Record<string, string>) => put({ ...view, errors }),
    /** All open views, each person's from the bottom of the stack to the top. */
    all: (): SimulatedView[] => [...stacks.values()].flat(),
    top: (user: string): SimulatedView | undefined => stacks.get(user)?.at(-1),
    find: (viewId: string): SimulatedView | undefined => [...stacks.values()].flat().find((view) => view.id === viewId),
  }
}

/** A view as Slack sends it to the app, in answers and in `view_submission`. */
export function viewOnTheWire(view: SimulatedView, workspace: Workspace, values: JsonObject = {}): JsonObject {
  const { identity } = workspace
  return {
    id: view.id,
    team_id: identity.teamId,
    type: 'modal',
    title: view.source.title,
    submit: view.source.submit ?? null,
    close: view.source.close ?? null,
    blocks: view.blocks,
    private_metadata: view.privateMetadata,
    callback_id: view.callbackId,
    external_id: textIn(view.source, 'external_id'),
    state: { values },
    hash: view.hash,
    clear_on_close: false,
    notify_on_close: false,
    root_view_id: view.rootViewId,
    previous_view_id: null,
    app_id: identity.appId,
    bot_id: identity.botId,
  }
}
