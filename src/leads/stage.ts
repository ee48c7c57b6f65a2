import type { Signal } from '../rules/attributes.ts'
import type { Gathered, LeadState } from './change.ts'
import { type LeadRecord, STAGES_BEFORE_MQL, stageOf } from './lead.ts'
import type { PropertyHistory } from './observe.ts'

/*
 * The life cycle stage is written forwards only. One that somebody set back from MQL, or from further on, is their word:
 * it yields to what the lead does later, and never to what was known before.
 */

const isBeforeMql = (stage: string | null | undefined) => STAGES_BEFORE_MQL.includes((stage ?? '').toLowerCase())

/** Whether a contact shows a stage before MQL although it was further on when Baton last read or wrote it. */
export function isSetBack(
  { lead, written }: Pick<LeadState, 'lead' | 'written'>,
  { properties }: Pick<Gathered['contact'], 'properties'>,
): boolean {
  if (!lead || properties.lifecyclestage === undefined || !isBeforeMql(properties.lifecyclestage)) return false
  // Baton did that itself.
  if (lead.lifecycleTakenBack?.was === (properties.lifecyclestage ?? '')) return false
  return !isBeforeMql(written.lifecyclestage) || !isBeforeMql(stageOf(lead.attributes))
}

/** Since when a stage that was set back stands, with the fit of then; undefined when none does, or the lead has moved on. */
export function stageSetBack(
  state: Pick<LeadState, 'lead' | 'written'>,
  { contact, history }: Pick<Gathered, 'contact' | 'history'>,
  { score }: { score: { mql: boolean; fit: { points: number } } },
  signals: readonly Signal[],
  now: number,
): LeadRecord['stageSetBack'] {
  if (!isBeforeMql(contact.properties.lifecyclestage)) return undefined
  const since = isSetBack(state, contact)
    ? { at: setBackAt(history) ?? now, fit: score.fit.points }
    : state.lead?.stageSetBack
  if (!since) return undefined
  // A lead that does not qualify any more can only qualify again by something new.
  const yields = !score.mql || score.fit.points > since.fit || signals.some(({ at }) => at > since.at)
  return yields ? undefined : since
}

// The newest change of the stage, when it came after MQL. Else HubSpot never took what was written, and only what comes is new.
function setBackAt({ lifecyclestage = [] }: PropertyHistory): number | undefined {
  const [newest, ...older] = lifecyclestage
  return newest && isBeforeMql(newest.value) && older.some(({ value }) => !isBeforeMql(value)) ? newest.at : undefined
}

/** The same before anything is decided: as far as the score of before tells. */
export function setBackSoFar(
  state: Pick<LeadState, 'lead' | 'written'>,
  gathered: Pick<Gathered, 'contact' | 'history'>,
  signals: readonly Signal[],
  now: number,
): LeadRecord['stageSetBack'] {
  const fit = { points: state.lead?.score.fit ?? 0 }
  return stageSetBack(state, gathered, { score: { mql: true, fit } }, signals, now)
}
