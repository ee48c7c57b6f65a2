import type { Signal } from './attributes.ts'
import { engagementAhead } from './engagement-ahead.ts'
import { bandOf, type ScoringConfig, totalOf } from './score.ts'

const DAY = 24 * 60 * 60_000

/** What a score comes to by itself, in epoch milliseconds; null: nothing changes any more. */
export interface ScoreAhead {
  /** The first instant at which the band is another, colder or hotter. */
  bandChange: number | null
  /**
   * When what is shown of the score has to be computed again, so that it is never older than a day: at the instant of a step
   * (inactivity, the end of the window), within a day of where points fade. Of a lead that has no points at all: when it has.
   */
  refresh: number | null
}

/** Looks ahead from `now` (epoch milliseconds), as if nothing happened any more. */
export function scoreAhead(
  scoring: ScoringConfig,
  fitPoints: number,
  signals: readonly Signal[],
  now: number,
): ScoreAhead {
  const ahead = engagementAhead(scoring.engagement, signals, now)
  const shown = (engagement: number) => (totalOf(scoring, fitPoints, engagement) === 0 ? -1 : engagement)
  const first = ahead.firstChange(shown)
  if (!first) return { bandChange: null, refresh: null }
  const bandAt = (engagement: number) => bandOf(scoring.bands, totalOf(scoring, fitPoints, engagement))
  const bandChange = ahead.firstChange(bandAt)?.at ?? null
  if (first.isStep) return { bandChange, refresh: first.at }
  const soon = Math.max(first.at, now + DAY)
  return { bandChange, refresh: ahead.firstStep(shown, first.at, soon) ?? soon }
}
