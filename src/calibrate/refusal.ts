import { type Case, type Cases, counted, unitsOf, unweighted } from './cases.ts'
import { NEEDED, type Question } from './question.ts'
import { auc } from './ranking.ts'
import type { Weights } from './weights.ts'

const TELLING = 0.9

/** Why nothing can be said; `missing`: how many more leads of the rarer outcome, or of a sample, it takes. */
export interface Refusal {
  why: 'few' | 'one-sided' | 'selection' | 'telling'
  message: string
  missing?: number
}

/** Whether these leads can be learnt from at all; `judged` are those by which it would be judged. Null: they can. */
export function refusalOf(
  question: Question,
  { cases, sampled, leftOut }: Cases,
  judged: readonly Case[],
): Refusal | null {
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

/** What a person has to know of the leads: drift, selection, what was not read before. */
export function warningsOf({ cases, sampled, leftOut }: Cases): string[] {
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

/** What is known only from some day on. */
export function lateWarnings({ unread }: Question): string[] {
  return unread.since.map(({ attribute, at }) => {
    const day = new Date(at).toISOString().slice(0, 10)
    return `${attribute} is known of no lead before ${day}, where its rules count 0: look at --since ${day}`
  })
}

/** That the scale could not be learnt. */
export function scaleWarning(weights: Weights | null): string[] {
  if (!weights?.scaleIsSet) return []
  return ['the present points do not rank the leads, so that their scale is set: 8 points double the odds']
}

/** That there is little data. */
export function weakWarning(rarer: number): string[] {
  if (rarer >= NEEDED.enough) return []
  return [
    `weak: ${rarer} leads with the rarer outcome; ${NEEDED.enough - rarer} more are needed before anything is proposed`,
  ]
}
