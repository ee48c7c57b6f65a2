import type { KnownBlock, ModalView } from '@slack/types'
import {
  type Handoff,
  type HandoffEvent,
  type HandoffMessageKind,
  holderOf,
  managerHearsAt,
  slaStatus,
} from './handoff.ts'
import { type Attributes, displayName, type LeadRecord, type Signal } from './lead.ts'
import { duration, escapeText, localTime, plainText, slackDate } from './slack-text.ts'

/** A Block Kit block and a modal, as Slack's own types have them. */
export type Block = KnownBlock
export type Modal = ModalView

/** What a message is for. Every kind but the last belongs to a handoff and follows its state. */
export type MessageKind = HandoffMessageKind | 'nobody-available'

/** Everything a message needs. `slackIds` maps rep ids to Slack user ids; `reader` is the rep who got a message, if any. */
export interface MessageInput {
  kind: MessageKind
  lead: LeadRecord
  handoff: Handoff | null
  reader: string | undefined
  slackIds: Record<string, string>
  timeZone: string
  pool: string
}

/** A message as Slack wants it: the text carries everything for screen readers and pushes, the blocks are for the eye. */
export interface RenderedMessage {
  text: string
  blocks: Block[]
}

/** The ids of the controls (contract, "Slack"). An overflow option's value is its name, a colon and the handoff id. */
export const CONTROLS = {
  contacted: 'lead.contacted',
  open: 'lead.open',
  more: 'lead.more',
  disqualify: 'lead.disqualify',
} as const
export const MENU = { pass_on: 'Pass on', disqualify: 'Disqualify', explain: 'Why this score' } as const
export type MenuChoice = keyof typeof MENU

const TEXT_LIMIT = 1_000
const SECTION_LIMIT = 3_000
// Each step is one line of a section; a lead that is passed on again and again must not outgrow it.
const MOST_EVENTS = 10
const ATTRIBUTE_WORDS: Record<string, string> = {
  jobTitle: 'job title',
  'company.size': 'company size',
  'company.industry': 'industry',
  'leadSource.detail': 'lead source detail',
}

/** Renders a message from the state as it is now. Pure: the same state gives the same message. */
export function renderMessage(input: MessageInput): RenderedMessage {
  const { kind, lead, handoff } = input
  if (!handoff) return nobodyAvailable(input)
  const live = handoff.status === 'open' && (input.reader === undefined || input.reader === holderOf(handoff).rep)
  const title = titleOf(kind, lead, live)
  const context: Block = {
    type: 'context',
    elements: [{ type: 'mrkdwn', verbatim: true, text: contextLine(input) }],
  }
  if (!live) {
    const state = stateLine(input)
    return {
      text: spoken([escapeText(title), state], input),
      blocks: [section(`~${escapeText(title)}~\n${state}`), context],
    }
  }
  const why = reasons(lead)
  return {
    text: spoken([opening(kind, lead, handoff), ...facts(input, 'spoken'), ...why], input),
    blocks: [
      { type: 'header', text: { type: 'plain_text', emoji: false, text: plainText(title, 150) } },
      section(facts(input, 'shown').join('\n')),
      ...(why.length > 0 ? [section(why.join('\n'))] : []),
      controls(lead, handoff),
      context,
    ],
  }
}

/** The modal that asks why a lead is disqualified. `privateText` comes back with the submission. */
export function disqualifyModal(lead: LeadRecord, privateText: string): Modal {
  const options = Object.entries(DISQUALIFY_REASONS).map(([value, text]) => ({
    text: { type: 'plain_text' as const, text },
    value,
  }))
  return {
    type: 'modal',
    callback_id: CONTROLS.disqualify,
    private_metadata: privateText,
    title: { type: 'plain_text', text: 'Disqualify lead' },
    submit: { type: 'plain_text', text: 'Disqualify Lead' },
    close: { type: 'plain_text', text: 'Cancel' },
    blocks: [
      {
        type: 'context',
        elements: [
          { type: 'mrkdwn', verbatim: true, text: `${who(lead)}. Stops the clock and writes the reason to HubSpot.` },
        ],
      },
      {
        type: 'input',
        block_id: 'reason',
        label: { type: 'plain_text', text: 'Reason' },
        element: { type: 'radio_buttons', action_id: 'choice', options },
      },
      {
        type: 'input',
        block_id: 'note',
        optional: true,
        label: { type: 'plain_text', text: 'Note' },
        element: { type: 'plain_text_input', action_id: 'text', multiline: true, max_length: 300 },
      },
    ],
  }
}

