import { type Handoff, holderOf, slaStatus } from '../handoffs/handoff.ts'
import { plain } from '../rules/words.ts'
import { type LeadRecord, STAGES_BEFORE_MQL } from './lead.ts'

/** The names of the properties that Baton writes (`config/hubspot.yaml`, `properties`). */
export type PropertyNames = Record<
  | 'score'
  | 'fitScore'
  | 'engagementScore'
  | 'band'
  | 'icpTier'
  | 'route'
  | 'routeReason'
  | 'slaStatus'
  | 'slaDueAt'
  | 'firstResponseMinutes'
  | 'nurtureTrack'
  | 'needsReview'
  | 'disqualifiedReason'
  | 'scoredAt'
  | 'configVersion',
  string
>

const RESPONSES = new Set(['contacted', 'seen-in-hubspot'])

/** What HubSpot should say of a lead. All values are text, as HubSpot wants them; an empty text clears a property. */
export function crmProperties(
  lead: LeadRecord,
  handoff: Handoff | null,
  names: PropertyNames,
  ownerIds: Record<string, string>,
): Record<string, string> {
  const { score, route } = lead
  const rejected = lead.rejected?.reason
  const withSales = handoff !== null && handoff.status !== 'closed'
  const properties: Record<string, string> = {
    [names.score]: String(score.total),
    [names.fitScore]: String(score.fit),
    [names.engagementScore]: String(score.engagement),
    [names.band]: score.band,
    [names.icpTier]: score.tier === undefined ? '' : String(score.tier),
    [names.route]: rejected ? 'disqualified-by-person' : route.name,
    [names.routeReason]: rejected ?? route.reason,
    [names.slaStatus]: slaStatus(handoff ?? undefined),
    [names.slaDueAt]: handoff?.status === 'open' ? new Date(handoff.dueAt).toISOString() : '',
    [names.firstResponseMinutes]:
      handoff?.ended && RESPONSES.has(handoff.ended.how) ? String(handoff.ended.minutes) : '',
    [names.nurtureTrack]: 'nurture' in route.to && !withSales && !rejected ? route.to.nurture : '',
    [names.needsReview]: String(lead.needsReview),
    [names.disqualifiedReason]: rejected ?? ('disqualify' in route.to ? route.to.disqualify : ''),
    [names.scoredAt]: new Date(score.at).toISOString(),
    [names.configVersion]: lead.configVersion,
  }
  const owner = handoff && handoff.status !== 'closed' ? ownerIds[holderOf(handoff).rep] : undefined
  if (owner) properties.hubspot_owner_id = owner
  const stage = String(lead.attributes.lifecycleStage?.value ?? '').toLowerCase()
  const out = rejected !== undefined || 'disqualify' in route.to
  if (score.mql && !out && STAGES_BEFORE_MQL.includes(stage)) properties.lifecyclestage = 'marketingqualifiedlead'
  return properties
}

/**
 * What has to be written: the values that differ from the last confirmed ones. The time of scoring and the config
 * version alone are no reason to write, so that our own webhooks come to rest.
 */
export function changedProperties(
  wanted: Record<string, string>,
  written: Record<string, string>,
  names: PropertyNames,
): Record<string, string> {
  // When nothing is known to be written, empty values are written too: HubSpot may hold old ones.
  const first = Object.keys(written).length === 0
  const changed = Object.entries(wanted).filter(([name, value]) => first || (written[name] ?? '') !== value)
  const quiet = new Set([names.scoredAt, names.configVersion])
  return changed.every(([name]) => quiet.has(name)) ? {} : Object.fromEntries(changed)
}

/** A disqualification for people: the modal's reason and the rep's note. */
export function rejectionText(reason: string, note: string | undefined): string {
  return note ? `${plain(reason)}: ${note}` : plain(reason)
}
