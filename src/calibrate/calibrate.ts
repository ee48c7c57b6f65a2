import { quantile } from '../rules/quantile.ts'
import type { Band } from '../rules/score.ts'
import {
  byBand,
  type Gate,
  type Group,
  gatesOf,
  inversionsOf,
  type RouteThreshold,
  reliability,
  routesThen,
  sameVolume,
  type Thresholds,
  thresholdFor,
} from './bands.ts'
import {
  type Case,
  type Cases,
  casesOf,
  counted,
  judgedOf,
  outcomesOf,
  rowsOf,
  type Story,
  type Target,
  unitsOf,
} from './cases.ts'
import { scoreOf } from './inputs.ts'
import { NEEDED, type Question } from './question.ts'
import { compareRanking, type Estimate, type Judged, reached, sumOf } from './ranking.ts'
import { lateWarnings, type Refusal, refusalOf, scaleWarning, warningsOf, weakWarning } from './refusal.ts'
import { type InputVerdict, type Proposal, proposalsOf, verdictOf, withheld } from './verdicts.ts'
import { fitWeights, type Weights } from './weights.ts'

const NEWEST = 0.3
const SEED = 20_260_102
const SHARES = [0.1, 0.2, 0.3]
// A gate that lets less through is told of.
const HARDLY = 0.01

/** What the data say of a config's points. */
export interface Calibration {
  target: Target
  leads: number
  converted: number
  fitted: { leads: number; converted: number }
  judged: { leads: number; converted: number }
  sampled: number
  patienceDays: number
  leftOut: Cases['leftOut']
  heldInputs: { name: string; why: string }[]
  unread: string[]
  warnings: string[]
  refusal: Refusal | null
  verdict: 'proposed' | 'weak' | 'no evidence' | 'nothing to move' | 'refused'
  /** Points that double the odds, and where intervals come from. */
  doubling: number | null
  intervals: Weights['intervals'] | null
  ranking: { now: Estimate; proposed: Estimate; difference: Estimate } | null
  inputs: InputVerdict[]
  bands: Record<'now' | 'proposed', Record<Band, Group>> | null
  inversions: Record<'now' | 'proposed', { colder: Band; hotter: Band }[]>
  reliability: { said: number; came: number; leads: number }[]
  gates: Record<'now' | 'proposed', Gate[]>
  population: number
  volumes: { share: number; today: boolean; outcomes: number; now: number; proposed: number }[]
  thresholds:
    | (Thresholds & {
        routes: RouteThreshold[]
        capacity: { perDay: number; leadsPerDay: number; now: number | null; proposed: number | null } | null
      })
    | null
  proposals: Proposal[]
}

