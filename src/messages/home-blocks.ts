import type { Handoff } from '../handoffs/handoff.ts'
import { slaStatus } from '../handoffs/status.ts'
import type { LeadRecord } from '../leads/lead.ts'
import { duration } from '../rules/words.ts'
import type { Block } from './alert.ts'
import { contactUrl } from './contact-url.ts'
import type { HomeList } from './home-input.ts'
import { leadName } from './names.ts'
import { escapeText, plainText, slackDate } from './texts.ts'

/* The blocks of which the App Home, and answers to /baton, are made. */

const SECTION_LIMIT = 3_000

/** A heading. */
export function headerOf(text: string): Block {
  return { type: 'header', text: { type: 'plain_text', emoji: false, text: plainText(text, 150) } }
}

/** A section of mrkdwn, of whole lines as far as it holds them. */
export function sectionOf(mrkdwn: string): Block {
  return { type: 'section', text: { type: 'mrkdwn', verbatim: true, text: fitted(mrkdwn) } }
}

/** A line in small letters. */
export function contextOf(mrkdwn: string): Block {
  return { type: 'context', elements: [{ type: 'mrkdwn', verbatim: true, text: fitted(mrkdwn) }] }
}

// Lines that do not fit are left out whole: a cut link would show as garbage.
function fitted(mrkdwn: string): string {
  const lines = mrkdwn.split('\n')
  while (lines.length > 1 && lines.join('\n').length > SECTION_LIMIT) lines.pop()
  return lines.join('\n').slice(0, SECTION_LIMIT)
}

/** How many there are beyond those that are shown, and where; nothing when all are. */
export function moreLine({ shown, count }: HomeList, link: string | undefined): Block[] {
  const more = count - shown.length
  if (more <= 0) return []
  const all = `and ${more} more`
  return [contextOf(link ? `${all}: <${link}|see all>` : `${all}, in \`baton leads\``)]
}

/** A lead's name as a link to it in HubSpot. */
export function leadLink(lead: LeadRecord): string {
  // What Slack would read as markup in a link is left out.
  const name = escapeText(leadName(lead, 60).replace(/[|*_~`]/g, ''), 60) || escapeText(leadName({ attributes: {} }))
  return `<${contactUrl(lead)}|${name}>`
}

/** A lead in two lines: who it is and when to answer, then what they are. `holder`: who has it, where that is to be said. */
export function leadLine(
  { handoff, lead }: { handoff: Handoff; lead: LeadRecord },
  timeZone: string,
  now: number,
  holder?: string,
): string {
  const { attributes, score } = lead
  const text = (name: string) => {
    const value = attributes[name]?.value
    return value === undefined ? undefined : escapeText(String(value), 60) || undefined
  }
  const first = [`*${leadLink(lead)}*`, text('company.name'), dueWords(handoff, timeZone, now)]
  const second = [holder, text('jobTitle'), `score ${score.total}`, phoneOf(lead)]
  return `${first.filter(Boolean).join(' · ')}\n${second.filter(Boolean).join(' · ')}`
}

/** When it has to be answered, or since when it waits, in words. */
export function dueWords(handoff: Handoff, timeZone: string, now: number): string | undefined {
  if (handoff.state === 'waiting') return `waits since ${slackDate(handoff.startedAt, timeZone)}`
  if (handoff.state !== 'open' || handoff.dueAt === null) return undefined
  const { dueAt } = handoff
  if (slaStatus(handoff) === 'breached' || dueAt < now) return `:warning: was due ${slackDate(dueAt, timeZone)}`
  return `respond by ${slackDate(dueAt, timeZone)}`
}

/** How long ago something was, in words. */
export function ago(at: number, now: number): string {
  return `${duration(Math.max(60_000, Math.round((now - at) / 60_000) * 60_000))} ago`
}

function phoneOf({ attributes }: LeadRecord): string | undefined {
  const phone = attributes.phone?.value
  const number = phone === undefined ? '' : String(phone).replace(/[^\d+]/g, '')
  return number.length < 5 ? undefined : `<tel:${number}|${escapeText(String(phone).replace(/\|/g, ' '), 40)}>`
}
