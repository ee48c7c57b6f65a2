import type { KnownBlock } from '@slack/types'
import { buttonsNow } from '../handoffs/buttons.ts'
import { holderOf } from '../handoffs/handoff.ts'
import type { Button } from '../handoffs/kinds.ts'
import { wantedText } from '../handoffs/segments.ts'
import { localTime } from '../rules/words.ts'
import { asksForAttempts, attemptsWords } from './attempts.ts'
import { contactUrl } from './contact-url.ts'
import { controls, openInHubSpot, reasonControls } from './controls.ts'
import { answersLine } from './forms.ts'
import { headline } from './headline.ts'
import {
  afterAnswer,
  contextLine,
  essentials,
  eventLine,
  kindWords,
  type MessageInput,
  reasons,
  stateLine,
  who,
} from './lines.ts'
import { leadName, nameAndCompany } from './names.ts'
import { reachLinks } from './reach.ts'
import { cutMrkdwn, escapeText, plainText, slackDate } from './texts.ts'
import { MESSAGE_WORDS } from './words.ts'

/** A Block Kit block, as Slack's own types have it. */
export type Block = KnownBlock

/** A message as Slack wants it: the text carries everything for screen readers and pushes, the blocks are for the eye. */
export interface RenderedMessage {
  text: string
  blocks: Block[]
}

const TEXT_LIMIT = 1_000
const SECTION_LIMIT = 3_000
// After an answer: the rep goes on with the lead.
const GOES_ON: ReadonlySet<string> = new Set(['done', 'qualified', 'accepted'])

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
  const asks = asksForAttempts(handoff, input.reader)
  if (asks && kind === 'attempts-reminder') return attemptsReminder(input, buttons)
  if (!live) return settled(input, settledControls(input, buttons, asks))
  const title = headline(input)
  const known = answersLine(lead, input.questions ?? [])
  const why = [...(known ? [known] : []), ...reasons(input)]
  const { lines: also = [], buttons: openers = [] } = input.also ?? {}
  // It was answered, and more is to be said of it.
  const state = handoff.state === 'answered' ? [stateLine(input)] : []
  // A name that was cut stands whole below.
  const name = title.includes(leadName(lead)) ? [] : [escapeText(leadName(lead))]
  const said = [...name, ...essentials(input), ...state, ...also]
  return {
    text: spoken([escapeText(title), ...said, ...why], input),
    blocks: [
      header(title),
      section(said.join('\n')),
      ...(why.length > 0 ? [section(why.join('\n'))] : []),
      controls(lead, handoff, buttons),
      ...openers,
      ...context(input),
    ],
  }
}

// What is left to do with one that is settled: to count attempts, to take the answer back, to begin anew.
function settledControls({ lead, handoff }: MessageInput, buttons: readonly Button[], asks: boolean): Block[] {
  const left = asks ? buttons : buttons.filter(({ act }) => act === 'undo' || act === 'reopen')
  return left.length > 0 ? [controls(lead, handoff, left)] : []
}

// Nothing is wanted any more but attempts, perhaps: of who was answered it keeps what one needs to go on, else the name is crossed out.
function settled(input: MessageInput, more: Block[]): RenderedMessage {
  const { lead, handoff } = input
  const { answered, ended } = handoff
  const goesOn = answered !== undefined && (!ended || GOES_ON.has(ended.how)) && isReaders(input)
  const kind = handoff.ruled ? `${kindWords(handoff)}: ` : ''
  const name = `${kind}${escapeText(nameAndCompany(lead))}`
  const state = stateLine(input)
  const lines = goesOn
    ? [`*${name}*`, afterAnswer(lead).join(' · '), state]
    : [`~${name}~`, state, ...(ended?.how === 'missing' ? [] : [`<${contactUrl(lead)}|HubSpot>`])]
  const [first = '', ...rest] = goesOn ? [name, state, ...afterAnswer(lead)] : [name, state]
  return {
    text: spoken([first, ...rest], input),
    blocks: [section(lines.filter(Boolean).join('\n')), ...more, ...context(input)],
  }
}

function isReaders({ reader, handoff }: MessageInput): boolean {
  return reader === undefined || reader === holderOf(handoff)?.rep
}

