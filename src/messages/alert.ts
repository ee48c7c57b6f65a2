import type { KnownBlock } from '@slack/types'
import { buttonsNow } from '../handoffs/buttons.ts'
import { type Handoff, holderOf } from '../handoffs/handoff.ts'
import type { Button } from '../handoffs/kinds.ts'
import type { MessageKind } from '../handoffs/rungs.ts'
import { wantedText } from '../handoffs/segments.ts'
import { displayName, type LeadRecord } from '../leads/lead.ts'
import { localTime } from '../rules/words.ts'
import { asksForAttempts, attemptsWords } from './attempts.ts'
import { controls, openInHubSpot, reasonControls } from './controls.ts'
import { beginningOf } from './delivery.ts'
import { answersLine } from './forms.ts'
import { contextLine, essentials, eventLine, kindWords, type MessageInput, reasons, stateLine, who } from './lines.ts'
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
  if (kind === 'reason-asked') return reasonAsked(input)
  if (kind === 'nobody-available' && handoff.state === 'waiting') return nobodyAvailable(input)
  const buttons = input.buttons ?? buttonsNow(undefined, handoff)
  const canSettle = buttons.some(({ act }) => act === 'answer' || act === 'end')
  const live =
    (handoff.state === 'open' || (handoff.state === 'answered' && canSettle)) &&
    kind !== 'nobody-available' &&
    (input.reader === undefined || input.reader === holderOf(handoff)?.rep)
  const name = handoff.ruled ? `${kindWords(handoff)}: ${nameOf(lead)}` : nameOf(lead)
  const title = live && handoff.state === 'open' ? beginningOf(kind, handoff).header(name) : name
  const context: Block = {
    type: 'context',
    elements: [{ type: 'mrkdwn', verbatim: true, text: contextLine(input) }],
  }
  const asks = asksForAttempts(handoff, input.reader)
  if (asks && kind === 'attempts-reminder') return attemptsReminder(input, buttons, context)
  if (!live) {
    const state = stateLine(input)
    return {
      text: spoken([escapeText(title), state], input),
      blocks: [
        section(`~${escapeText(title)}~\n${state}`),
        ...(asks ? [controls(lead, handoff, buttons)] : []),
        context,
      ],
    }
  }
  const known = answersLine(lead, input.questions ?? [])
  const why = [...(known ? [known] : []), ...reasons(lead)]
  const { lines: also = [], buttons: openers = [] } = input.also ?? {}
  // It was answered, and more is to be said of it.
  const state = handoff.state === 'answered' ? [stateLine(input)] : []
  return {
    text: spoken([opening(kind, lead, handoff), ...essentials(input, 'spoken'), ...state, ...also, ...why], input),
    blocks: [
      { type: 'header', text: { type: 'plain_text', emoji: false, text: plainText(title, 150) } },
      section([...essentials(input, 'shown'), ...state, ...also].join('\n')),
      ...(why.length > 0 ? [section(why.join('\n'))] : []),
      controls(lead, handoff, buttons),
      ...openers,
      context,
    ],
  }
}

// The same reader had the alert: what is left to do, and until when, is enough.
function attemptsReminder(input: MessageInput, buttons: readonly Button[], context: Block): RenderedMessage {
  const { lead, handoff, timeZone } = input
  const ends = `*${attemptsWords(handoff)}*, time ends ${slackDate(handoff.attempts?.until ?? 0, timeZone)}`
  const then = 'Without an answer it goes back to nurture then.'
  const header = MESSAGE_WORDS['attempts-reminder'].header(nameOf(lead))
  return {
    text: spoken([`${MESSAGE_WORDS['attempts-reminder'].opening}: ${who(lead)}`, ends, then], input),
    blocks: [
      { type: 'header', text: { type: 'plain_text', emoji: false, text: plainText(header, 150) } },
      section(`${who(lead)}\n${ends}\n${then}`),
      controls(lead, handoff, buttons),
      context,
    ],
  }
}

