import type { NextConfig } from './change.ts'
import type { LeadRecord } from './lead.ts'

/** The contact property that says whether somebody opted out: of one subscription, or of all email. */
export function optOutProperty(subscription?: string): string {
  return subscription === undefined ? 'hs_email_optout' : `hs_email_optout_${subscription}`
}

/** Why a lead must not be enrolled in a nurture track, for people; undefined when it may. */
export function optOutOf(
  { routing }: Pick<NextConfig, 'routing'>,
  { properties }: Pick<LeadRecord, 'properties'>,
  track: string,
): string | undefined {
  const isTrue = (name: string) => properties[name]?.toLowerCase() === 'true'
  if (isTrue(optOutProperty())) return `opted out of email: not enrolled in ${track}`
  const subscription = routing.tracks?.[track]?.subscription
  if (subscription === undefined || !isTrue(optOutProperty(subscription))) return undefined
  return `opted out of subscription ${subscription}: not enrolled in ${track}`
}

/** What HubSpot should say, without a track that the contact has opted out of; the reason says so. */
export function withConsent(
  config: Pick<NextConfig, 'routing' | 'hubspot'>,
  lead: Pick<LeadRecord, 'properties'>,
  wanted: Record<string, string>,
): Record<string, string> {
  const { nurtureTrack, routeReason } = config.hubspot.properties
  const why = wanted[nurtureTrack] ? optOutOf(config, lead, wanted[nurtureTrack]) : undefined
  if (!why) return wanted
  return { ...wanted, [nurtureTrack]: '', [routeReason]: `${wanted[routeReason]}; ${why}` }
}