/** The reasons that the modal offers. */
export const DISQUALIFY_REASONS: Record<string, string> = {
  not_a_fit: 'Not a fit',
  not_interested: 'Not interested',
  competitor: 'Competitor',
  duplicate: 'Duplicate',
  wrong_data: 'Wrong contact data',
}

function nobodyAvailable({ lead, pool, timeZone }: MessageInput): RenderedMessage {
  const since = lead.waitingSince ?? lead.route.at
  const text = `Nobody in the pool ${pool} can take a lead: ${who(lead)}, score ${lead.score.total}. It waits since ${localTime(since, timeZone)} and is tried again every minute. Check team.yaml: away, active, caps`
  return {
    text: cut(text, TEXT_LIMIT),
    blocks: [
      { type: 'header', text: { type: 'plain_text', emoji: false, text: 'A lead waits: nobody is available' } },
      section(
        `*${who(lead)}* · score ${lead.score.total}\nPool *${escapeText(pool)}* and its fallback have nobody who can take it. Waiting since ${slackDate(since, timeZone)}, tried again every minute.\nCheck in team.yaml who is away, inactive or at a cap.`,
      ),
    ],
  }
}

// Unescaped: a header is plain text, everything else escapes it.
function titleOf(kind: MessageKind, lead: LeadRecord, live: boolean): string {
  const company = lead.attributes['company.name']?.value
  const name = company === undefined ? displayName(lead.attributes) : `${displayName(lead.attributes)}, ${company}`
  if (!live) return name
  if (kind === 'reminder') return `Waiting for you: ${name}`
  if (kind === 'manager-alert') return `No response yet: ${name}`
  if (kind === 'hot-alert') return `Hot lead: ${name}`
  return name
}

function opening(kind: MessageKind, lead: LeadRecord, handoff: Handoff): string {
  const { how } = holderOf(handoff)
  const forRep =
    how === 'reassigned' ? 'Reassigned to you' : how === 'passed-on' ? 'Passed on to you' : 'New lead for you'
  const openings: Record<MessageKind, string> = {
    'rep-alert': forRep,
    'pool-alert': 'New lead',
    reminder: 'Still waiting for you',
    'manager-alert': 'No response yet',
    'hot-alert': 'Hot lead',
    'nobody-available': 'A lead waits',
  }
  return `${openings[kind]}: ${who(lead)}`
}

// The spoken form leaves out what the opening has said already.
function facts({ kind, lead, handoff, slackIds, timeZone }: MessageInput, form: 'spoken' | 'shown'): string[] {
  if (!handoff) return []
  const { attributes, score } = lead
  const size = text(attributes, 'company.size')
  const role = form === 'shown' ? text(attributes, 'jobTitle') : undefined
  const firm = [
    role && `*${role}*`,
    text(attributes, 'company.industry'),
    size === undefined ? undefined : `${size} people`,
    text(attributes, 'country'),
  ].filter(Boolean)
  const lines: string[] = firm.length > 0 ? [firm.join(' · ')] : []
  lines.push(
    `*Score ${score.total}* (${score.band}): fit ${score.fit}, engagement ${score.engagement}${score.tier ? ` · tier ${score.tier}` : ''}`,
  )
  const due = `*${slaStatus(handoff) === 'breached' ? 'Was due' : 'Respond by'} ${slackDate(handoff.dueAt, timeZone)}*`
  const forTheRep = kind === 'rep-alert' || kind === 'reminder'
  lines.push(forTheRep ? due : `${due} · with ${mention(slackIds, holderOf(handoff).rep)}`)
  if (kind === 'manager-alert')
    return [...lines, ...handoff.events.slice(-MOST_EVENTS).map((event) => eventLine(event, slackIds, timeZone))]
  const [before, holder] = handoff.holders.slice(-2)
  if (before && holder) {
    const from = mention(slackIds, before.rep)
    lines.push(
      holder.how === 'passed-on'
        ? `Passed on by ${holder.by ? `<@${holder.by}>` : from}`
        : `Reassigned from ${from}: no response`,
    )
    const hears = managerHearsAt(handoff)
    if (hears !== null) lines.push(`The manager hears of it ${slackDate(hears, timeZone)}`)
  }
  return lines
}

