import { quantile } from '../rules/quantile.ts'
import { whole } from '../rules/words.ts'
import type { Finding } from './report.ts'
import type { Figure } from './weekly-part.ts'
import type { Weeks } from './weekly-weeks.ts'
import { cellText } from './words.ts'

/*
 * Figures that are outside what their own last eight periods make likely.
 *
 * A figure is put on a scale on which chance alone has a known spread, whatever its size: counts by twice their root (Anscombe), shares
 * by the arc sine of their root, minutes by their logarithm. There the median of the last eight is what is usual. The spread is chance's
 * own, or what the eight show (the median of their distances from the middle), whichever is more: so one odd week among them neither hides
 * the next one nor makes ordinary weeks odd, and five leads in place of three are nothing. What lies more than three spreads away is told.
 * By simulation (tests/unit/reports) that is a false alarm in fewer than 1 of 100 figures where chance alone moves them, and in fewer than
 * 5 where weeks differ by a third besides. Without six known periods before there is nothing to compare with.
 */

const LOOKED_BACK = 8
const FEWEST = 6
const FAR = 3
// What the middle of eight values misses by, as a part of their spread: √(π/2 ÷ 8).
const OF_MEDIAN = Math.sqrt(Math.PI / 2 / LOOKED_BACK)
// From that median to a standard deviation, and a fifth more: eight values show too little of it.
const TO_SPREAD = 1.4826 * 1.2
// Logarithms of times until an answer lie about so far apart; their median by so much less.
const OF_ANSWERS = 1.5

/** A figure outside what is likely: what it is, what was usual, and between what it would have been likely. */
export interface Anomaly {
  is: number
  usual: number
  from: number
  to: number
}

/** Looks at a figure; the present one comes first, then those before, of which the first `known` count. Null when it is as usual, or nobody can say. */
export function anomalyOf(figure: Figure, known: number): Anomaly | null {
  const scale = scaleOf(figure)
  const before = scale.values.slice(1, 1 + Math.min(known, LOOKED_BACK)).filter((one) => one !== null)
  const [own] = scale.values
  if (!own || before.length < FEWEST) return null
  const middle = quantile(
    before.map(({ at }) => at),
    0.5,
  )
  const apart =
    quantile(
      before.map(({ at }) => Math.abs(at - middle)),
      0.5,
    ) * TO_SPREAD
  const chance = quantile(
    before.map(({ chance }) => chance),
    0.5,
  )
  const spread = Math.hypot(Math.max(own.chance, apart), Math.max(chance, apart) * OF_MEDIAN)
  if (Math.abs(own.at - middle) <= FAR * spread) return null
  const [is, usual] = [scale.back(own.at), scale.back(middle)]
  return { is, usual, from: scale.back(middle - FAR * spread), to: scale.back(middle + FAR * spread) }
}

/** What is said of the figures that are anomalies. */
export function anomalyFindings(figures: readonly Figure[], weeks: Weeks): Finding[] {
  // Half a period has half of everything.
  if (!weeks.isOver) return []
  const known = weeks.all.slice(1).findIndex((_, at) => !weeks.isKnown(at + 1))
  return figures.flatMap((figure): Finding[] => {
    const anomaly = anomalyOf(figure, known < 0 ? LOOKED_BACK : known)
    if (!anomaly) return []
    const words = (value: number) => wordsOf(figure.unit, value)
    const way = anomaly.is > anomaly.usual ? 'more' : 'less'
    return [
      {
        id: `anomaly-${figure.name.toLowerCase().replaceAll(' ', '-')}`,
        level: 'warn',
        text: `${figure.name}: ${words(anomaly.is)}, ${way} than the last ${LOOKED_BACK} ${weeks.word}s make likely (${words(anomaly.from)} to ${words(anomaly.to)}, usually ${words(anomaly.usual)}).`,
      },
    ]
  })
}

interface Scale {
  /** Where each lies on the scale, and how far chance alone moves it there; null: nobody knows. */
  values: ({ at: number; chance: number } | null)[]
  back: (at: number) => number
}

function scaleOf(figure: Figure): Scale {
  switch (figure.unit) {
    case 'count':
      return {
        values: figure.values.map((count) => ({ at: 2 * Math.sqrt(count + 3 / 8), chance: 1 })),
        back: (at) => Math.max(0, (Math.max(0, at) / 2) ** 2 - 3 / 8),
      }
    case 'share':
      return {
        values: figure.values.map(({ count, all }) =>
          all === 0
            ? null
            : { at: Math.asin(Math.sqrt((count + 3 / 8) / (all + 3 / 4))), chance: 1 / Math.sqrt(4 * all + 2) },
        ),
        back: (at) => Math.sin(Math.min(Math.PI / 2, Math.max(0, at))) ** 2,
      }
    case 'minutes':
      return {
        values: figure.values.map(({ median, of }) =>
          median === null ? null : { at: Math.log1p(median), chance: OF_ANSWERS / Math.sqrt(of) },
        ),
        back: (at) => Math.max(0, Math.expm1(at)),
      }
  }
}

function wordsOf(unit: Figure['unit'], value: number): string {
  return unit === 'count' ? whole(Math.round(value)) : cellText(value, unit, 'UTC')
}
