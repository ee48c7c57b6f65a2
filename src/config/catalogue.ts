import type { NextConfig } from '../leads/change.ts'
import type { HubSpotMapping } from '../leads/observe.ts'
import type { EngagementConfig } from '../rules/engagement.ts'
import { plain } from '../rules/words.ts'

/** The types of signals that Baton itself makes of what HubSpot shows, whatever the config names. */
export const OWN_SIGNALS: NextConfig['signals'] = {
  deal_stage_changed: { words: 'went to another stage of a deal', by: 'sales' },
  meeting_booked: { words: 'booked a meeting' },
}

const HALF_AN_HOUR = 30 * 60_000
// What HubSpot says of the page that was viewed last.
const PAGE_VIEWED = new Set(['hs_analytics_last_timestamp', 'hs_analytics_last_url'])

/** What signals.yaml says; `visit`: the type is a visit, and so long without another view (`session`) ends one. */
interface GivenSignals {
  session: number
  signals: Record<string, Omit<NextConfig['signals'][string], 'session'> & { visit?: boolean | undefined }>
}

/**
 * Every type of signal with its words: what signals.yaml names; in an older directory without it, what scoring.yaml does.
 * What is found in the page that HubSpot saw last is a visit unless signals.yaml says otherwise.
 */
export function catalogueOf(
  given: GivenSignals | undefined,
  scored: Record<string, { by?: 'sales' | undefined }>,
  found: HubSpotMapping['signals'],
): NextConfig['signals'] {
  const pages = new Set(found.flatMap(({ changes = '', signal }) => (PAGE_VIEWED.has(changes) ? [signal] : [])))
  const fromScoring = Object.entries(scored).map(([type, { by }]) => {
    const known = given?.signals[type] ?? { words: plain(type) }
    return [type, by === undefined ? known : { ...known, by }] as const
  })
  const all: GivenSignals['signals'] = { ...OWN_SIGNALS, ...given?.signals, ...Object.fromEntries(fromScoring) }
  const session = given?.session ?? HALF_AN_HOUR
  return Object.fromEntries(
    Object.entries(all).map(([type, { visit = pages.has(type), ...known }]) => [
      type,
      visit ? { ...known, session } : known,
    ]),
  )
}

/**
 * The engagement rules with, for each signal, whether it ends inactivity where scoring.yaml does not say: what ends no silence does
 * not, nor what our own people did, nor what is worth nothing or takes points away. And with how much what ends none may be worth
 * while it lasts: a fifth of the most that engagement can be, enough to show and too little to undo it.
 */
export function withResets(engagement: EngagementConfig, catalogue: NextConfig['signals']): EngagementConfig {
  const signals = Object.entries(engagement.signals).map(([type, rule]) => {
    const known = catalogue[type]
    const isWorthIt = typeof rule.points !== 'number' || rule.points > 0
    const resets = rule.resets ?? (isWorthIt && known?.by !== 'sales' && known?.endsSilence !== false)
    return [type, resets ? rule : { ...rule, resets }] as const
  })
  const inactivity = engagement.inactivity && { meanwhile: engagement.max / 5, ...engagement.inactivity }
  return { ...engagement, signals: Object.fromEntries(signals), ...(inactivity ? { inactivity } : {}) }
}
