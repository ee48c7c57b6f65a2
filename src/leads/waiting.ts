import { endHandoff, isRuled, takenOverBy } from '../handoffs/handoff.ts'
import { ownerElsewhere } from './assign.ts'
import type { ContactInput } from './begin.ts'

/**
 * Ends what a rule started and waits, where it can no longer begin: its kind is no longer in the config, or the contact was given
 * to somebody to whom Baton gives no leads, and is theirs.
 */
export function endWaiting({
  config,
  contact,
  draft,
  now,
}: Pick<ContactInput, 'config' | 'contact' | 'draft' | 'now'>) {
  const owner = ownerElsewhere(config, contact)
  for (const handoff of draft.handoffs().filter((one) => one.state === 'waiting' && isRuled(one))) {
    if (!config.handoffs.kinds[handoff.kind]) {
      draft.put(endHandoff(handoff, { at: now, how: 'released' }) ?? handoff)
    } else if (handoff.byRoute && owner !== undefined) {
      draft.note({ at: now, what: 'taken-over', reason: `owner ${owner}` })
      draft.put(endHandoff(handoff, { at: now, how: 'taken-over', reason: takenOverBy(owner) }) ?? handoff)
    }
  }
}
