import { localDate } from '../handoffs/business-time.ts'
import type { DealContext } from '../handoffs/deal.ts'
import type { Handoff } from '../handoffs/handoff.ts'
import type { LeadRecord } from '../leads/lead.ts'
import { escapeText } from './texts.ts'

/**
 * What a handoff's messages say of the deal that it is about, as it was at the start; undefined when it is about none. `seller`: a
 * mention of who sold it, where they are of the team.
 */
export function dealLine(
  { about, deal = {} }: Pick<Handoff, 'about' | 'deal'>,
  { portalId }: Pick<LeadRecord, 'portalId'>,
  seller: string | undefined,
  timeZone: string,
): string | undefined {
  if (about === undefined) return undefined
  const { name, closesAt, soldBy } = deal
  const title = escapeText(name ?? about, 100)
  const url = portalId
    ? `https://app.hubspot.com/contacts/${encodeURIComponent(portalId)}/record/0-3/${encodeURIComponent(about)}`
    : undefined
  const says = [
    amountOf(deal),
    closesAt === undefined ? undefined : `closed ${localDate(timeZone, closesAt)}`,
    soldBy === undefined ? undefined : `sold by ${seller ?? `owner ${escapeText(soldBy)} in HubSpot`}`,
  ].filter(Boolean)
  return `*Deal ${url ? `<${url}|${title}>` : title}*${says.length > 0 ? `: ${says.join(' · ')}` : ''}`
}

function amountOf({ amount, currency }: DealContext): string | undefined {
  if (amount === undefined) return undefined
  const number = new Intl.NumberFormat('en', { maximumFractionDigits: 2 }).format(amount)
  return currency ? `${number} ${escapeText(currency, 10)}` : number
}
