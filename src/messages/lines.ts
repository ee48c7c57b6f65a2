import type { KnownBlock } from '@slack/types'
import { type Handoff, type HandoffEvent, holderOf } from '../handoffs/handoff.ts'
import type { Button } from '../handoffs/kinds.ts'
import { managerHearsAt } from '../handoffs/ladder.ts'
import { MESSAGES, type MessageKind } from '../handoffs/rungs.ts'
import { wantedText } from '../handoffs/segments.ts'
import { slaStatus } from '../handoffs/status.ts'
import type { FormQuestion } from '../leads/forms.ts'
import { displayName, type LeadRecord } from '../leads/lead.ts'
import type { Attributes, Signal } from '../rules/attributes.ts'
import { EITHER } from '../rules/routing.ts'
import { duration, plain } from '../rules/words.ts'
import { attemptsLine } from './attempts.ts'
import { cameBy } from './came-by.ts'
import { dealLine } from './deal.ts'
import { deliveryLines, shownEvents } from './delivery.ts'
import { escapeText, slackDate } from './texts.ts'
import { CHOSEN_WORDS, EVENT_WORDS, MOVED_WORDS, UNCLEAR } from './words.ts'

/** Everything a message needs. `slackIds` maps rep ids to Slack user ids; `reader` is the rep who got a message, if any. */
export interface MessageInput {
  kind: MessageKind
  lead: LeadRecord
  handoff: Handoff
  reader: string | undefined
  /** The name of who has taken the lead over, where they are nobody of the team. */
  outsider?: string | undefined
  /** Whose company it is, where that is somebody else than the holder. */
  account?: string | undefined
  /** What the lead wants of a rep and the holder lacks, such as `speaks no German`. */
  lacks?: string | undefined
  /** The buttons that make sense now; those of a kind that names none unless given. */
  buttons?: readonly Button[] | undefined
  /** The questions of forms whose answers are shown. */
  questions?: readonly FormQuestion[] | undefined
  /** What else the reader is told by the same event. */
  also?: { lines: string[]; buttons: KnownBlock[] } | undefined
  /** Who sold the deal that the handoff is about, where they are of the team. */
  seller?: string | undefined
  slackIds: Record<string, string>
  timeZone: string
}

// Each step is one line of a section; a lead that is passed on again and again must not outgrow it.
const MOST_EVENTS = 10
const ATTRIBUTE_WORDS: Record<string, string> = {
  jobTitle: 'job title',
  'company.size': 'company size',
  'company.revenue': 'revenue',
  'company.industry': 'industry',
  'leadSource.detail': 'lead source detail',
}

/** The lines that every live message has: firm, score, deadline. The spoken form leaves out what the opening says. */
export function essentials(
  { kind, lead, handoff, seller, slackIds, timeZone, account, lacks }: MessageInput,
  form: 'spoken' | 'shown',
): string[] {
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
  const deal = dealLine(handoff, lead, seller && mention(slackIds, seller), timeZone)
  if (deal) lines.push(deal)
  lines.push(
    `*Score ${score.total}* (${score.band}): ${score.base === undefined ? '' : `base ${score.base}, `}fit ${score.fit}, engagement ${score.engagement}${score.tier ? ` · tier ${score.tier}` : ''}`,
  )
  const due = `*${slaStatus(handoff) === 'breached' ? 'Was due' : 'Respond by'} ${slackDate(handoff.dueAt ?? handoff.startedAt, timeZone)}*`
  const forTheRep = MESSAGES[kind] === 'rep'
  lines.push(forTheRep ? due : `${due} · with ${mention(slackIds, holderOf(handoff)?.rep ?? '')}`)
  const opens = handoff.counted[0]?.from ?? handoff.startedAt
  if (opens > handoff.startedAt) lines.push(`Out of hours: the clock starts ${slackDate(opens, timeZone)}`)
  const current = holderOf(handoff)
  lines.push(...deliveryLines(kind, handoff, mention(slackIds, current?.rep ?? ''), timeZone))
  if (current?.for) lines.push(`Covers for ${mention(slackIds, current.for)}, who is away and stays the owner`)
  const why = kind === 'rep-alert' && current ? CHOSEN_WORDS[current.how] : undefined
  if (why) lines.push(why)
  if (account) lines.push(`The company belongs to ${account} in HubSpot`)
  if (lacks && handoff.reps)
    lines.push(`It is for a rep with ${escapeText(wantedText(handoff.reps), 200)}; none of them could take it`)
  for (const told of ['came-back', 'sent-on', 'lead-acted'] as const) {
    const event = kind === 'manager-alert' ? undefined : handoff.events.findLast(({ what }) => what === told)
    if (event) lines.push(eventLine(event, slackIds, timeZone))
  }
  if (kind === 'manager-alert')
    return [
      ...lines,
      ...shownEvents(handoff)
        .slice(-MOST_EVENTS)
        .map((event) => eventLine(event, slackIds, timeZone)),
    ]
  const [before, holder] = handoff.holders.slice(-2)
  if (before && holder) {
    const by = holder.by ? `<@${holder.by}>` : undefined
    const moved = MOVED_WORDS[holder.how]?.line({ from: mention(slackIds, before.rep), by })
    // A stand-in who becomes the owner had it before.
    if (moved && before.rep !== holder.rep) lines.push(moved)
    const hears = managerHearsAt(handoff)
    if (hears !== null) lines.push(`The manager hears of it ${slackDate(hears, timeZone)}`)
  }
  return lines
}

