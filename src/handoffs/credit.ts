import { FOUND_BY, type Handoff, type Holder } from './handoff.ts'

/*
 * A lead that was nobody for us gives its rep the turn back. Which reasons do so stands in `routing.yaml`, `credit`.
 */

/** The reasons for which a person takes a lead out. */
export const DISQUALIFY_REASONS: Record<string, string> = {
  not_a_fit: 'Not a fit',
  not_interested: 'Not interested',
  competitor: 'Competitor',
  duplicate: 'Duplicate',
  wrong_data: 'Wrong contact data',
  junk: 'Junk or spam',
}

/** The reason that a text of HubSpot's names, by its name or its words; undefined when it names none. */
export function reasonNamed(text: string | undefined): string | undefined {
  const plain = (words: string) =>
    words
      .trim()
      .toLowerCase()
      .replaceAll(/[\s_-]+/g, ' ')
  const found = Object.entries(DISQUALIFY_REASONS).find(([name, words]) => {
    return text !== undefined && [plain(name), plain(words)].includes(plain(text))
  })
  return found?.[0]
}

/** Whether a holder has their turn by the choice of a pool: neither a person nor a rule named them. */
export function isPools(holder: Holder | undefined): holder is Holder {
  return (
    holder !== undefined &&
    holder.pool !== '' &&
    holder.how !== 'owner-changed' &&
    !FOUND_BY.some((how) => how === holder.how)
  )
}

/** A handoff that was ended for a reason: whoever held it gets the turn back where the reason does so, and a pool chose them. */
export function withCredit(handoff: Handoff, reason: string | undefined, credit: readonly string[]): Handoff {
  const holder = handoff.holders.at(-1)
  if (!isPools(holder) || reason === undefined || !credit.includes(reason)) return handoff
  return { ...handoff, holders: [...handoff.holders.slice(0, -1), { ...holder, credited: true }] }
}
