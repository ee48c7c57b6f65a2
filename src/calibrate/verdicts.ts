import { BANDS } from '../rules/score.ts'
import type { Thresholds } from './bands.ts'
import { type Case, unitsOf } from './cases.ts'
import type { ScoreInput } from './inputs.ts'
import { NEEDED, type Question } from './question.ts'
import type { Weights } from './weights.ts'

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

/** What becomes of one input's points by what the fit says of it. */
export function verdictOf(
  { unread }: Question,
  { name, part, points, least, most, held, byHand }: ScoreInput,
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
  if (byHand) {
    const { low = 0, high = 0 } = weight.interval ?? {}
    return {
      ...stays(`${byHand}, so by hand: ${low.toFixed(1)}…${high.toFixed(1)} times its points`),
      low: null,
      high: null,
    }
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

/** The verdict where nothing is proposed after all. */
export function withheld(verdict: InputVerdict, isWeak: boolean, rarer: number): InputVerdict {
  if (verdict.proposed === null) return verdict
  const because = isWeak
    ? `${rarer} with the rarer outcome, ${NEEDED.enough} needed`
    : 'no evidence that it ranks better'
  return { ...verdict, proposed: null, reason: `would be ${verdict.proposed}: ${because}` }
}

/** All numbers that should change, with the words for each. */
export function proposalsOf(
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

const round = (value: number | null) => (value === null ? '' : String(Math.round(value)))
