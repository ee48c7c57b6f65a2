import type { LeadRecord, OutcomeName } from './lead.ts'
import { readInstant } from './observe.ts'
import { withOutcome } from './record.ts'

/** HubSpot's own dates of the stages that count as outcomes: when a contact entered them, whoever saw it when. */
export const STAGE_DATES = {
  salesqualifiedlead: 'hs_v2_date_entered_salesqualifiedlead',
  opportunity: 'hs_v2_date_entered_opportunity',
  customer: 'hs_v2_date_entered_customer',
} as const satisfies Partial<Record<OutcomeName, string>>

/** Notes the stages that a contact has entered by HubSpot's dates; what is known already stands. `now` is epoch milliseconds. */
export function withStageDates(
  outcomes: LeadRecord['outcomes'],
  properties: Readonly<Record<string, string | null | undefined>>,
  now: number,
): LeadRecord['outcomes'] {
  return Object.entries(STAGE_DATES).reduce((known, [name, property]) => {
    const at = readInstant(properties[property])
    return at === undefined || at > now ? known : withOutcome(known, name as keyof typeof STAGE_DATES, { at })
  }, outcomes)
}