// It wants one thing only; whatever else becomes of the handoff is not for its reader.
function reasonAsked({ lead, handoff, slackIds, timeZone }: MessageInput): RenderedMessage {
  const title = MESSAGE_WORDS['reason-asked'].header(nameOf(lead))
  if (!handoff.wantsReason) {
    const given = handoff.events.findLast(({ what }) => what === 'reason-given')
    const state = given ? eventLine(given, slackIds, timeZone) : 'Nothing is wanted any more'
    return {
      text: `${escapeText(title)}. ${state.replaceAll('*', '')}`,
      blocks: [section(`~${escapeText(title)}~\n${state}`)],
    }
  }
  const what = `${who(lead)} was disqualified in HubSpot without a reason. Please say why: it is written to the contact.`
  return {
    text: `${MESSAGE_WORDS['reason-asked'].opening}: ${what}`,
    blocks: [
      { type: 'header', text: { type: 'plain_text', emoji: false, text: plainText(title, 150) } },
      section(what),
      reasonControls(lead, handoff),
    ],
  }
}

// Nothing in it says who the lead is: the manager has to look at the pool, not at the lead.
function nobodyAvailable({ lead, handoff, timeZone }: MessageInput): RenderedMessage {
  const since = handoff.startedAt
  const what = `contact ${escapeText(lead.id)}, score ${lead.score.total}`
  const { pool, kind } = handoff
  const nobody = pool
    ? `nobody in the pool *${escapeText(pool)}* or its fallback can take it`
    : `the handoff *${escapeText(kind)}* finds nobody to take it`
  const wants = handoff.reps ? `. It is for a rep with ${escapeText(wantedText(handoff.reps), 200)}` : ''
  const check = pool
    ? `Check in team.yaml who is away, inactive or at a cap${wants}`
    : `Check whom handoffs.yaml names under ${escapeText(kind)}, \`to\`, and who owns it in HubSpot`
  return {
    text: `A lead waits: ${nobody.replaceAll('*', '')} (${what}). Waiting since ${localTime(since, timeZone)}, tried again every minute. ${check}`,
    blocks: [
      {
        type: 'header',
        text: { type: 'plain_text', emoji: false, text: MESSAGE_WORDS['nobody-available'].header('') },
      },
      section(
        `*${what}*\n${nobody[0]?.toUpperCase()}${nobody.slice(1)}. Waiting since ${slackDate(since, timeZone)}, tried again every minute.\n${check}.`,
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
  const { opening: usual } = beginningOf(kind, handoff)
  const begins = moved?.opening ?? usual
  if (!handoff.ruled) return `${begins}: ${who(lead)}`
  const isFirst = (kind === 'rep-alert' || kind === 'pool-alert') && !moved
  return `${isFirst ? '' : `${begins}: `}${kindWords(handoff)}: ${who(lead)}`
}

/** Lines as text alone, for screen readers and pushes: no mrkdwn stars, dates and links as text instead of Slack's tokens. */
export function spoken(lines: string[], { timeZone }: Pick<MessageInput, 'timeZone'>): string {
  const plain = lines.filter(Boolean).map((line) =>
    line
      .replaceAll('*', '')
      .replace(/<!date\^(\d+)\^[^>]*>/g, (_, seconds: string) => localTime(Number(seconds) * 1_000, timeZone))
      .replace(/<https?:[^|>]*\|([^>]*)>/g, '$1')
      .replace(/\.$/, ''),
  )
  return cut(plain.join('. '), TEXT_LIMIT)
}

// Cuts between characters and never inside an escape such as &amp;, a mention or a date, which would show as garbage.
function cut(text: string, max: number): string {
  if (text.length <= max) return text
  return `${text.slice(0, max - 1).replace(/(&[a-z]{0,4}|<[^>]*|[\uD800-\uDBFF])$/, '')}…`
}

/** A section of mrkdwn, under Slack's limit. */
export function section(mrkdwn: string): Block {
  return { type: 'section', expand: true, text: { type: 'mrkdwn', verbatim: true, text: cut(mrkdwn, SECTION_LIMIT) } }
}