function header(text: string): Block {
  return { type: 'header', text: { type: 'plain_text', emoji: false, text } }
}

function context(input: MessageInput): Block[] {
  const text = contextLine(input)
  return text === '' ? [] : [{ type: 'context', elements: [{ type: 'mrkdwn', verbatim: true, text }] }]
}

// The same reader had the alert: what is left to do, and until when, is enough.
function attemptsReminder(input: MessageInput, buttons: readonly Button[]): RenderedMessage {
  const { lead, handoff, timeZone } = input
  const title = headline(input)
  const ends = `*${attemptsWords(handoff)}*, time ends ${slackDate(handoff.attempts?.until ?? 0, timeZone)}`
  const then = 'Without an answer it goes back to nurture then.'
  const lines = [who(lead), reachLinks(lead).join(' · '), ends, then].filter(Boolean)
  return {
    text: spoken([escapeText(title), ends, then], input),
    blocks: [header(title), section(lines.join('\n')), controls(lead, handoff, buttons), ...context(input)],
  }
}

// It wants one thing only; whatever else becomes of the handoff is not for its reader.
function reasonAsked({ lead, handoff, slackIds, timeZone }: MessageInput): RenderedMessage {
  const title = `${MESSAGE_WORDS['reason-asked'].opening}: ${nameAndCompany(lead)}`
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
    text: spoken([escapeText(title), what], { timeZone }),
    blocks: [header(plainText(title, 80)), section(what), reasonControls(lead, handoff)],
  }
}

// Nothing in it says who the lead is: the manager has to look at the pool, not at the lead.
function nobodyAvailable({ lead, handoff, timeZone }: MessageInput): RenderedMessage {
  const since = handoff.startedAt
  const what = `score ${lead.score.total}`
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
        text: { type: 'plain_text', emoji: false, text: MESSAGE_WORDS['nobody-available'].opening },
      },
      section(
        `*Score ${lead.score.total}*\n${nobody[0]?.toUpperCase()}${nobody.slice(1)}. Waiting since ${slackDate(since, timeZone)}, tried again every minute.\n${check}.`,
      ),
      openInHubSpot(lead),
    ],
  }
}

// The same whatever becomes of the lead: it is about the rep.
function ownerRefused({ lead, reader = '', slackIds }: MessageInput): RenderedMessage {
  const slackId = slackIds[reader]
  const who = slackId ? `<@${slackId}>` : escapeText(reader)
  const header = MESSAGE_WORDS['owner-refused'].opening
  const what = `HubSpot does not take the owner id of ${who}: their leads have no owner there, or the one from before. Everything else is written, and the alerts go on.`
  const mend = `Check hubspotOwnerId of ${escapeText(reader)} in team.yaml; npm run baton -- doctor proposes the right one.`
  return {
    text: `${header}. ${what} ${mend}`,
    blocks: [
      { type: 'header', text: { type: 'plain_text', emoji: false, text: header } },
      section(`${what}\n${mend}`),
      openInHubSpot(lead),
    ],
  }
}

/** Lines as text alone, for screen readers and pushes: no mrkdwn stars, dates and links as text instead of Slack's tokens. */
export function spoken(lines: string[], { timeZone }: Pick<MessageInput, 'timeZone'>): string {
  const plain = lines.filter(Boolean).map((line) =>
    line
      .replaceAll('*', '')
      .replace(/<!date\^(\d+)\^[^>]*>/g, (_, seconds: string) => localTime(Number(seconds) * 1_000, timeZone))
      .replace(/<(?:https?|tel|mailto):[^|>]*\|([^>]*)>/g, '$1')
      .replace(/\.$/, ''),
  )
  // What was cut short ends with its own points.
  return cutMrkdwn(plain.join('. ').replaceAll('…. ', '… '), TEXT_LIMIT)
}

/** A section of mrkdwn, under Slack's limit. */
export function section(mrkdwn: string): Block {
  return {
    type: 'section',
    expand: true,
    text: { type: 'mrkdwn', verbatim: true, text: cutMrkdwn(mrkdwn, SECTION_LIMIT) },
  }
}
