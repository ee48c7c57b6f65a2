import type { LeadRecord } from '../leads/lead.ts'
import { offsetMinutes, timeZoneOf } from '../rules/time-zones.ts'
import { duration } from '../rules/words.ts'
import { escapeText } from './texts.ts'
import { clockTime } from './times.ts'

/*
 * How a lead can be reached: links to its phone, mail and LinkedIn, and what time it is there. What a lead wrote becomes a link only
 * where it can be nothing else.
 */

const MINUTE = 60_000

/** The links by which a lead can be reached, those that are known and sane; a phone number that is none is shown as text. */
export function reachLinks({ attributes }: Pick<LeadRecord, 'attributes'>): string[] {
  const text = (name: string) => String(attributes[name]?.value ?? '').trim()
  return [phone(text('phone')), mail(text('email')), linkedIn(text('linkedin'))].filter((link) => link !== undefined)
}

/** What time it is for a lead when a rep gets it, where its zone is certain and another than the reader's. */
export function theirTime(
  { attributes }: Pick<LeadRecord, 'attributes'>,
  at: number,
  timeZone: string | undefined,
): string | undefined {
  const zone = timeZoneOf(attributes, at)
  if (zone === undefined) return undefined
  if (timeZone === undefined)
    return `Their time: ${clockTime(at, { timeZone: zone, from: at, named: true })} when this came`
  const ahead = offsetMinutes(zone, at) - offsetMinutes(timeZone, at)
  const apart =
    ahead === 0 ? 'the same as yours' : `${duration(Math.abs(ahead) * MINUTE)} ${ahead > 0 ? 'ahead of' : 'behind'} you`
  return `Their time: ${clockTime(at, { timeZone: zone, from: at })} when this came, ${apart}`
}

function phone(written: string): string | undefined {
  if (!/\d/.test(written)) return undefined
  const shown = escapeText(written, 40)
  const number = written
    .replace(/\(0\)/, '')
    .replace(/[\s()./\u00A0\u2010-\u2015-]/g, '')
    .replace(/^00/, '+')
  return /^\+?\d{6,15}$/.test(number) ? `<tel:${number}|${shown}>` : shown
}

function mail(written: string): string | undefined {
  if (!/^[\w.!#$%'*+/=?^`{}~-]{1,64}@(?:[a-z\d-]+\.)+[a-z\d-]{2,}$/i.test(written) || written.length > 120)
    return undefined
  const [name = '', domain = ''] = written.split('@')
  return `<mailto:${encodeURIComponent(name)}@${domain}|${escapeText(written, 120)}>`
}

function linkedIn(written: string): string | undefined {
  const url = URL.parse(/^https?:\/\//i.test(written) ? written : `https://${written}`)
  if (!url || url.username || url.password || url.port) return undefined
  if (!/^(?:[a-z]{2,3}\.)?linkedin\.com$/.test(url.hostname) || url.pathname.length < 2 || url.href.length > 300)
    return undefined
  return `<https://${url.hostname}${url.pathname.replace(/[|<>]/g, encodeURIComponent)}|LinkedIn>`
}
