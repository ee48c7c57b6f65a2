import { agrees, isLate, type ObservedOutcome, type ObservedSum } from '../leads/observed-outcome.ts'
import { counted } from '../rules/words.ts'
import { type Block, type RenderedMessage, section, spoken } from './alert.ts'
import { contactUrl } from './contact-url.ts'
import { escapeText, plainText, slackDate } from './texts.ts'

const MINUTE = 60_000
/** So many leads of the report have a line of their own. */
export const SHOWN = 20
const LINES_PER_SECTION = 5

/** A line of the report: what became of a handover, and what the lead is called. */
export interface ObservedLine {
  outcome: ObservedOutcome
  name: string
}

/** What the daily report says. `people` names reps by their ids, `owners` people by HubSpot's owner ids. Instants are epoch milliseconds. */
export interface ObservedReport {
  from: number
  to: number
  now: number
  timeZone: string
  /** All of Baton only observes, and not some routes alone. */
  everything: boolean
  sum: ObservedSum
  /** What else would have begun, beside what sales would have got: handoffs of other kinds. */
  others: readonly { kind: string; count: number }[]
  lines: readonly ObservedLine[]
  portalId: string | undefined
  people: Readonly<Record<string, string>>
  owners: Readonly<Record<string, string>>
  ownerOf: (rep: string) => string | undefined
}

/** Renders the daily report: what would have been done, beside what happened. */
export function renderObserved(report: ObservedReport): RenderedMessage {
  const { sum, lines, timeZone } = report
  const title =
    sum.count === 0
      ? 'Observed: no lead would have been handed over'
      : `Observed: ${counted(sum.count, 'lead')} would have been handed over`
  const scope = report.everything
    ? 'Baton only observes: nothing was written to HubSpot, and nobody was told'
    : 'By routes with *observe: true*: nothing of it was done'
  const span = `${scope}. From ${slackDate(report.from, timeZone)} to ${slackDate(report.to, timeZone)}`
  const others = report.others.map(({ kind, count }) => `${escapeText(kind)} ${count}`)
  const facts = [
    ...(sum.count === 0 ? [] : sumLines(sum)),
    ...(others.length > 0 ? [`*Handoffs of other kinds*: ${others.join(', ')}`] : []),
  ]
  const rows = lines.map((line) => lineOf(line, report))
  const more = sum.count > lines.length ? [`and ${sum.count - lines.length} more`] : []
  return {
    text: spoken([title, span, ...facts, ...rows, ...more], { timeZone }),
    blocks: [
      { type: 'header', text: { type: 'plain_text', emoji: false, text: plainText(title, 150) } },
      section(span),
      ...(facts.length > 0 ? [section(facts.join('\n'))] : []),
      ...groups([...rows, ...more]).map((some): Block => section(some.join('\n'))),
    ],
  }
}

function sumLines(sum: ObservedSum): string[] {
  const { count, owned, agreed, answered, late, running, nobodyFree } = sum
  return [
    `*Who got them in HubSpot*: ${owned} of ${count} have an owner${after(sum.untilOwned)}`,
    ...(owned > 0 ? [`*Same rep*: ${agreed} of ${owned} (${Math.round((100 * agreed) / owned)} %)`] : []),
    `*Contacted*: ${answered} of ${count}${after(sum.untilAnswered)}`,
    `*Clock*: ${late} would have run out without an answer${running > 0 ? `, ${running} still running` : ''}`,
    ...(nobodyFree > 0 ? [`*Nobody was free* for ${nobodyFree}`] : []),
  ]
}

function after(milliseconds: number | null): string {
  return milliseconds === null ? '' : `, after ${span(milliseconds)} (median)`
}

function lineOf({ outcome, name }: ObservedLine, report: ObservedReport): string {
  const { handover, owner, answered, missing } = outcome
  const { people, owners, timeZone, now } = report
  const url = contactUrl({ id: handover.leadId, ...(report.portalId ? { portalId: report.portalId } : {}) })
  const who = (id: string) => escapeText(owners[id] ?? `owner ${id}`, 60)
  const would =
    handover.rep === null
      ? `waits, nobody of ${escapeText(handover.pool)} is free`
      : `${escapeText(people[handover.rep] ?? handover.rep, 60)} by ${escapeText(handover.route)}`
  const due = handover.dueAt === null ? '' : `, due ${slackDate(handover.dueAt, timeZone)}`
  const got = missing
    ? 'no longer in HubSpot'
    : owner
      ? `${who(owner.id)} ${owner.at <= handover.at ? 'had it' : `after ${span(owner.at - handover.at)}`}${agrees(outcome, report.ownerOf) ? ', the same' : ''}`
      : "nobody's yet"
  const reached = answered
    ? `contacted after ${span(answered.at - handover.at)}${answered.owner && answered.owner !== owner?.id ? ` by ${who(answered.owner)}` : ''}`
    : 'not contacted'
  const late = isLate(outcome, now) ? ', *late*' : ''
  return `• <${url}|${escapeText(name.replaceAll('|', ' '), 80)}>: ${would}${due}. In HubSpot: ${got}; ${missing ? 'nothing to see' : reached}${late}`
}

/** A time for people: the two largest units. */
function span(milliseconds: number): string {
  const minutes = Math.round(milliseconds / MINUTE)
  if (minutes < 1) return 'under 1 min'
  if (minutes < 60) return `${minutes} min`
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60]
  if (hours < 24) return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`
  const [days, left] = [Math.floor(hours / 24), hours % 24]
  return left === 0 ? counted(days, 'day') : `${counted(days, 'day')} ${left} h`
}

function groups(lines: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(lines.length / LINES_PER_SECTION) }, (_, at) =>
    lines.slice(at * LINES_PER_SECTION, (at + 1) * LINES_PER_SECTION),
  )
}
