import { endHandoff, type Handoff } from '../handoffs/handoff.ts'
import type { Gathered, LeadState, NextConfig } from './change.ts'
import type { LeadMarks } from './marks.ts'
import type { LeadReading } from './reading.ts'
import { isOwnAct, lastOwnAct } from './silence.ts'
import { startingOf } from './starts.ts'

/*
 * An archived lead: a status of Baton's own, and never HubSpot's archive, which deletes. It is in no track, its handoffs end, and
 * it is not looked at by itself any more. Whatever is new about it brings it back, and then it is routed as if it were new.
 */

/**
 * Whether something is new about an archived lead: it did something itself, a person gave it another owner, stage or status,
 * somebody opened a handoff, a deal or a signal of our own people starts one, or another contact was merged into it.
 */
export function isBroughtBack(
  config: NextConfig,
  { lead, written }: Pick<LeadState, 'lead' | 'written'>,
  { contact, merging }: Pick<Gathered, 'contact' | 'merging'>,
  reading: Pick<LeadReading, 'signals' | 'properties'>,
  now: number,
): boolean {
  const { archived, toOpen, properties: before } = lead ?? {}
  if (!lead || !archived) return false
  const fresh = reading.signals.filter(({ decision }) => decision === undefined)
  const acts = fresh.some((signal) => isOwnAct(config, signal))
  const starts = startingOf(config, { signals: fresh }, []).length > 0
  const { leadStatus = [] } = config.hubspot.attributes as Record<string, readonly string[]>
  const words = [
    'hubspot_owner_id',
    'lifecyclestage',
    ...leadStatus,
    ...config.hubspot.disqualified.map((one) => one.changes),
  ]
  // What Baton has written itself is nobody's word.
  const isSet = (name: string) => {
    const value = contact.properties[name]
    return value !== undefined && (value ?? '') !== (before?.[name] ?? '') && (value ?? '') !== written[name]
  }
  const lastAct = lastOwnAct(config, reading, now)
  return (
    acts ||
    starts ||
    (lastAct !== undefined && lastAct > archived.at) ||
    // Of one that was rebuilt it is not known what they were.
    (lead.readBy !== null && words.some(isSet)) ||
    (toOpen ?? []).length > 0 ||
    (merging ?? []).length > 0
  )
}

/** The marks of a lead that is archived no more. */
export function unarchived({ archived: _, ...marks }: LeadMarks): LeadMarks {
  return marks
}

/** The handoffs that end because the lead is archived. */
export function endedByArchive(handoffs: readonly Handoff[], now: number): Handoff[] {
  return handoffs.flatMap((handoff) => endHandoff(handoff, { at: now, how: 'archived' }) ?? [])
}
