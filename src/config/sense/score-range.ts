import { clamp } from '../../rules/rounding.ts'
import { mostOf } from '../../rules/signal-points.ts'
import type { Config } from '../config.ts'

/** The lowest and the highest of a number, both ends in. */
export type Range = [number, number]

/** What the rules of a config can score. */
export interface Reach {
  fit: Range
  engagement: Range
  score: Range
}

/** What the rules can score, when all fit rules that add points hold at once; `most` says better what they can add. */
export function reachOf({ scoring }: Pick<Config, 'scoring'>, most = mostOfFit(scoring.fit.rules)): Reach {
  const { fit, engagement, base = 0 } = scoring
  const least = fit.rules.reduce((sum, { points }) => sum + Math.min(0, points), 0)
  const highest = Math.min(fit.max, most)
  const fits: Range = [Math.round(least), Math.round(highest)]
  const counts = Object.values(engagement.signals).some(({ points }) => mostOf(points) > 0)
  const engaged: Range = [0, counts ? Math.round(engagement.max) : 0]
  return {
    fit: fits,
    engagement: engaged,
    score: [within(base + fits[0] + engaged[0]), within(base + fits[1] + engaged[1])],
  }
}

/** The points of all fit rules that add any. */
export function mostOfFit(rules: Config['scoring']['fit']['rules']): number {
  return rules.reduce((sum, { points }) => sum + Math.max(0, points), 0)
}

const within = (score: number) => clamp(score, 0, 100)
