import type { LeadRecord } from '../leads/lead.ts'
import { type Block, type RenderedMessage, section, spoken } from './alert.ts'
import { attributeWords } from './attribute-words.ts'
import { contactUrl } from './contact-url.ts'
import { leadLink } from './home-blocks.ts'
import { companyName, leadName } from './names.ts'
import { escapeText, plainText } from './texts.ts'

/** The buttons of such lists. The value: the list's id and the lead's, and of a value to fill in its attribute, with colons between. */
export const QUALITY_CONTROLS = { fill: 'quality.fill', right: 'quality.right', wrong: 'quality.wrong' } as const

/** What somebody did by a button, as `store/quality-lists.ts` keeps it. */
export interface QualityDone {
  what: 'filling' | 'filled' | 'there' | 'refused' | 'right' | 'wrong'
  by: string
  code?: string | undefined
}

/** A value that can be filled in, and what became of it. */
export interface FillLine {
  attribute: string
  value: string
  source: string
  done?: QualityDone | undefined
}

/** A lead of the list of what can be put right. */
export interface CleanerLine {
  lead: LeadRecord
  /** What is wrong with it, in short texts, not escaped. */
  wrong: readonly string[]
  twins: readonly LeadRecord[]
  fills: readonly FillLine[]
}

/** What the weekly list says. `count`: with how many leads something is wrong, `leads`: of how many. */
export interface CleanerInput {
  id: string
  count: number
  lines: readonly CleanerLine[]
  console: string | undefined
  timeZone: string
}

/** How many leads a message shows: each takes two blocks of the fifty that Slack takes. */
export const QUALITY_SHOWN = 20
// More buttons make no row on a phone.
const FILLS = 3
const PROVIDERS: Record<string, string> = {
  'hubspot-company': 'the company in HubSpot',
  apollo: 'Apollo',
  clay: 'Clay',
}

/** Renders the weekly list of what can be put right: a lead a line, the worst first, with a button for each value that is known. */
export function renderCleaner(input: CleanerInput): RenderedMessage {
  const { lines, count, console, timeZone } = input
  const title = `Data to put right: ${count} ${count === 1 ? 'lead' : 'leads'}`
  const intro =
    'The worst first. A button fills in what enrichment knows, if HubSpot still lacks it then. Baton merges nobody: whoever may be the same person is merged in HubSpot.'
  const all = console === undefined ? '`npm run baton -- quality`' : `<${console}/data-quality|the console>`
  const rest =
    lines.length < count ? `and *${count - lines.length} more*: all of them in ${all}` : `All of them in ${all}`
  return {
    text: spoken([title, ...lines.slice(0, 3).map(textOf)], { timeZone }),
    blocks: [
      header(title),
      section(intro),
      ...lines.slice(0, QUALITY_SHOWN).flatMap((line) => cleanerBlocks(line, input.id)),
      { type: 'context', elements: [{ type: 'mrkdwn', verbatim: true, text: rest }] },
    ],
  }
}

function textOf({ lead, wrong, twins, fills }: CleanerLine): string {
  const company = companyName(lead)
  const links = twins
    .slice(0, 5)
    .map((twin) => `<${contactUrl(twin)}|${escapeText(leadName(twin), 60).replaceAll('|', ' ')}>`)
  const texts = wrong.map((one) => escapeText(one, 200))
  const said = [...texts, ...(links.length > 0 ? [`may be the same person as ${links.join(', ')}`] : [])]
  const done = fills.flatMap((fill) => (fill.done ? [doneText(fill, fill.done)] : []))
  const who = `*${leadLink(lead)}*${company === undefined ? '' : `, ${escapeText(company, 80)}`}`
  return [`${who}: ${said.length > 0 ? said.join('; ') : 'put right'}`, ...done].join('\n')
}

function doneText({ attribute, value, source }: FillLine, { what, by, code }: QualityDone): string {
  const name = attributeWords(attribute)
  const words = {
    filling: `<@${by}> fills in ${name} …`,
    filled: `✓ <@${by}> filled in ${name}: ${escapeText(value, 60)} (${providerName(source)})`,
    there: `${name} was filled in already when <@${by}> clicked: left as it is`,
    refused: `HubSpot does not take ${name} ${escapeText(value, 60)}${code ? ` (${escapeText(code, 60)})` : ''}: fill it in there, <@${by}>`,
  }
  return words[what as keyof typeof words] ?? ''
}

