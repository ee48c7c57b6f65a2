import type { StuckAct } from '../leads/change.ts'
import type { LeadRecord } from '../leads/lead.ts'
import type { Stage } from '../rules/stages.ts'
import { type Block, type RenderedMessage, section, spoken } from './alert.ts'
import { contactUrl } from './contact-url.ts'
import { leadName, nameAndCompany } from './names.ts'
import { escapeText, plainText } from './texts.ts'

const DAY = 24 * 60 * 60_000

/** The buttons of the list; their value is the list's id, a colon and the lead's id. */
export const STUCK_CONTROLS: Record<StuckAct, string> = { act: 'stuck.act', archive: 'stuck.archive' }

/** A lead of the list as it is now. */
export interface StuckLine {
  lead: LeadRecord
  stage: Stage
  since: number
  did?: { what: StuckAct; by: string } | undefined
}

/** What the list of stuck leads says. `count` leads were stuck at `at`; `after` is how long, in milliseconds. */
export interface StuckInput {
  id: string
  count: number
  at: number
  after: number
  lines: readonly StuckLine[]
  portalId: string | undefined
}

const DONE: Record<StuckAct, string> = { act: 'Passed on to be acted on', archive: 'Archived' }
const STAGE_WORDS: Partial<Record<Stage, string>> = { mql: 'MQL', sql: 'SQL' }

/** Renders the list: a lead a line, each with its buttons, or with what was done about it. */
export function renderStuck(input: StuckInput): RenderedMessage {
  const { count, lines, after, portalId } = input
  const title = `${count} ${count === 1 ? 'lead is' : 'leads are'} stuck`
  const shown =
    lines.length < count ? `${lines.length} of them, the furthest and the longest first` : 'The longest first'
  const all = portalId
    ? `https://app.hubspot.com/contacts/${encodeURIComponent(portalId)}/objects/0-1/views/all/list`
    : undefined
  const intro = `More than ${Math.round(after / DAY)} days in the same stage. ${shown}. Act: its owner is told. Archive: nothing more is done until it does something new`
  const link = all
    ? `<${all}|All contacts in HubSpot>: filter by *Baton stage*`
    : 'All of them: filter contacts in HubSpot by *Baton stage*'
  return {
    text: spoken([title, intro, ...lines.map((line) => textOf(line, input.at))], { timeZone: 'UTC' }),
    blocks: [
      { type: 'header', text: { type: 'plain_text', emoji: false, text: plainText(title, 150) } },
      section(intro),
      ...lines.flatMap((line) => blocksOf(line, input)),
      { type: 'context', elements: [{ type: 'mrkdwn', verbatim: true, text: link }] },
    ],
  }
}

function textOf({ lead, stage, since, did }: StuckLine, at: number): string {
  const days = Math.floor((at - since) / DAY)
  const line = `*${escapeText(nameAndCompany(lead))}*: ${STAGE_WORDS[stage] ?? stage} for ${days} days, score ${lead.score.total}`
  return did ? `${line}. ${DONE[did.what]} by <@${did.by}>` : line
}

function blocksOf(line: StuckLine, { id, at }: StuckInput): Block[] {
  const { lead, did } = line
  const text = section(textOf(line, at))
  if (did) return [text]
  const name = leadName(lead, 40)
  const button = (act: StuckAct, label: string) => ({
    type: 'button' as const,
    action_id: STUCK_CONTROLS[act],
    text: { type: 'plain_text' as const, text: label },
    value: `${id}:${lead.id}`,
    accessibility_label: `${label} ${name}`,
  })
  const open = { type: 'plain_text' as const, text: 'Open in HubSpot' }
  return [
    text,
    {
      type: 'actions',
      elements: [
        button('act', 'Act'),
        button('archive', 'Archive'),
        { type: 'button', action_id: 'lead.open', text: open, url: contactUrl(lead) },
      ],
    },
  ]
}
