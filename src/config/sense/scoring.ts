import { BANDS } from '../../rules/score.ts'
import { duration } from '../../rules/words.ts'
import type { Path } from '../problems.ts'
import { formulaOf } from './formulas.ts'
import type { Inspected, Report } from './report.ts'
import { mostOfFit, type Reach } from './score-range.ts'
import type { Solver } from './solve.ts'

const MOST_TRIED = 2_000
const HOUR = 3_600_000
const DAY = 24 * HOUR

/** The most points that fit rules can add to one lead: some exclude each other. */
export function mostPoints(rules: Inspected['config']['scoring']['fit']['rules'], solver: Solver): number {
  const adding = rules.filter(({ points }) => points > 0).toSorted((a, b) => b.points - a.points)
  let best = 0
  let tried = 0
  function search(index: number, sum: number, held: ReturnType<typeof formulaOf>[]): void {
    best = Math.max(best, sum)
    if (tried > MOST_TRIED || sum + mostOfFit(adding.slice(index)) <= best) return
    const rule = adding[index]
    if (!rule) return
    const more = [...held, formulaOf(rule.when, 'true')]
    tried++
    if (solver.possible(more)) search(index + 1, sum + rule.points, more)
    search(index + 1, sum, held)
  }
  search(0, 0, [])
  // What was not tried to the end may reach more.
  return tried > MOST_TRIED ? mostOfFit(rules) : best
}

/** Bands and the MQL that no lead reaches, or every lead does; times that are likely in the wrong unit. */
export function checkScoring({ config, sources }: Inspected, reach: Reach, report: Report): void {
  const { bands, mql, engagement } = config.scoring
  const source = sources.scoring
  const [, most] = reach.score
  const parts = `fit at most ${reach.fit[1]}, engagement at most ${reach.engagement[1]}`
  const cold = BANDS.filter((band) => bands[band] > most)
  if (cold[0] !== undefined)
    report(
      'error',
      source,
      ['bands', cold[0]],
      `no lead is ever ${cold.map((band) => `"${band}"`).join(' or ')}: the rules reach a score of ${most} (${parts})`,
    )
  for (const key of ['score', 'fit', 'engagement'] as const) {
    if (mql[key] <= reach[key][1]) continue
    const message = `no lead becomes an MQL: ${key} can be at most ${reach[key][1]}, and ${mql[key]} is asked for`
    report('error', source, ['mql', key], message)
  }
  if (mql.score <= reach.score[0] && mql.fit <= reach.fit[0] && mql.engagement <= reach.engagement[0])
    report('warning', source, ['mql'], 'every lead is an MQL by this, whatever it is and does')
  else if (mql.score <= 0 && mql.fit <= 0 && mql.engagement <= 0)
    report('warning', source, ['mql'], 'nearly every lead is an MQL by this: it asks for nothing')
  const { window, inactivity } = engagement
  if (window !== undefined && inactivity && inactivity.every >= window)
    report(
      'warning',
      source,
      ['engagement', 'inactivity', 'every'],
      `takes nothing away: signals are forgotten after ${duration(window)}, and inactivity counts from ${duration(inactivity.every)} on`,
    )
  const short = (path: Path, ms: number | undefined, least: number) => doubtUnit(report, source, path, ms, least)
  short(['engagement', 'window'], window, DAY)
  short(['engagement', 'inactivity', 'every'], inactivity?.every, DAY)
  for (const [type, { halfLife }] of Object.entries(engagement.signals))
    short(['engagement', 'signals', type, 'halfLife'], halfLife, HOUR)
}

/** Doubts a time that is shorter than is sensible: m stands for minutes. */
export function doubtUnit(
  report: Report,
  source: Inspected['sources'][string],
  path: Path,
  ms: number | undefined,
  least: number,
): void {
  if (ms === undefined || ms >= least) return
  report(
    'warning',
    source,
    path,
    `is ${duration(ms)} only; is the unit right? s, m, h and d are seconds, minutes, hours and days`,
  )
}
