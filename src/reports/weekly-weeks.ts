import type { ReportInput } from './kind.ts'
import type { Period } from './report.ts'

/** So many periods are looked at, with the report's own: a quarter in weeks. */
export const PERIODS = 13

/** The report's own period and those before it; `all[0]` is its own, `all[1]` the one before. */
export interface Weeks {
  all: Period[]
  /** Which of them an instant lies in: 0 its own; undefined for none. */
  of(at: number): number | undefined
  /** Whether an instant lies in the part of the period before that is compared: all of it, or as much as has passed of one that still runs. */
  isCompared(at: number): boolean
  /** Whether it is known what happened in one of them: there were facts from its beginning on. */
  isKnown(which: number): boolean
  isOver: boolean
  /** Where the oldest of them begins. */
  from: number
  /** What came later is not in the report: its end, or the present. */
  end: number
  /** How people call such a period: week, month, quarter. */
  word: Period['kind']
}

/** The periods that a weekly report looks at. */
export function weeksOf({
  period,
  before,
  now,
  since,
}: Pick<ReportInput, 'period' | 'before' | 'now' | 'since'>): Weeks {
  const all = [period, ...Array.from({ length: PERIODS - 1 }, (_, at) => before(at + 1))]
  const [last, previous] = [all.at(-1) ?? period, all[1] ?? period]
  const isOver = now >= period.to
  const comparedUntil = isOver ? previous.to : Math.min(previous.to, previous.from + (now - period.from))
  return {
    all,
    of(at) {
      if (at >= period.to || at > now || at < last.from) return undefined
      return all.findIndex(({ from }) => at >= from)
    },
    isCompared: (at) => at >= previous.from && at < comparedUntil,
    isKnown: (which) => since !== null && since <= (all[which]?.from ?? Number.NEGATIVE_INFINITY),
    isOver,
    from: last.from,
    end: Math.min(now, period.to),
    word: period.kind,
  }
}
