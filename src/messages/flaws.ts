import type { Flaws } from '../leads/quality.ts'
import { missingWords } from './attribute-words.ts'

/** What is wrong with a lead's data, in short texts, the worst first. Not escaped: a source is what HubSpot has. */
export function flawTexts(flaws: Flaws, twins: readonly string[]): string[] {
  const { email, missing, source, stale } = flaws
  // What HubSpot lacks is said once.
  const said = missing.map((name) => `sales needs ${missingWords(name)}`)
  return [
    ...(email === undefined ? [] : [email]),
    ...(missing.length > 0 ? [`HubSpot lacks ${missing.map(missingWords).join(', ')}`] : []),
    ...(twins.length > 0 ? [`may be the same person as ${twins.join(', ')}`] : []),
    ...(source === undefined || (source === '' && missing.includes('leadSource'))
      ? []
      : [source === '' ? 'no lead source' : `lead source ${source} is not on the list`]),
    ...reviewTexts(flaws).filter((one) => !said.includes(one)),
    ...(stale === undefined ? [] : [`nothing new since ${new Date(stale).toISOString().slice(0, 10)}`]),
  ]
}

/** Why a lead is flagged for review, in short texts. */
export function reviewTexts({ review }: Pick<Flaws, 'review'>): string[] {
  if (!review) return []
  const lacks = review.lacks.map((name) => `sales needs ${missingWords(name)}`)
  const texts = [...lacks, ...review.failed.map((one) => `enrichment did not answer (${one})`)]
  return texts.length > 0 ? texts : ['flagged for review when it was read last']
}
