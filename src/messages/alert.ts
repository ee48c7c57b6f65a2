import type { KnownBlock } from '@slack/types'
import { type Handoff, holderOf } from '../handoffs/handoff.ts'
import type { MessageKind } from '../handoffs/rungs.ts'
import { wantedText } from '../handoffs/segments.ts'
import { displayName, type LeadRecord } from '../leads/lead.ts'
import { localTime } from '../rules/words.ts'
import { controls, openInHubSpot } from './controls.ts'
import { contextLine, essentials, type MessageInput, reasons, stateLine, who } from './lines.ts'
import { escapeText, plainText, slackDate } from './texts.ts'
import { MESSAGE_WORDS, MOVED_WORDS } from './words.ts'

/** A Block Kit block, as Slack's own types have it. */
export type Block = KnownBlock

/** A message as Slack wants it: the text carries everything for screen readers and pushes, the blocks are for the eye. */
export interface RenderedMessage {
  text: string
  blocks: Block[]
}

const TEXT_LIMIT = 1_000
const SECTION_LIMIT = 3_000
/** Renders a message from the state as it is now. Pure: the same state gives the same message. */
export function renderMessage(input: MessageInput): RenderedMessage {
  const { kind, lead, handoff } = input
  if (kind === 'owner-refused') return ownerRefused(input)
  if (kind === 'nobody-available' && handoff.state === 'waiting') return nobodyAvailable(input)
  const live =
    handoff.state === 'open' &&
    kind !== 'nobody-available' &&
    (input.reader === undefined || input.reader === holderOf(handoff)?.rep)
  const title = live ? MESSAGE_WORDS[kind].header(nameOf(lead)) : nameOf(lead)
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
    text: spoken([opening(kind, lead, handoff), ...essentials(input, 'spoken'), ...why], input),
    blocks: [
      { type: 'header', text: { type: 'plain_text', emoji: false, text: plainText(title, 150) } },
      section(essentials(input, 'shown').join('\n')),
      ...(why.length > 0 ? [section(why.join('\n'))] : []),
      controls(lead, handoff),
      context,
    ],
  }
}

// Nothing in it says who the lead is: the manager has to look at the pool, not at the lead.
function nobodyAvailable({ lead, handoff, timeZone }: MessageInput): RenderedMessage {
  const since = handoff.startedAt
  const what = `contact ${escapeText(lead.id)}, score ${lead.score.total}`
  const { pool } = handoff
  const wants = handoff.reps ? `. It is for a rep with ${escapeText(wantedText(handoff.reps), 200)}` : ''
  return {
    text: `A lead waits: nobody in the pool ${escapeText(pool)} or its fallback can take it (${what}). Waiting since ${localTime(since, timeZone)}, tried again every minute. Check in team.yaml who is away, inactive or at a cap${wants}`,
    blocks: [
      {
        type: 'header',
        text: { type: 'plain_text', emoji: false, text: MESSAGE_WORDS['nobody-available'].header('') },
      },
      section(
        `*${what}*\nNobody in the pool *${escapeText(pool)}* or its fallback can take it. Waiting since ${slackDate(since, timeZone)}, tried again every minute.\nCheck in team.yaml who is away, inactive or at a cap${wants}.`,
      ),
      openInHubSpot(lead),
    ],
  }
}

// The same whatever becomes of the lead: it is about the rep.
function ownerRefused({ lead, reader = '', slackIds }: MessageInput): RenderedMessage {
  const slackId = slackIds[reader]
  const who = slackId ? `<@${slackId}>` : escapeText(reader)
  const header = MESSAGE_WORDS['owner-refused'].header('')
  const what = `HubSpot does not take the owner id of ${who}: their leads have no owner there, or the one from before. Everything else is written, and the alerts go on.`
  const mend = `Check hubspotOwnerId of ${escapeText(reader)} in team.yaml; npm run baton -- doctor proposes the right one.`
  const since = `Seen with contact ${escapeText(lead.id, 40)}`
  return {
    text: `${header}. ${what} ${mend} ${since}`,
    blocks: [
      { type: 'header', text: { type: 'plain_text', emoji: false, text: header } },
      section(`${what}\n${mend}`),
      { type: 'context', elements: [{ type: 'mrkdwn', verbatim: true, text: since }] },
    ],
  }
}

// Unescaped: a header is plain text, everything else escapes it.
function nameOf(lead: LeadRecord): string {
  const company = lead.attributes['company.name']?.value
  return company === undefined ? displayName(lead.attributes) : `${displayName(lead.attributes)}, ${company}`
}

function opening(kind: MessageKind, lead: LeadRecord, handoff: Handoff): string {
  const how = holderOf(handoff)?.how
  const moved = kind === 'rep-alert' && how ? MOVED_WORDS[how] : undefined
  return `${moved?.opening ?? MESSAGE_WORDS[kind].opening}: ${who(lead)}`
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

function section(mrkdwn: string): Block {
  return { type: 'section', expand: true, text: { type: 'mrkdwn', verbatim: true, text: cut(mrkdwn, SECTION_LIMIT) } }
}