// Screen readers and pushes get the text only: no mrkdwn stars, and dates as text instead of Slack's date tokens.
function spoken(lines: string[], { timeZone }: MessageInput): string {
  const plain = lines.filter(Boolean).map((line) =>
    line
      .replaceAll('*', '')
      .replace(/<!date\^(\d+)\^[^>]*>/g, (_, seconds: string) => localTime(Number(seconds) * 1_000, timeZone))
      .replace(/\.$/, ''),
  )
  return cut(plain.join('. '), TEXT_LIMIT)
}

// Cuts between characters and never inside an escape such as &amp;, a mention or a date, which would show as garbage.
function cut(text: string, max: number): string {
  if (text.length <= max) return text
  return `${text.slice(0, max - 1).replace(/(&[a-z]{0,4}|<[^>]*|[\uD800-\uDBFF])$/, '')}…`
}

function reasons(lead: LeadRecord): string[] {
  const lines: string[] = []
  if (lead.score.reasons.length > 0)
    lines.push(`*Why ${lead.score.total}:* ${lead.score.reasons.map((reason) => escapeText(reason)).join(' · ')}`)
  const pages = counted(lead.signals.filter(isPage).map((signal) => pathOf(signal.detail ?? '')))
  if (pages.length === 0 && lead.pages.last) pages.push(pathOf(lead.pages.last))
  if (pages.length > 0) lines.push(`*Viewed:* ${pages.map((page) => escapeText(page, 60)).join(', ')}`)
  const content = counted(
    lead.signals.filter((signal) => signal.detail && !isPage(signal)).map((signal) => signal.detail ?? ''),
  )
  if (content.length > 0) lines.push(`*Content:* ${content.map((item) => escapeText(item, 60)).join(', ')}`)
  if (lead.missing.length > 0)
    lines.push(`*Missing:* ${lead.missing.map((name) => ATTRIBUTE_WORDS[name] ?? name).join(', ')}`)
  return lines
}

function controls(lead: LeadRecord, handoff: Handoff): Block {
  const name = plainText(displayName(lead.attributes), 40)
  return {
    type: 'actions',
    elements: [
      {
        type: 'button',
        action_id: CONTROLS.contacted,
        style: 'primary',
        text: { type: 'plain_text', text: 'Contacted' },
        value: handoff.id,
        accessibility_label: `Contacted ${name}`,
      },
      {
        type: 'button',
        action_id: CONTROLS.open,
        text: { type: 'plain_text', text: 'Open in HubSpot' },
        url: contactUrl(lead),
        value: handoff.id,
      },
      {
        type: 'overflow',
        action_id: CONTROLS.more,
        options: Object.entries(MENU).map(([value, label]) => ({
          text: { type: 'plain_text' as const, text: label },
          value: `${value}:${handoff.id}`,
        })),
      },
    ],
  }
}

/** Where a person opens the contact. HubSpot redirects to the account's own region. */
export function contactUrl(lead: Pick<LeadRecord, 'id' | 'portalId'>): string {
  return lead.portalId
    ? `https://app.hubspot.com/contacts/${encodeURIComponent(lead.portalId)}/record/0-1/${encodeURIComponent(lead.id)}`
    : 'https://app.hubspot.com/contacts'
}

