import type { Gathered, LeadState } from './change.ts'
import { type LeadRecord, stageOf } from './lead.ts'
import { setByPerson } from './observe.ts'

/*
 * HubSpot's life cycle stage is written forwards only, but for one case: an answer had moved it that was taken back.
 */

const STAGE = 'lifecyclestage'

/** What is left to be set back after a read: as long as HubSpot shows what Baton wrote, and nobody has set it. */
export function stillTakenBack(
  { lead, written }: Pick<LeadState, 'lead' | 'written'>,
  { contact, history }: Pick<Gathered, 'contact' | 'history'>,
): LeadRecord['lifecycleTakenBack'] {
  const back = lead?.lifecycleTakenBack
  if (!back || contact.properties[STAGE] !== back.is || setByPerson(history, STAGE)) return undefined
  return written[STAGE] === undefined || written[STAGE] === back.is ? { ...back, shown: true } : undefined
}

/** The life cycle stage that is to be set back in HubSpot; undefined when none is. */
export function lifecycleBack({
  lifecycleTakenBack: back,
  attributes,
}: Pick<LeadRecord, 'lifecycleTakenBack' | 'attributes'>): string | undefined {
  return back?.shown && stageOf(attributes) === back.is ? back.was : undefined
}
