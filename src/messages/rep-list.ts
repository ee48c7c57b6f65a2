import { type Handoff, holderOf } from '../handoffs/handoff.ts'
import { counted } from '../rules/words.ts'
import { type Block, type RenderedMessage, section, spoken } from './alert.ts'
import { escapeText, plainText, slackDate } from './texts.ts'
import { sections } from './waiting.ts'

/** How many leads of a list have a section and their buttons. */
export const LISTED = 20
/** How many that want nothing any more are named with what became of them. */
const DONE_SHOWN = 20
// Lines of an alert that are enough where there are many.
const LINES = 4
const LONGEST_DONE = 400

/** A lead of a list: its handoff, and its alert as it would stand alone. */
export interface ListedLead {
  handoff: Handoff
  alert: RenderedMessage
}

/** What a rep reads who gets many leads at once. */
export interface RepListInput {
  rep: string
  leads: readonly ListedLead[]
  /** The console's address, where there is one. */
  console: string | undefined
  timeZone: string
}

/**
 * Renders the list: a section and its buttons for each lead that still wants something, the nearest deadline first; what became of
 * the others; how many there are more.
 */
export function renderRepList({ rep, leads, console, timeZone }: RepListInput): RenderedMessage {
  const rank = ({ handoff }: ListedLead) => (isTheirs(handoff, rep) && handoff.state === 'open' ? 0 : 1)
  const due = ({ handoff }: ListedLead) => handoff.dueAt ?? Number.MAX_SAFE_INTEGER
  const wanting = leads.filter(wantsSomething).sort((a, b) => rank(a) - rank(b) || due(a) - due(b))
  const open = wanting.filter((one) => rank(one) === 0)
  const first = open[0]?.handoff.dueAt
  const by = first ? `, the first to answer by ${slackDate(first, timeZone)}` : ''
  const title = open.length > 0 ? `${counted(open.length, 'lead')} for you` : 'Nothing of this list is open any more'
  const shown = wanting.slice(0, LISTED)
  const all = console === undefined ? '`baton leads --rep`' : `<${console}/leads|the console>`
  const more = open.filter((one) => !shown.includes(one)).length
  // One that was answered and still wants something has its buttons where there is room.
  const done = leads.filter((one) => !shown.includes(one) && !open.includes(one))
  const lines = done.slice(-DONE_SHOWN).map(doneLine)
  const hidden = done.length - lines.length
  const context = [
    ...(more > 0 ? [`and *${more} more*, as soon as some of these are done; all of them in ${all}`] : []),
    ...(hidden > 0 ? [`${counted(hidden, 'more lead')} done`] : []),
    'Many leads at once stand in one list; it follows what becomes of them',
  ]
  return {
    text: spoken([`${title}${by}`, ...shown.slice(0, 5).map(({ alert }) => titleOf(alert))], {
      timeZone,
    }),
    blocks: [
      { type: 'header', text: { type: 'plain_text', emoji: false, text: plainText(title, 150) } },
      ...(first ? [section(`The first to answer by *${slackDate(first, timeZone)}*`)] : []),
      ...shown.flatMap(({ alert }, at) => rowOf(alert, at === 0 && open.length > 0)),
      ...sections(lines).slice(0, 4),
      {
        type: 'context',
        elements: context.map((text) => ({ type: 'mrkdwn', verbatim: true, text })),
      },
    ],
  }
}

function isTheirs(handoff: Handoff, rep: string): boolean {
  return holderOf(handoff)?.rep === rep
}

function wantsSomething({ alert }: ListedLead): boolean {
  return alert.blocks.some(({ type }) => type === 'actions')
}

// Of an alert its first words and its buttons. One button of a message is the one to press, Slack says.
function rowOf({ blocks }: RenderedMessage, isFirst: boolean): Block[] {
  const title = titleOf({ blocks })
  const lines = sectionText(blocks).split('\n').slice(0, LINES)
  const actions = blocks.find((block) => block.type === 'actions')
  return [
    section([...(title ? [`*${title}*`] : []), ...lines].join('\n')),
    ...(actions?.type === 'actions' ? [isFirst ? actions : withoutStyle(actions)] : []),
  ]
}

function withoutStyle<T extends Block & { type: 'actions' }>(actions: T): T {
  const elements = actions.elements.map((element) => {
    if (!('style' in element)) return element
    const { style: _, ...rest } = element
    return rest
  })
  return { ...actions, elements } as T
}

function doneLine({ alert }: ListedLead): string {
  const lines = sectionText(alert.blocks).split('\n')
  const kept: string[] = []
  for (const line of lines) if (kept.join(' · ').length + line.length <= LONGEST_DONE) kept.push(line)
  return kept.join(' · ') || '–'
}

// The first line of an alert, whatever stops are in a name.
function titleOf({ blocks }: Pick<RenderedMessage, 'blocks'>): string {
  const header = blocks.find((block) => block.type === 'header')
  return header?.type === 'header' ? escapeText(header.text.text) : ''
}

function sectionText(blocks: readonly Block[]): string {
  return blocks.flatMap((block) => (block.type === 'section' && block.text ? [block.text.text] : [])).join('\n')
}
