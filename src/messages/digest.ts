import type { Overload } from '../handoffs/digest.ts'
import { counted, duration } from '../rules/words.ts'
import { type Block, type RenderedMessage, section, spoken } from './alert.ts'
import { escapeText, plainText, slackDate } from './texts.ts'

/** What was late of one rep: how many, the latest by how much (milliseconds), and how many are not answered yet. */
export interface LateRep {
  /** Empty where nobody held them. */
  rep: string
  count: number
  latest: number
  open: number
}

/** What a manager reads in the morning about the pools that they manage. */
export interface DigestInput {
  /** What it is about: since the last one. */
  from: number
  to: number
  waiting: readonly { pool: string; count: number; since: number | undefined }[]
  late: readonly LateRep[]
  /** How many were late because Slack did not deliver, which is no rep's. */
  undelivered: number
  overloaded: readonly (Overload & { pool: string })[]
  /** Who is away today, until when in words, and whom Slack does not reach. */
  away: readonly { rep: string; until: string }[]
  unreachable: readonly string[]
  /** Reps by name. */
  names: Readonly<Record<string, string>>
  console: string | undefined
  timeZone: string
}

// Of each list; the rest is counted.
const MOST = 15

/** Renders the digest; null where there is nothing that anybody has to do about: who is away alone is no news. */
export function renderDigest(input: DigestInput): RenderedMessage | null {
  const { waiting, late, undelivered, overloaded, unreachable, timeZone } = input
  const isEmpty = [waiting, late, overloaded, unreachable].every((list) => list.length === 0) && undelivered === 0
  if (isEmpty) return null
  const waits = waiting.reduce((sum, { count }) => sum + count, 0)
  const lates = late.reduce((sum, { count }) => sum + count, 0) + undelivered
  const summary = [
    waits > 0 ? `${counted(waits, 'lead')} ${waits === 1 ? 'waits' : 'wait'}` : '',
    lates > 0 ? `${lates} ${lates === 1 ? 'was' : 'were'} late` : '',
    overloaded.length > 0 ? `${overloaded.length} with too much` : '',
    unreachable.length > 0 ? `${unreachable.length} not reachable` : '',
  ].filter(Boolean)
  const title = `This morning: ${summary.join(', ')}`
  const parts = [
    part(
      'Nobody is free',
      waiting.map((one) => waitingLine(one, timeZone)),
    ),
    part('Late since the last digest', [
      ...late.map((one) => lateLine(one, input)),
      ...(undelivered > 0
        ? [`${undelivered} for which Slack did not deliver in time, which counts against nobody`]
        : []),
    ]),
    part(
      'Too much at once',
      overloaded.map((one) => overloadLine(one, input)),
    ),
    part(
      'Not reachable in Slack',
      unreachable.map((rep) => `${nameOf(input, rep)}: gets no leads until a message gets through`),
    ),
    part(
      'Away today',
      input.away.map(({ rep, until }) => `${nameOf(input, rep)}, ${escapeText(until)}`),
    ),
  ].flat()
  const all = input.console === undefined ? '`baton pools`' : `<${input.console}|the console>`
  return {
    text: spoken([title, ...parts.map((lines) => lines.replaceAll('\n', ': '))], { timeZone }),
    blocks: [
      { type: 'header', text: { type: 'plain_text', emoji: false, text: plainText(title, 150) } },
      ...parts.map(section),
      {
        type: 'context',
        elements: [
          {
            type: 'mrkdwn',
            verbatim: true,
            text: `Since ${slackDate(input.from, timeZone)}. More in ${all}`,
          },
        ],
      } satisfies Block,
    ],
  }
}

function part(title: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return []
  const more = lines.length > MOST ? [`and ${lines.length - MOST} more`] : []
  return [[`*${title}*`, ...lines.slice(0, MOST), ...more].join('\n')]
}

function waitingLine({ pool, count, since }: DigestInput['waiting'][number], timeZone: string): string {
  const first = since === undefined ? '' : `, the first since ${slackDate(since, timeZone)}`
  return `*${count}* ${pool === '' ? 'for somebody whom a rule names' : `for ${escapeText(pool, 60)}`}${first}`
}

function lateLine({ rep, count, latest, open }: LateRep, input: DigestInput): string {
  const still = open > 0 ? `; ${open} not answered yet` : ''
  return `${rep === '' ? 'Nobody had them' : nameOf(input, rep)}: *${count}*, ${count === 1 ? 'by' : 'the latest by'} ${duration(latest)}${still}`
}

function overloadLine({ rep, open, cap, median, pool }: DigestInput['overloaded'][number], input: DigestInput): string {
  const limit =
    cap !== undefined && open >= cap
      ? `the cap of ${escapeText(pool, 60)} is ${cap}`
      : `the middle of ${escapeText(pool, 60)} is ${median}`
  return `${nameOf(input, rep)}: *${open}* open, ${limit}`
}

function nameOf({ names }: DigestInput, rep: string): string {
  return escapeText(names[rep] ?? rep, 80)
}
