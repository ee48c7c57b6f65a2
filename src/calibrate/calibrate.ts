import { BANDS, type Band, type ScoringConfig } from '../rules/score.ts'
import {
  byBand,
  type Gate,
  type Group,
  gatesOf,
  inversionsOf,
  reliability,
  sameVolume,
  type Thresholds,
  thresholdFor,
} from './bands.ts'
import { type Case, type Cases, casesOf, type Story, type Target } from './cases.ts'
import { type ScoreInput, scoreOf } from './inputs.ts'
import { auc, compareRanking, type Estimate, type Judged, quantile, reached, sumOf } from './ranking.ts'
import type { Unread } from './reads.ts'
import { fitWeights, type Weights } from './weights.ts'

/** How much data it takes: below `few` nothing is said, below `enough` nothing is proposed; `carriers` to move one weight. */
export const NEEDED = { few: 20, enough: 100, carriers: 30 }
const NEWEST = 0.3
const TELLING = 0.9
const SEED = 20_260_102
const SHARES = [0.1, 0.2, 0.3]
// A gate that lets less through is told of.
const HARDLY = 0.01

/** What is asked. `allowed`: inputs that a person lets pass although they alone tell the outcome; `capacity`: leads that sales takes in a day. */
export interface Question {
  scoring: ScoringConfig
  inputs: readonly ScoreInput[]
  target: Target
  now: number
  allowed: readonly string[]
  acceptSelection: boolean
  capacity: number | null
  /** What the rules read and the kept decisions lack. */
  unread: Unread
}

/** Why nothing can be said; `missing`: how many more leads of the rarer outcome, or of a sample, it takes. */
export interface Refusal {
  why: 'few' | 'one-sided' | 'selection' | 'telling'
  message: string
  missing?: number
}

/** What is said of one input. Without `proposed` it stays, for the `reason`. */
export interface InputVerdict {
  name: string
  part: ScoreInput['part']
  now: number
  proposed: number | null
  low: number | null
  high: number | null
  /** Leads of the fit that have it, the share of them with the outcome, and how many have the rarer outcome. */
  leads: number
  converted: number | null
  rarer: number
  unknown: number
  reason: string
}

/** A number of the config that should become another one; `why` is the comment for it. */
export interface Proposal {
  path: readonly (string | number)[]
  from: number
  to: number
  why: string
}

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
    inputs: isProposed ? verdicts : verdicts.map((one) => withheld(one, verdict, rarer)),
    bands,
    inversions: { now: inversionsOf(bands.now), proposed: inversionsOf(bands.proposed) },
    reliability: reliability(
      { totals: totals(fitted, judgedBy), outcomes: outcomesOf(fitted) },
      totals(judged, judgedBy),
      sides,
    ),
    gates: { now: gatesOf(scoring, all.now), proposed: gatesOf(moves ? thresholds : scoring, all.proposed) },
    volumes: volumesOf(stories, totals(judged, present), totals(judged, points), sides),
    thresholds: { ...thresholds, capacity: capacityOf(question, stories, all) },
    proposals: isProposed ? proposalsOf(question, verdicts, thresholds, weights) : [],
  }
}

