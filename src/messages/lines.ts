import type { KnownBlock } from '@slack/types'
import { actorWords } from '../handoffs/actor.ts'
import { type Handoff, type HandoffEvent, holderOf } from '../handoffs/handoff.ts'
import type { Button } from '../handoffs/kinds.ts'
import { managerHearsAt } from '../handoffs/ladder.ts'
import { MESSAGES, type MessageKind } from '../handoffs/rungs.ts'
import { wantedText } from '../handoffs/segments.ts'
import { slaStatus } from '../handoffs/status.ts'
import type { FormQuestion } from '../leads/forms.ts'
import type { LeadRecord } from '../leads/lead.ts'
import type { Attributes, Signal } from '../rules/attributes.ts'
import { duration, plain, signed } from '../rules/words.ts'
import { attemptsLine } from './attempts.ts'
import { missingWords } from './attribute-words.ts'
import { cameBy } from './came-by.ts'
import { contactUrl } from './contact-url.ts'
import { dealLine } from './deal.ts'
import { deliveryLines, shownEvents } from './delivery.ts'
import type { Act } from './did.ts'
import { lateWords } from './late.ts'
import { companyName, leadName } from './names.ts'
import { reachLinks, theirTime } from './reach.ts'
import { escapeText, slackDate } from './texts.ts'
import type { Reason } from './why.ts'
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
  /** Names of people, by their ids in team.yaml and in Slack. */
  names?: Record<string, string> | undefined
  /** What the lead did lately, the weightiest first. */
  acts?: readonly Act[] | undefined
  /** The strongest reasons for its score; what the record says unless given. */
  reasons?: readonly Reason[] | undefined
  /** When it is looked at, where that is known. */
  now?: number | undefined
  /** The reader's zone; where theirs is not known (`isReadersZone: false`) that of who has the lead. */
  timeZone: string
  isReadersZone?: boolean | undefined
}

// Each step is one line of a section; a lead that is passed on again and again must not outgrow it.
const MOST_EVENTS = 10
/** The lines that every live message has: firm, score, deadline, how to reach the lead. */
export function essentials(input: MessageInput): string[] {
  const { kind, lead, handoff, seller, slackIds, timeZone, account, lacks } = input
  const { score } = lead
  const firm = firmLine(lead)
  const lines: string[] = firm === '' ? [] : [firm]
  const deal = dealLine(handoff, lead, seller && mention(slackIds, seller), timeZone)
  if (deal) lines.push(deal)
  lines.push(`*Score ${score.total}* (${score.band})${score.tier ? ` · tier ${score.tier}` : ''}`)
  const forTheRep = MESSAGES[kind] === 'rep'
  const holder = forTheRep ? '' : `with ${mention(slackIds, holderOf(handoff)?.rep ?? '')}`
  const due = `*${slaStatus(handoff) === 'breached' ? 'Was due' : 'Respond by'} ${slackDate(handoff.dueAt ?? handoff.startedAt, timeZone)}*`
  lines.push([handoff.state === 'open' ? due : '', holder].filter(Boolean).join(' · '))
  lines.push(...reachLines(input))
  const opens = handoff.counted[0]?.from ?? handoff.startedAt
  if (opens > handoff.startedAt) lines.push(`Out of hours: the clock starts ${slackDate(opens, timeZone)}`)
  const current = holderOf(handoff)
  lines.push(...deliveryLines(kind, handoff, mention(slackIds, current?.rep ?? ''), timeZone))
  if (current?.for) lines.push(`Covers for ${mention(slackIds, current.for)}, who is away and stays the owner`)
  if (current?.snoozed && handoff.state === 'open')
    lines.push(
      `${forTheRep ? 'You are' : `${mention(slackIds, current.rep)} is`} on it: asked again ${slackDate(current.snoozed.until, timeZone)}`,
    )
  if (current?.how === 'assigned' && current.by !== undefined && handoff.holders.length === 1)
    lines.push(`Assigned by ${personOf(current.by)}`)
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
      ...lines.filter(Boolean),
      ...shownEvents(handoff)
        .slice(-MOST_EVENTS)
        .map((event) => eventLine(event, slackIds, timeZone)),
    ]
  const [before, after] = handoff.holders.slice(-2)
  if (before && after) {
    const by = after.by ? personOf(after.by) : undefined
    const moved = MOVED_WORDS[after.how]?.line({ from: mention(slackIds, before.rep), by })
    // A stand-in who becomes the owner had it before.
    const said = after.note ? `: "${escapeText(after.note, 300)}"` : ''
    if (moved && (before.rep !== after.rep || after.how === 'reopened')) lines.push(`${moved}${said}`)
    const hears = managerHearsAt(handoff)
    if (hears !== null) lines.push(`The manager hears of it ${slackDate(hears, timeZone)}`)
  }
  return lines.filter(Boolean)
}