function cleanerBlocks(line: CleanerLine, id: string): Block[] {
  const { lead, fills } = line
  const name = leadName(lead, 40)
  const open = fills.filter(({ done }) => done === undefined).slice(0, FILLS)
  const buttons = open.map(({ attribute, value, source }) => {
    const label = plainText(`Fill in: ${attributeWords(attribute)} ${value} (${providerName(source)})`, 75)
    return {
      type: 'button' as const,
      // Slack wants each button of a block to have an id of its own.
      action_id: `${QUALITY_CONTROLS.fill}.${attribute}`,
      text: { type: 'plain_text' as const, text: label },
      value: `${id}:${lead.id}:${attribute}`,
      accessibility_label: plainText(`${label} ${name}`, 75),
    }
  })
  // The name is the link into HubSpot.
  return [section(textOf(line)), ...(buttons.length > 0 ? [{ type: 'actions' as const, elements: buttons }] : [])]
}

/** A lead of the sample: the stage that it had, and what somebody said of it. */
export interface SampleLine {
  lead: LeadRecord
  stage: string
  done?: QualityDone | undefined
}

/** What a message of the monthly sample asks: about leads from `first` on, of `count` in all, of whom so many are judged. */
export interface SampleInput {
  id: string
  first: number
  count: number
  judged: { right: number; all: number }
  lines: readonly SampleLine[]
  target: string
  timeZone: string
}

const STAGE_WORDS: Record<string, string> = {
  lead: 'Lead',
  marketingqualifiedlead: 'MQL',
  salesqualifiedlead: 'SQL',
  opportunity: 'Opportunity',
  customer: 'Customer',
  evangelist: 'Evangelist',
  other: 'Other',
}

/** Renders the sample: a lead a line, with its stage and two buttons; what was said can be changed by the other one. */
export function renderSample({ id, first, count, judged, lines, target, timeZone }: SampleInput): RenderedMessage {
  const span = first === 0 && lines.length === count ? '' : `, ${first + 1}–${first + lines.length}`
  const title = `Is the lifecycle stage right? ${count} ${count === 1 ? 'lead' : 'leads'}${span}`
  const so = judged.all === 0 ? 'Nobody has judged one yet' : `Judged: ${judged.all}, right: ${judged.right}`
  const intro = `Drawn at random, once a month: what you say of them is the measure of the lifecycle stage in the scorecard (target ${target}). ${so}. The other button changes it.`
  const texts = lines.map(sampleText)
  return {
    text: spoken([title, intro, ...texts.slice(0, 3)], { timeZone }),
    blocks: [
      header(title),
      section(intro),
      ...lines.flatMap((line, at): Block[] => [
        section(texts[at] ?? ''),
        {
          type: 'actions',
          elements: [judgeButton(line, id, 'right', 'Right'), judgeButton(line, id, 'wrong', 'Wrong')],
        },
      ]),
    ],
  }
}

function sampleText({ lead, stage, done }: SampleLine): string {
  const company = companyName(lead)
  const who = `*${leadLink(lead)}*${company === undefined ? '' : `, ${escapeText(company, 80)}`}`
  const is = `${who}: ${escapeText(STAGE_WORDS[stage] ?? stage, 60)}, score ${lead.score.total}`
  if (!done) return is
  return `${is}\n${done.what === 'right' ? '✓ Right' : '✗ Wrong'}, says <@${done.by}>`
}

function judgeButton({ lead, done }: SampleLine, id: string, act: 'right' | 'wrong', label: string) {
  return {
    type: 'button' as const,
    action_id: QUALITY_CONTROLS[act],
    ...(done?.what === act ? { style: 'primary' as const } : {}),
    text: { type: 'plain_text' as const, text: label },
    value: `${id}:${lead.id}`,
    accessibility_label: plainText(`${label}: ${leadName(lead, 40)}`, 75),
  }
}

function providerName(source: string): string {
  return PROVIDERS[source] ?? source
}

function header(text: string): Block {
  return { type: 'header', text: { type: 'plain_text', emoji: false, text: plainText(text, 150) } }
}