function refusalOf(question: Question, { cases, sampled, leftOut }: Cases, judged: readonly Case[]): Refusal | null {
  const { target, inputs, allowed } = question
  const converted = cases.filter(({ outcome }) => outcome).length
  const [rarer, word] = [
    Math.min(converted, cases.length - converted),
    converted * 2 <= cases.length ? 'with' : 'without',
  ]
  if (rarer < NEEDED.few) {
    const missing = NEEDED.few - rarer
    const message = `${rarer} of ${cases.length} leads are ${word} the outcome ${target}: ${NEEDED.few} are needed, ${missing} are missing`
    return { why: 'few', message, missing }
  }
  if (sampled === 0 && leftOut.neverSent > 0 && !question.acceptSelection) {
    const message = `${leftOut.neverSent} leads were never sent to sales and none was sent at random: what is learnt from the others alone ranks worse than what it replaces. Put "sample: 3%" on a route, or say --accept-selection`
    return { why: 'selection', message }
  }
  const hits = judged.filter(({ outcome }) => outcome).length
  if (hits === 0 || hits === judged.length) {
    const message = `of the newest ${judged.length} leads, by which it is judged, ${hits === 0 ? 'none has' : 'all have'} the outcome ${target}`
    return { why: 'one-sided', message }
  }
  const telling = inputs
    .map(({ name, held }, at) => ({
      name,
      held,
      auc: auc(
        cases.map((one) => unitsOf(one, at)),
        unweighted(cases),
      ),
    }))
    .filter((one) => !one.held && !allowed.includes(one.name) && Math.max(one.auc, 1 - one.auc) > TELLING)
  if (telling.length > 0) {
    const names = telling.map((one) => `${one.name} (AUC ${Math.max(one.auc, 1 - one.auc).toFixed(3)})`).join(', ')
    const message = `alone tells the outcome: ${names}. That is often an act of sales (say so: by: sales) or written after the outcome; if it is known in time, say --allow ${telling.map(({ name }) => name).join(' --allow ')}`
    return { why: 'telling', message }
  }
  return null
}

// What can be fitted: not what our own people did, not what nobody has or everybody has alike.
function fittedInputs({ inputs }: Question, cases: readonly Case[]): number[] {
  return inputs.flatMap(({ held }, at) => {
    const [first] = cases
    const varies = first && cases.some((one) => unitsOf(one, at) !== unitsOf(first, at))
    return varies && !held ? [at] : []
  })
}

function verdictOf(
  { unread }: Question,
  { name, part, points, least, most, held }: ScoreInput,
  at: number,
  cases: readonly Case[],
  weights: Weights | null,
): InputVerdict {
  const carriers = cases.filter((one) => unitsOf(one, at) !== 0)
  const converted = carriers.filter(({ outcome }) => outcome).length
  const rarer = Math.min(converted, carriers.length - converted)
  const weight = weights?.of[at] ?? null
  const stays = (reason: string): InputVerdict => ({
    ...{
      name,
      part,
      now: points,
      proposed: null,
      low: weight?.interval?.low ?? null,
      high: weight?.interval?.high ?? null,
    },
    ...{ leads: carriers.length, converted: carriers.length > 0 ? converted / carriers.length : null, rarer },
    ...{ unknown: cases.filter(({ unknown }) => part === 'fit' && unknown.includes(at)).length, reason },
  })
  if (held) return stays(held)
  const lacking = part === 'fit' ? unread.byRule[name] : undefined
  if (carriers.length === 0 && lacking) return stays(`reads ${lacking.join(', ')}, which no kept decision knows`)
  if (carriers.length === 0) return stays('no lead has it')
  if (!weight) return stays(weights ? 'every lead has as much of it' : 'the fit has no answer')
  if (rarer < NEEDED.carriers) {
    const word = converted * 2 <= carriers.length ? 'with' : 'without'
    return stays(`${rarer} ${word} the outcome, ${NEEDED.carriers} needed`)
  }
  const { low, high } = weight.interval ?? { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY }
  if (low <= points && points <= high) return stays('the interval holds the present points')
  const wanted = Math.round(weight.points)
  const proposed = Math.min(most, Math.max(least, wanted))
  const bound = proposed === wanted ? '' : `at the bound: wants ${wanted}`
  // What is shrunk may end where it began.
  if (proposed === points) return stays(bound || 'comes out at the present points')
  return { ...stays(bound), proposed }
}

function decided(rarer: number, moves: boolean, difference: Estimate): Calibration['verdict'] {
  if (rarer < NEEDED.enough) return 'weak'
  if (!moves) return 'nothing to move'
  return difference.low > 0 ? 'proposed' : 'no evidence'
}

function withheld(verdict: InputVerdict, why: Calibration['verdict'], rarer: number): InputVerdict {
  if (verdict.proposed === null) return verdict
  const because =
    why === 'weak' ? `${rarer} with the rarer outcome, ${NEEDED.enough} needed` : 'no evidence that it ranks better'
  return { ...verdict, proposed: null, reason: `would be ${verdict.proposed}: ${because}` }
}

