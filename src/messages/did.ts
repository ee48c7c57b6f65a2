import type { NextConfig } from '../leads/change.ts'
import type { LeadRecord } from '../leads/lead.ts'
import type { Signal } from '../rules/attributes.ts'
import { scoreEngagement } from '../rules/engagement.ts'
import { plain } from '../rules/words.ts'

/*
 * What leads did, in the words of signals.yaml.
 */

const RECENT = 30 * 24 * 60 * 60_000
const MOST = 4

type Catalogue = NextConfig['signals']

/** A type of signal in words, so many times: `asked for a demo`, `opened 4 mails`, `viewed the pricing page 3 times`. */
export function signalWords(catalogue: Catalogue, type: string, count = 1): string {
  const { words = plain(type), many } = Object.hasOwn(catalogue, type) ? (catalogue[type] ?? {}) : {}
  if (count === 1) return words
  if (many !== undefined) return many.replaceAll('{count}', String(count))
  return `${words} ${count === 2 ? 'twice' : `${count} times`}`
}

/** Whether the words of a type say what somebody did, so that they can follow a name; else they are only its name. */
export function isSentence(catalogue: Catalogue, type: string): boolean {
  return Object.hasOwn(catalogue, type) && catalogue[type]?.words !== plain(type)
}

/** What a lead did: the words, and whether they can follow its name. */
export interface Act {
  words: string
  isSentence: boolean
}

/**
 * What a lead did lately that counts, the weightiest first: by the score as it was computed last, within a month before `since`. Where
 * none of it has points, the newest thing that shows interest.
 */
export function actsOf(
  { signals: catalogue, scoring }: Pick<NextConfig, 'signals' | 'scoring'>,
  lead: Pick<LeadRecord, 'signals' | 'score'>,
  since: number,
): Act[] {
  const recent = lead.signals.filter(({ at, by, type }) => {
    return at >= since - RECENT && by !== 'sales' && catalogue[type]?.by !== 'sales'
  })
  const types = [...Map.groupBy(recent, ({ type }) => type).keys()]
  const { contributions } = scoreEngagement(scoring.engagement, recent, lead.score.at)
  const worth = (type: string) =>
    Math.max(0, ...contributions.filter(({ signal }) => signal.type === type).map(({ points }) => points))
  const newest = (type: string) => Math.max(...ofType(recent, type).map(({ at }) => at))
  const counted = types
    .filter((type) => worth(type) > 0)
    .sort((a, b) => worth(b) - worth(a) || newest(b) - newest(a))
    .slice(0, MOST)
  const others = types
    .filter((type) => Object.hasOwn(catalogue, type) && catalogue[type]?.endsSilence !== false)
    .sort((a, b) => newest(b) - newest(a))
    .slice(0, 1)
  return (counted.length > 0 ? counted : others).map((type) => ({
    words: signalWords(catalogue, type, ofType(recent, type).length),
    isSentence: isSentence(catalogue, type),
  }))
}

function ofType(signals: readonly Signal[], type: string): Signal[] {
  return signals.filter((signal) => signal.type === type)
}