/** Learns from stories what the points of a config should be. Nothing of it depends on chance: its draws are seeded. */
export function calibrate(question: Question, stories: readonly Story[]): Calibration {
  const { scoring, inputs, target, now } = question
  const known = casesOf(stories, now)
  const { cases } = known
  const converted = cases.filter(({ outcome }) => outcome).length
  const cut = Math.round(cases.length * (1 - NEWEST))
  const [fitted, judged] = [cases.slice(0, cut), cases.slice(cut)]
  const result: Calibration = {
    ...{ target, leads: cases.length, converted, fitted: counted(fitted), judged: counted(judged) },
    ...{ sampled: known.sampled, patienceDays: known.patience / (24 * 60 * 60_000), leftOut: known.leftOut },
    heldInputs: inputs.flatMap(({ name, held }) => (held ? [{ name, why: held }] : [])),
    unread: [...new Set(Object.values(question.unread.byRule).flat())],
    warnings: [...warningsOf(known), ...lateWarnings(question)],
    ...{ refusal: null, verdict: 'refused', doubling: null, intervals: null, ranking: null, inputs: [] },
    ...{ bands: null, inversions: { now: [], proposed: [] }, reliability: [], gates: { now: [], proposed: [] } },
    ...{ population: stories.length, volumes: [], thresholds: null, proposals: [] },
  }
  const refusal = refusalOf(question, known, judged)
  if (refusal) return { ...result, refusal }

  const rarer = Math.min(converted, cases.length - converted)
  const weights = fitWeights(inputs, fittedInputs(question, fitted), rowsOf(fitted), outcomesOf(fitted))
  const verdicts = inputs.map((input, at) => verdictOf(question, input, at, fitted, weights))
  const points = verdicts.map(({ proposed, now: present }) => proposed ?? present)
  const present = inputs.map((input) => input.points)
  const scores = (of: readonly { row: Story['row'] }[], by: readonly number[]) =>
    of.map(({ row }) => scoreOf(scoring, inputs, by, row))
  const totals = (of: readonly Case[], by: readonly number[]) => scores(of, by).map(({ total }) => total)
  const sides = judgedOf(judged)
  const ranking = compareRanking(totals(judged, present), totals(judged, points), sides, SEED)
  const moves = verdicts.some(({ proposed }) => proposed !== null)
  const verdict = decided(rarer, moves, ranking.difference)
  const isProposed = verdict === 'proposed'

  const all = { now: scores(stories, present), proposed: scores(stories, points) }
  const thresholds = sameVolume(scoring, all.now, all.proposed)
  const bandsThen = moves ? thresholds.bands : scoring.bands
  const bands = {
    now: byBand(scoring.bands, totals(judged, present), sides),
    proposed: byBand(bandsThen, totals(judged, points), sides),
  }
  const judgedBy = isProposed ? points : present
  return {
    ...result,
    verdict,
    doubling: weights ? weights.scale * Math.LN2 : null,
    intervals: weights?.intervals ?? null,
    warnings: [...result.warnings, ...scaleWarning(weights), ...weakWarning(rarer)],
    ranking,
    inputs: isProposed ? verdicts : verdicts.map((one) => withheld(one, verdict === 'weak', rarer)),
    bands,
    inversions: { now: inversionsOf(bands.now), proposed: inversionsOf(bands.proposed) },
    reliability: reliability(
      { totals: totals(fitted, judgedBy), outcomes: outcomesOf(fitted) },
      totals(judged, judgedBy),
      sides,
    ),
    gates: { now: gatesOf(scoring, all.now), proposed: gatesOf(moves ? thresholds : scoring, all.proposed) },
    volumes: volumesOf(stories, totals(judged, present), totals(judged, points), sides),
    thresholds: {
      ...thresholds,
      routes: routesThen(question.routes, all.now, all.proposed),
      capacity: capacityOf(question, stories, all),
    },
    proposals: isProposed ? proposalsOf(question, verdicts, thresholds, weights) : [],
  }
}

// What can be fitted: not what our own people did, not what nobody has or everybody has alike.
function fittedInputs({ inputs }: Question, cases: readonly Case[]): number[] {
  return inputs.flatMap(({ held }, at) => {
    const [first] = cases
    const varies = first && cases.some((one) => unitsOf(one, at) !== unitsOf(first, at))
    return varies && !held ? [at] : []
  })
}

function decided(rarer: number, moves: boolean, difference: Estimate): Calibration['verdict'] {
  if (rarer < NEEDED.enough) return 'weak'
  if (!moves) return 'nothing to move'
  return difference.low > 0 ? 'proposed' : 'no evidence'
}

function volumesOf(
  stories: readonly Story[],
  now: readonly number[],
  proposed: readonly number[],
  judged: Judged,
): Calibration['volumes'] {
  const today = stories.filter(({ sent, share }) => sent && share === 1).length / stories.length
  const outcomes = sumOf(judged.outcomes.map((outcome, at) => (outcome ? (judged.weights[at] ?? 0) : 0)))
  return [{ share: today, today: true }, ...SHARES.map((share) => ({ share, today: false }))].map((volume) => ({
    ...volume,
    outcomes,
    now: reached(now, judged, volume.share),
    proposed: reached(proposed, judged, volume.share),
  }))
}

function capacityOf(
  { capacity }: Question,
  stories: readonly Story[],
  { now, proposed }: Record<'now' | 'proposed', readonly { total: number }[]>,
) {
  const instants = stories.map(({ at }) => at)
  const days = (quantile(instants, 1) - quantile(instants, 0)) / (24 * 60 * 60_000)
  if (capacity === null || !(days > 0)) return null
  const leadsPerDay = stories.length / days
  const wanted = Math.round(stories.length * Math.min(1, capacity / leadsPerDay))
  const threshold = (scores: readonly { total: number }[]) =>
    thresholdFor(
      scores.map(({ total }) => total),
      wanted,
    )
  return { perDay: capacity, leadsPerDay, now: threshold(now), proposed: threshold(proposed) }
}

/** Whether a gate lets next to nothing through. */
export function isShut({ passes }: Gate, population: number): boolean {
  return passes < HARDLY * population
}
