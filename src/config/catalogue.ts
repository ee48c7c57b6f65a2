import type { NextConfig } from '../leads/change.ts'
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
