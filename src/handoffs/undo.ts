import type { Handoff } from './handoff.ts'

/*
 * An answer that was given by a click can be taken back for a while: the clock goes on as if nothing had happened.
 */

/** So long an answer can be taken back, in milliseconds. */
export const UNDO_WITHIN = 10 * 60_000

/** Whether a handoff stands as its answer left it: nothing has settled it since. */
function isAsAnswered({ state, answered, ended }: Handoff): boolean {
  return state === 'answered' || (state === 'ended' && ended?.how === 'done' && ended.at === answered?.at)
}

/** Whether the answer of a handoff can be taken back at `now`. */
export function canUndo(handoff: Handoff, now: number): boolean {
  return handoff.undo !== undefined && now < handoff.undo.until && isAsAnswered(handoff)
}

/**
 * The handoff with its clock running again, as it stood: same deadline, same ladder, whoever holds it by now. What came due meanwhile
 * is due. Null when its answer cannot be taken back.
 */
export function undoAnswer(handoff: Handoff, by: string, now: number): Handoff | null {
  if (!canUndo(handoff, now)) return null
  const { undo, answered: _, attempts: __, ended: ___, ...rest } = handoff
  return {
    ...rest,
    ...(undo?.passOn ? { passOn: undo.passOn } : {}),
    state: 'open',
    events: [...handoff.events, { at: now, what: 'undone', by }],
  }
}

/** Whether the time for taking the answer back is over, and its messages still offer it. */
export function isUndoOver({ undo }: Handoff, now: number): boolean {
  return undo !== undefined && undo.until <= now
}

/** The handoff once its answer can be taken back no more. */
export function withoutUndo({ undo: _, ...handoff }: Handoff): Handoff {
  return handoff
}