function proposalsOf(
  { inputs, scoring }: Question,
  verdicts: readonly InputVerdict[],
  { bands, mql }: Thresholds,
  weights: Weights | null,
): Proposal[] {
  const moved = verdicts.flatMap(({ name, now, proposed, low, high, leads, converted, reason }, at): Proposal[] => {
    const { path } = inputs[at] ?? {}
    if (proposed === null || !path) return []
    const interval = `95 % ${round(low)}…${round(high)}${weights?.intervals === 'bootstrap' ? ' (bootstrap)' : ''}`
    const why = `${name} ${now} → ${proposed}, ${interval}, ${leads} leads, ${Math.round((converted ?? 0) * 100)} % converted`
    return [{ path, from: now, to: proposed, why: reason ? `${why}, ${reason}` : why }]
  })
  const threshold = (path: string[], from: number, to: number): Proposal[] =>
    from === to ? [] : [{ path, from, to, why: `${path.join('.')} ${from} → ${to}: as many leads as now` }]
  return [
    ...moved,
    ...BANDS.flatMap((band) => threshold(['bands', band], scoring.bands[band], bands[band])),
    ...(['score', 'fit', 'engagement'] as const).flatMap((part) =>
      threshold(['mql', part], scoring.mql[part], mql[part]),
    ),
  ]
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

function warningsOf({ cases, sampled, leftOut }: Cases): string[] {
  const half = Math.floor(cases.length / 2)
  const [older, newer] = [counted(cases.slice(0, half)), counted(cases.slice(half))]
  const rate = ({ leads, converted }: { leads: number; converted: number }) => (leads > 0 ? converted / leads : 0)
  const all = (older.converted + newer.converted) / Math.max(1, cases.length)
  const error = Math.sqrt(all * (1 - all) * (1 / Math.max(1, older.leads) + 1 / Math.max(1, newer.leads)))
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`
  return [
    ...(Math.abs(rate(older) - rate(newer)) > 2.576 * error
      ? [
          `the older half converted ${percent(rate(older))}, the newer ${percent(rate(newer))}: something has changed; look at the newer alone with --since`,
        ]
      : []),
    ...(sampled === 0 && leftOut.neverSent > 0
      ? ['learnt from leads alone that the present rules chose: what they miss is not seen']
      : []),
    ...(sampled > 0 && sampled < NEEDED.carriers
      ? [`the random sample has ${sampled} leads: what the present rules miss is hardly seen`]
      : []),
  ]
}

function lateWarnings({ unread }: Question): string[] {
  return unread.since.map(({ attribute, at }) => {
    const day = new Date(at).toISOString().slice(0, 10)
    return `${attribute} is known of no lead before ${day}, where its rules count 0: look at --since ${day}`
  })
}

function scaleWarning(weights: Weights | null): string[] {
  if (!weights?.scaleIsSet) return []
  return ['the present points do not rank the leads, so that their scale is set: 8 points double the odds']
}

function weakWarning(rarer: number): string[] {
  if (rarer >= NEEDED.enough) return []
  return [
    `weak: ${rarer} leads with the rarer outcome; ${NEEDED.enough - rarer} more are needed before anything is proposed`,
  ]
}

/** Whether a gate lets next to nothing through. */
export function isShut({ passes }: Gate, population: number): boolean {
  return passes < HARDLY * population
}

function unitsOf({ row: { at, of } }: Pick<Case, 'row'>, column: number): number {
  const i = at.indexOf(column)
  return i < 0 ? 0 : (of[i] ?? 0)
}

function counted(cases: readonly Case[]): { leads: number; converted: number } {
  return { leads: cases.length, converted: cases.filter(({ outcome }) => outcome).length }
}

const rowsOf = (cases: readonly Case[]) => cases.map(({ row }) => row)
const outcomesOf = (cases: readonly Case[]) => cases.map(({ outcome }) => outcome)
const unweighted = (cases: readonly Case[]): Judged => ({ outcomes: outcomesOf(cases), weights: cases.map(() => 1) })
const judgedOf = (cases: readonly Case[]): Judged => {
  return { outcomes: outcomesOf(cases), weights: cases.map(({ weight }) => weight) }
}
const round = (value: number | null) => (value === null ? '' : String(Math.round(value)))