/** Why this score, what the lead looked at, what is not known of it, and how it came to us. */
export function reasons(lead: LeadRecord): string[] {
  const lines: string[] = []
  if (lead.score.reasons.length > 0)
    lines.push(`*Why ${lead.score.total}:* ${lead.score.reasons.map((reason) => escapeText(reason)).join(' · ')}`)
  const pages = counted(lead.signals.filter(isPage).map((signal) => pathOf(signal.detail ?? '')))
  if (pages.length === 0 && lead.pages.last) pages.push(pathOf(lead.pages.last))
  if (pages.length > 0) lines.push(`*Viewed:* ${pages.map((page) => escapeText(page, 60)).join(', ')}`)
  const content = counted(
    // What our own people did, such as with a deal, is nothing that the lead looked at.
    // A form is one thing, whatever signals it is.
    [
      ...Map.groupBy(
        lead.signals.filter((signal) => signal.detail && signal.by !== 'sales' && !isPage(signal)),
        ({ at, detail }) => `${at} ${detail}`,
      ).values(),
    ].map(([signal]) => signal?.detail ?? ''),
  )
  if (content.length > 0) lines.push(`*Content:* ${content.map((item) => escapeText(item, 60)).join(', ')}`)
  if (lead.missing.length > 0) lines.push(`*Missing:* ${lead.missing.map(wordsOf).join(', ')}`)
  const came = cameBy(lead.attributes)
  if (came !== '') lines.push(`*Came by:* ${came}`)
  return lines
}

function wordsOf(missing: string): string {
  const names = missing.split(EITHER)
  return names.map((name) => ATTRIBUTE_WORDS[name] ?? name).join(EITHER)
}

const MOVES = new Set(Object.entries(MOVED_WORDS).flatMap(([how, words]) => (words ? [how] : [])))

/** What became of a lead, for a message that wants nothing any more. */
export function stateLine({
  handoff,
  slackIds,
  timeZone,
  reader,
  outsider,
}: Pick<MessageInput, 'handoff' | 'slackIds' | 'timeZone' | 'reader' | 'outsider'>): string {
  const { answered, ended } = handoff
  const named = (event: HandoffEvent) =>
    event.what === 'taken-over' && outsider ? { ...event, detail: `${event.detail} (${outsider})` } : event
  // Who settled it by one click has answered by it.
  const settledBy = answered?.by !== undefined && answered.by === ended?.by && answered.at === ended.at
  if (answered && !settledBy) {
    const given = handoff.events.find(({ what, at }) => what === answered.how && at === answered.at)?.detail
    const label = given === undefined || given === 'unclear' ? 'Contacted' : escapeText(given)
    const by = answered.by ? ` by <@${answered.by}>` : ''
    const rep = answered.rep === undefined ? '' : ` by ${mention(slackIds, answered.rep)}`
    const unclear = answered.evidence === 'unclear' ? ` (${UNCLEAR})` : ''
    const seen = answered.how === 'seen-in-hubspot' ? `${rep}: seen in HubSpot${unclear}` : by
    const contacted = `*${label}*${seen} ${slackDate(answered.at, timeZone)}, after ${duration(answered.minutes * 60_000)}`
    const after = ended && handoff.events.findLast((event) => event.what === ended.how)
    const why = ended?.how === 'disqualified' && ended.reason ? `: ${escapeText(ended.reason, 300)}` : ''
    const then = after ? [eventLine(named(after), slackIds, timeZone) + why] : attemptsLine(handoff, timeZone)
    return [contacted, ...then].join('\n')
  }
  if (ended) {
    const event = handoff.events.findLast((one) => one.what === ended.how)
    const line = event ? eventLine(named(event), slackIds, timeZone) : ''
    return ended.how === 'disqualified' ? `${line}: ${escapeText(ended.reason ?? '', 300)}` : line
  }
  const move = handoff.events.findLast((event) => MOVES.has(event.what))
  return move && reader ? eventLine(move, slackIds, timeZone) : ''
}

/** One event of a handoff as a line of mrkdwn. */
export function eventLine(event: HandoffEvent, slackIds: Record<string, string>, timeZone: string): string {
  return EVENT_WORDS[event.what]({
    when: slackDate(event.at, timeZone),
    rep: event.rep ? mention(slackIds, event.rep) : '',
    by: event.by ? ` by <@${event.by}>` : '',
    detail: event.what === 'told-late' ? slackDate(Number(event.detail), timeZone) : (event.detail ?? ''),
  })
}

/** The small print: route, what happened last, contact id. */
export function contextLine({ kind, lead, handoff, slackIds, timeZone }: MessageInput): string {
  // The manager's message tells the whole course above.
  const recent =
    kind === 'manager-alert'
      ? []
      : shownEvents(handoff)
          .slice(-3)
          .map((event) => eventLine(event, slackIds, timeZone))
  const why = handoff.ruled
    ? `${kindWords(handoff)} by ${escapeText(plain(handoff.route))}`
    : `Route ${escapeText(handoff.route)}`
  return [why, ...recent, `contact ${escapeText(lead.id)}`].join(' · ')
}

/** What a handoff is called that a rule started, such as `Churn risk`. */
export function kindWords({ kind }: Pick<Handoff, 'kind'>): string {
  const words = escapeText(plain(kind))
  return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`
}

/** Who the lead is, in a few words: name, role, company. */
export function who(lead: LeadRecord): string {
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
