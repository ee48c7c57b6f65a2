import type { NobodyFree } from '../handoffs/waiting.ts'
import type { LeadRecord } from '../leads/lead.ts'
import { counted } from '../rules/words.ts'
import { type Block, type RenderedMessage, section, spoken } from './alert.ts'
import { leadLink } from './home-blocks.ts'
import { escapeText, plainText, slackDate } from './texts.ts'

/** How many leads such a message names. */
export const WAITING_SHOWN = 20

/** A lead that waits: since when, for which pool (empty: for somebody whom a rule names), and what it wants of a rep. */
export interface WaitingLine {
  lead: LeadRecord
  since: number
  pool: string
  wants?: string | undefined
  /** What it lacks, for which it waits: not for somebody who is free. */
  lacks?: string | undefined
}

/** What a manager reads of all leads that wait for somebody of theirs. */
export interface WaitingInput {
  /** How many wait, by pool, those with most first. */
  pools: readonly { pool: string; count: number; held?: number; why: readonly NobodyFree[] }[]
  /** The ones that have waited longest. */
  lines: readonly WaitingLine[]
  /** Since when the first one has waited, when some do. */
  since: number | undefined
  /** The console's address, where there is one. */
  console: string | undefined
  timeZone: string
}

const REASONS: Record<string, string> = {
  away: 'away',
  inactive: 'inactive',
  'daily-cap': 'at the cap of the day',
  'open-cap': 'at the cap of open leads',
  'had-it-before': 'had it before',
  closed: 'closed',
  unfit: 'not for such leads',
  unreachable: 'not reachable in Slack',
  free: 'free, and these leads are not for them',
}

/** Renders the message as it is now; the same message says when nobody waits any more. */
export function renderWaiting(input: WaitingInput): RenderedMessage {
  const { pools, lines, since, timeZone } = input
  const count = pools.reduce((sum, one) => sum + one.count, 0)
  if (count === 0) return settled()
  const held = pools.reduce((sum, one) => sum + (one.held ?? 0), 0)
  const reason = held === 0 ? ': nobody is free' : held < count ? '' : ': sales lacks what it needs to know'
  const header = `${counted(count, 'lead')} ${count === 1 ? 'waits' : 'wait'}${reason}`
  const why = pools.map((one) => whyLine(one))
  const oldest = since === undefined ? '' : `The first since ${slackDate(since, timeZone)}. Tried again every minute.`
  const several = pools.length > 1
  const rows = lines.slice(0, WAITING_SHOWN).map((line) => lineOf(line, several, timeZone))
  const more = moreLine(count - rows.length, input)
  return {
    text: spoken([header, ...why, oldest, ...rows.slice(0, 3)], { timeZone }),
    blocks: [
      { type: 'header', text: { type: 'plain_text', emoji: false, text: plainText(header, 150) } },
      section([...why, oldest].filter(Boolean).join('\n')),
      ...sections(rows),
      {
        type: 'context',
        elements: [more, toDo(pools)].filter(Boolean).map((text) => ({ type: 'mrkdwn', verbatim: true, text })),
      },
    ],
  }
}

function settled(): RenderedMessage {
  const text = 'No lead waits any more: all that stood here have found somebody, or are over.'
  return { text, blocks: [section(text)] }
}

function whyLine({ pool, count, held = 0, why }: WaitingInput['pools'][number]): string {
  const lacking =
    held > 0 ? `${held === count ? '' : `${held} of them `}${held === 1 ? 'lacks' : 'lack'} what sales needs` : ''
  const reasons = why.map(({ pool: asked, members }, at) => {
    const counts = members.map(({ reason, count: some }) => `${some} ${REASONS[reason] ?? reason}`).join(', ')
    return at === 0 ? counts : `fallback ${escapeText(asked, 60)}: ${counts}`
  })
  const whom = pool === '' ? 'for somebody whom handoffs.yaml names' : `for *${escapeText(pool, 60)}*`
  const free = held === count ? [] : reasons.length > 0 ? reasons : ['nobody is there']
  return `${count} ${whom}: ${[lacking, ...free].filter(Boolean).join('; ')}`
}

function lineOf({ lead, since, pool, wants, lacks }: WaitingLine, several: boolean, timeZone: string): string {
  const company = lead.attributes['company.name']?.value
  return [
    `${leadLink(lead)}${company === undefined ? '' : `, ${escapeText(String(company), 80)}`}`,
    `score ${lead.score.total}`,
    `since ${slackDate(since, timeZone)}`,
    ...(several && pool !== '' ? [escapeText(pool, 60)] : []),
    ...(wants ? [`wants ${escapeText(wants, 100)}`] : []),
    ...(lacks ? [`lacks ${escapeText(lacks, 150)}`] : []),
  ].join(' · ')
}

function moreLine(more: number, { console }: WaitingInput): string {
  const all = console === undefined ? '`baton leads --waiting`' : `<${console}/leads?show=waiting|the console>`
  return more > 0 ? `and *${more} more*: all of them in ${all}` : `All of them in ${all}`
}

// What whoever reads it can do, by what is in the way.
function toDo(pools: WaitingInput['pools']): string {
  const reasons = new Set(pools.flatMap(({ why }) => why.flatMap(({ members }) => members.map(({ reason }) => reason))))
  const steps = [
    ...(pools.some(({ held }) => held) ? ['fill in what it lacks in HubSpot, or assign it'] : []),
    ...(reasons.has('away') || reasons.has('inactive') ? ['bring somebody back'] : []),
    ...(reasons.has('daily-cap') || reasons.has('open-cap') ? ['raise `caps` in team.yaml'] : []),
    ...(pools.some(({ held = 0, count }) => held < count) ? ['give a lead to somebody in HubSpot'] : []),
  ]
  const cap = reasons.has('daily-cap') ? '. The cap of a day ends at midnight where the rep is' : ''
  return `To do: ${steps.join(', or ')}${cap}`
}

// As many lines in a section as Slack takes.
const SECTION = 2_900

/** Lines as sections, none of which is too long for Slack. */
export function sections(lines: readonly string[]): Block[] {
  const blocks: string[] = []
  for (const line of lines) {
    const last = blocks.at(-1)
    if (last !== undefined && last.length + line.length < SECTION) blocks[blocks.length - 1] = `${last}\n${line}`
    else blocks.push(line)
  }
  return blocks.map(section)
}
