/**
 * The little of the browser that the page's scripts use. The project's types are Node's: taking in the whole DOM would
 * make names such as `name`, `event` and `status` valid globals everywhere.
 */

/** An element of the page. */
export interface PageElement {
  className: string
  textContent: string | null
  hidden: boolean
  disabled: boolean
  checked: boolean
  value: string
  tabIndex: number
  scrollTop: number
  readonly scrollHeight: number
  readonly clientHeight: number
  readonly isConnected: boolean
  append(...children: (PageElement | string)[]): void
  replaceChildren(...children: (PageElement | string)[]): void
  remove(): void
  getBoundingClientRect(): { readonly top: number }
  focus(): void
  contains(other: PageElement | null): boolean
  setAttribute(name: string, value: string): void
  addEventListener(type: string, listener: (event: PageEvent) => void): void
  querySelector(selector: string): PageElement | null
  showModal(): void
  close(): void
}

/** An event on an element. */
export interface PageEvent {
  readonly target: PageElement | null
  readonly key: string
  preventDefault(): void
}

/** The window: what the page reads from it and does with it. */
export interface PageWindow {
  document: {
    title: string
    readonly body: PageElement
    readonly activeElement: PageElement | null
    createElement(name: string): PageElement
    querySelector(selector: string): PageElement | null
    addEventListener(type: string, listener: (event: PageEvent) => void): void
  }
  location: { search: string; hash: string; assign(url: string): void }
  localStorage: { getItem(key: string): string | null; setItem(key: string, value: string): void }
  matchMedia(query: string): { matches: boolean }
  open(url: string, target: string, features: string): void
  addEventListener(type: string, listener: () => void): void
  EventSource: new (
    url: string,
  ) => { onmessage: (() => void) | null; onopen: (() => void) | null; onerror: (() => void) | null }
}

/** A text object of Block Kit. */
export interface TextObject {
  type: 'plain_text' | 'mrkdwn'
  text: string
}

/** An option of a menu. */
export interface Option {
  text: TextObject
  value: string
  url?: string
}

/** A control or an input element. */
export interface BlockElement {
  type: string
  action_id: string
  text: TextObject
  options?: Option[]
  value?: string
  url?: string
  style?: string
  accessibility_label?: string
  confirm?: { title: TextObject; text: TextObject; confirm: TextObject; deny: TextObject }
  placeholder?: TextObject
  multiline?: boolean
  initial_value?: string
  initial_date?: string
  initial_option?: Option
  initial_user?: string
}

/** A block. */
export interface Block {
  type: string
  block_id: string
  text?: TextObject
  fields?: TextObject[]
  elements?: (BlockElement & TextObject)[]
  accessory?: BlockElement
  element?: BlockElement
  label?: TextObject
  hint?: TextObject
  optional?: boolean
}

/** A message, or an ephemeral one when it has a `user`. */
export interface PageMessage {
  author?: string
  user?: string
  ts: string
  text: string
  blocks: Block[]
  threadTs?: string
  files?: { id: string; title: string; alt: string }[]
  versions?: number
}

/** A conversation with its messages, oldest first. */
export interface PageConversation {
  id: string
  name: string
  kind: 'channel' | 'private channel' | 'dm' | 'home'
  messages: PageMessage[]
  ephemerals: PageMessage[]
}

/** The topmost modal of the person. */
export interface PageView {
  id: string
  hash: string
  title: string
  blocks: Block[]
  errors: Record<string, string>
  source: { submit?: TextObject; close?: TextObject }
}

/** What the page shows: one person's Slack. `now` is epoch milliseconds of the simulator's clock. */
export interface PageState {
  now: number
  app: string
  botUser: string
  you: string
  timeZone: string
  users: { id: string; name: string }[]
  conversations: PageConversation[]
  /** The app's Home tab of this person; null: never published. */
  home: { id: string; hash: string; blocks: Block[] } | null
  view: PageView | null
}

/** What the drawing of a message needs besides the message. `act` sends a press of a control. */
export interface DrawContext {
  state: PageState
  act: (input: { ts: string; actionId: string; value?: string; url?: string }) => Promise<void>
}
