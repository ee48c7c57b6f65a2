import type { Flaws } from '../leads/quality.ts'
import { missingWords } from './attribute-words.ts'

/** What is wrong with a lead's data, in short texts, the worst first. Not escaped: a source is what HubSpot has. */
export function flawTexts(flaws: Flaws, twins: readonly string[]): string[] {
  const { email, missing, source, review, stale } = flaws
  return [
    ...(email === undefined ? [] : [email]),
    ...(missing.length > 0 ? [`HubSpot lacks ${missing.map(missingWords).join(', ')}`] : []),
    ...(twins.length > 0 ? [`may be the same person as ${twins.join(', ')}`] : []),
    ...(source === undefined ? [] : [source === '' ? 'no lead source' : `lead source ${source} is not on the list`]),
    ...review,
    ...(stale === undefined ? [] : [`nothing new since ${new Date(stale).toISOString().slice(0, 10)}`]),
  ]
}
