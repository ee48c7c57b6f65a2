import type { NextConfig } from '../leads/change.ts'
import type { EngagementConfig } from '../rules/engagement.ts'
import { plain } from '../rules/words.ts'

/** The types of signals that Baton itself makes of what HubSpot shows, whatever the config names. */
export const OWN_SIGNALS: NextConfig['signals'] = {
  deal_stage_changed: { words: 'went to another stage of a deal', by: 'sales' },
  meeting_booked: { words: 'booked a meeting' },
}

/** Every type of signal with its words: what signals.yaml names; in an older directory without it, what scoring.yaml does. */
export function catalogueOf(
  given: NextConfig['signals'] | undefined,
  scored: Record<string, { by?: 'sales' | undefined }>,
): NextConfig['signals'] {
  const fromScoring = Object.entries(scored).map(([type, { by }]) => {
    const known = given?.[type] ?? { words: plain(type) }
    return [type, by === undefined ? known : { ...known, by }] as const
  })
  return { ...OWN_SIGNALS, ...given, ...Object.fromEntries(fromScoring) }
}

/**
 * The engagement rules with, for each signal, whether it ends inactivity where scoring.yaml does not say: what ends no silence does
 * not, nor what our own people did, nor what is worth nothing or takes points away.
 */
export function withResets(engagement: EngagementConfig, catalogue: NextConfig['signals']): EngagementConfig {
  const signals = Object.entries(engagement.signals).map(([type, rule]) => {
    const known = catalogue[type]
    const isWorthIt = typeof rule.points !== 'number' || rule.points > 0
    const resets = rule.resets ?? (isWorthIt && known?.by !== 'sales' && known?.endsSilence !== false)
    return [type, resets ? rule : { ...rule, resets }] as const
  })
  return { ...engagement, signals: Object.fromEntries(signals) }
}