/** What the lead did and looked at, why this score, what is not known of it, and how it came to us. */
export function reasons({ lead, acts = [], reasons: given }: MessageInput): string[] {
  const lines: string[] = []
  if (acts.length > 0) {
    const did = acts.map(({ words }) => escapeText(words, 80)).join(', ')
    lines.push(`*Lately:* ${did}`)
  }
  const why = given?.map(({ words, points }) => `${signed(points)} ${words}`) ?? lead.score.reasons
  if (why.length > 0) lines.push(`*Why ${lead.score.total}:* ${why.map((one) => escapeText(one)).join(' · ')}`)
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
  if (lead.missing.length > 0) lines.push(`*Missing:* ${lead.missing.map(missingWords).join(', ')}`)
  const came = cameBy(lead.attributes)
  if (came !== '') lines.push(`*Came by:* ${came}`)
  return lines
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
    const by = answered.by ? ` by ${personOf(answered.by)}` : ''
    const rep = answered.rep === undefined ? '' : ` by ${mention(slackIds, answered.rep)}`
    const unclear = answered.evidence === 'unclear' ? ` (${UNCLEAR})` : ''
    const seen = answered.how === 'seen-in-hubspot' ? `${rep}: seen in HubSpot${unclear}` : by
    const contacted = `*${label}*${seen} ${slackDate(answered.at, timeZone)}, after ${duration(answered.minutes * 60_000)}${lateWords(handoff)}`
    const after = ended && handoff.events.findLast((event) => event.what === ended.how)
    const why = ended?.how === 'disqualified' && ended.reason ? `: ${escapeText(ended.reason, 300)}` : ''
    const then = after ? [eventLine(named(after), slackIds, timeZone) + why] : attemptsLine(handoff, timeZone)
    return [contacted, ...then].join('\n')
  }
  if (ended) {
    const event = handoff.events.findLast((one) => one.what === ended.how)
    const line = event ? eventLine(named(event), slackIds, timeZone) : ''
    if (ended.how === 'disqualified') return `${line}: ${escapeText(ended.reason ?? '', 300)}`
    return settledBy ? `${line}${lateWords(handoff)}` : line
  }
  const move = handoff.events.findLast((event) => MOVES.has(event.what))
  return move && reader ? eventLine(move, slackIds, timeZone) : ''
}

/** One event of a handoff as a line of mrkdwn. */
export function eventLine(event: HandoffEvent, slackIds: Record<string, string>, timeZone: string): string {
  return EVENT_WORDS[event.what]({
    when: slackDate(event.at, timeZone),
    rep: event.rep ? mention(slackIds, event.rep) : '',
    by: event.by ? ` by ${personOf(event.by)}` : '',
    detail: event.what === 'told-late' ? slackDate(Number(event.detail ?? event.at), timeZone) : (event.detail ?? ''),
  })
}

/** The small print: what happened last; empty when there is nothing. */
export function contextLine({ kind, handoff, slackIds, timeZone }: MessageInput): string {
  // The manager's message tells the whole course above.
  if (kind === 'manager-alert') return ''
  return shownEvents(handoff)
    .slice(-3)
    .map((event) => eventLine(event, slackIds, timeZone))
    .join(' · ')
}

/** What a handoff is called that a rule started, such as `Churn risk`; `plain`: within a line, `churn risk`, not escaped. */
export function kindWords({ kind }: Pick<Handoff, 'kind'>, form: 'title' | 'plain' = 'title'): string {
  if (form === 'plain') return plain(kind)
  const words = escapeText(plain(kind))
  return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`
}

/** Who the lead is, in a few words: name, role, company. */
export function who(lead: LeadRecord): string {
  const role = text(lead.attributes, 'jobTitle')
  const company = escapeText(companyName(lead) ?? '')
  return [escapeText(leadName(lead)), role && `, ${role}`, company && (role ? ` at ${company}` : `, ${company}`)]
    .filter(Boolean)
    .join('')
}

/** Role and company: `*VP Marketing* · Northwind · 240 people · computer software · Spain`. */
function firmLine(lead: LeadRecord): string {
  const { attributes } = lead
  const [role, size] = [text(attributes, 'jobTitle'), text(attributes, 'company.size')]
  return [
    role && `*${role}*`,
    escapeText(companyName(lead) ?? ''),
    size && `${size} people`,
    text(attributes, 'company.industry'),
    text(attributes, 'country'),
  ]
    .filter(Boolean)
    .join(' · ')
}

// The time is that at which whoever has the lead got it, so that the line stays as it is.
function reachLines({ kind, lead, handoff, timeZone, isReadersZone = true }: MessageInput): string[] {
  const links = reachLinks(lead)
  const own = MESSAGES[kind] !== 'pool' && isReadersZone ? timeZone : undefined
  const time = theirTime(lead, holderOf(handoff)?.since ?? handoff.startedAt, own)
  return [links.join(' · '), time ?? ''].filter(Boolean)
}

/** Of a lead that was answered: its role, and what is needed to go on: phone, mail and HubSpot. */
export function afterAnswer(lead: LeadRecord): string[] {
  const role = text(lead.attributes, 'jobTitle')
  return [role && `*${role}*`, ...reachLinks(lead), `<${contactUrl(lead)}|HubSpot>`].filter(
    (one) => one !== undefined && one !== '',
  ) as string[]
}

/** Who did something: a Slack user, or in words where it came another way, such as `api:<token name>`. */
export function personOf(by: string): string {
  if (/^[UW][A-Z0-9]+$/.test(by)) return `<@${by}>`
  return escapeText(actorWords(by), 60)
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