function stateLine({ handoff, slackIds, timeZone, reader }: MessageInput): string {
  if (!handoff) return ''
  if (handoff.ended) {
    const { how, at, by, reason, minutes } = handoff.ended
    const person = by ? ` by <@${by}>` : ''
    const when = slackDate(at, timeZone)
    const returned = handoff.events.findLast((event) => event.what === 'returned')
    const back = returned ? `\n${eventLine(returned, slackIds, timeZone)}` : ''
    if (how === 'contacted') return `*Contacted*${person} ${when}, after ${duration(minutes * 60_000)}${back}`
    if (how === 'seen-in-hubspot')
      return `*Contacted*: seen in HubSpot ${when}, after ${duration(minutes * 60_000)}${back}`
    if (how === 'disqualified') return `*Disqualified*${person} ${when}: ${escapeText(reason ?? '', 300)}`
    return `*Closed* ${when}: the contact is no longer in HubSpot`
  }
  const move = handoff.events.findLast((event) => event.what === 'reassigned' || event.what === 'passed-on')
  return move && reader ? eventLine(move, slackIds, timeZone) : ''
}

function eventLine(event: HandoffEvent, slackIds: Record<string, string>, timeZone: string): string {
  const when = slackDate(event.at, timeZone)
  const rep = event.rep ? mention(slackIds, event.rep) : ''
  const by = event.by ? ` by <@${event.by}>` : ''
  switch (event.what) {
    case 'started':
      return `Given to ${rep} ${when}`
    case 'reminded':
      return `Reminded ${rep} ${when}`
    case 'reassigned':
      return `*Reassigned* to ${rep} ${when}: no response`
    case 'passed-on':
      return `*Passed on* to ${rep}${by} ${when}`
    case 'nobody-left':
      return event.by ? `*Wanted to pass on*${by} ${when}: nobody else is left` : `*Nobody left* to give it to ${when}`
    case 'manager-alerted':
      return `Manager told ${when}`
    case 'contacted':
      return `*Contacted*${by} ${when}`
    case 'seen-in-hubspot':
      return `*Contacted*: seen in HubSpot ${when}`
    case 'disqualified':
      return `*Disqualified*${by} ${when}`
    case 'returned':
      return `Back to nurture ${when}: ${escapeText(event.detail ?? '')}`
    case 'contact-gone':
      return `*Closed* ${when}`
  }
}

function contextLine({ kind, lead, handoff, slackIds, timeZone }: MessageInput): string {
  if (!handoff) return ''
  // The manager's message tells the whole course above.
  const recent =
    kind === 'manager-alert' ? [] : handoff.events.slice(-3).map((event) => eventLine(event, slackIds, timeZone))
  return [`Route ${escapeText(handoff.route)}`, ...recent, `contact ${escapeText(lead.id)}`].join(' · ')
}

function who(lead: LeadRecord): string {
  const { attributes } = lead
  const role = text(attributes, 'jobTitle')
  const company = text(attributes, 'company.name')
  return [
    escapeText(displayName(attributes)),
    role && `, ${role}`,
    company && (role ? ` at ${company}` : `, ${company}`),
  ]
    .filter(Boolean)
    .join('')
}

function mention(slackIds: Record<string, string>, rep: string): string {
  const id = slackIds[rep]
  return id ? `<@${id}>` : escapeText(rep)
}

function section(mrkdwn: string): Block {
  return { type: 'section', expand: true, text: { type: 'mrkdwn', verbatim: true, text: cut(mrkdwn, SECTION_LIMIT) } }
}

function text(attributes: Attributes, name: string): string | undefined {
  const value = attributes[name]?.value
  return value === undefined ? undefined : escapeText(String(value), 80)
}

function isPage(signal: Signal): boolean {
  return /^(https?:\/\/|\/)/.test(signal.detail ?? '')
}

function pathOf(url: string): string {
  return url.replace(/^https?:\/\/[^/]+/, '').replace(/[?#].*$/, '') || '/'
}

function counted(items: string[]): string[] {
  const counts = new Map<string, number>()
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1)
  return [...counts].slice(-5).map(([item, count]) => (count > 1 ? `${item} (${count}×)` : item))
}
