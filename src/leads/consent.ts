import { fillText } from '../rules/attributes.ts'
import { holds } from '../rules/condition.ts'
import { factLookup } from '../rules/score.ts'
import type { NextConfig } from './change.ts'
import type { LeadRecord } from './lead.ts'

/** The contact property that says whether somebody opted out: of one subscription, or of all email. */
export function optOutProperty(subscription?: string): string {
  return subscription === undefined ? 'hs_email_optout' : `hs_email_optout_${subscription}`
}

type Sent = Pick<LeadRecord, 'attributes' | 'properties' | 'rejected' | 'route'>

/**
 * Why a lead must not be in a nurture track, whatever route or trigger says so, for people; undefined when it may: it is out, it
 * opted out, or no mail is to go to it (`noMail` of routing.yaml).
 */
export function whyNotEnrolled(
  { routing }: Pick<NextConfig, 'routing'>,
  { attributes, properties, rejected, route }: Sent,
  track: string,
): string | undefined {
  const because = (why: string) => `${why}: not enrolled in ${track}`
  if (rejected || 'disqualify' in route.to) return because('disqualified')
  const isTrue = (name: string) => properties[name]?.toLowerCase() === 'true'
  if (isTrue(optOutProperty())) return because('opted out of email')
  const subscription = routing.tracks?.[track]?.subscription
  if (subscription !== undefined && isTrue(optOutProperty(subscription)))
    return because(`opted out of subscription ${subscription}`)
  const lookup = factLookup(attributes)
  const rule = routing.noMail.find(({ when }) => holds(when, lookup))
  return rule && because(fillText(rule.reason, lookup))
}

/** What HubSpot should say, without a track that the contact must not be in; the reason says why. */
export function withConsent(
  config: Pick<NextConfig, 'routing' | 'hubspot'>,
  lead: Sent,
  wanted: Record<string, string>,
): Record<string, string> {
  const { nurtureTrack, routeReason } = config.hubspot.properties
  const why = wanted[nurtureTrack] ? whyNotEnrolled(config, lead, wanted[nurtureTrack]) : undefined
  if (!why) return wanted
  return { ...wanted, [nurtureTrack]: '', [routeReason]: `${wanted[routeReason]}; ${why}` }
}
