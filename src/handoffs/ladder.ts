import { type Handoff, type Holder, holderOf, type Rung } from './handoff.ts'

/** The next instant at which the handoff wants attention; null when nothing is left to do. */
export function nextDue(handoff: Handoff): number | null {
  if (handoff.status === 'responded') return handoff.followUp?.until ?? null
  if (handoff.status !== 'open') return null
  if (handoff.passOn) return handoff.passOn.at
  const waiting = handoff.ladder.filter((rung) => rung.doneAt === undefined).map((rung) => rung.dueAt)
  if (handoff.breachedAt === undefined) waiting.push(handoff.dueAt)
  return waiting.length === 0 ? null : Math.min(...waiting)
}

/** The rungs that are due and not done, in order of time. */
export function dueRungs(handoff: Handoff, now: number): Rung[] {
  if (handoff.status !== 'open') return []
  return handoff.ladder
    .filter((rung) => rung.doneAt === undefined && rung.dueAt <= now)
    .sort((a, b) => a.dueAt - b.dueAt)
}

/** Whether what is due at `now` needs another rep from the rotation. */
export function wantsAnotherRep(handoff: Handoff, now: number): boolean {
  return (
    handoff.status === 'open' &&
    (handoff.passOn !== undefined || dueRungs(handoff, now).some((rung) => rung.do === 'reassign'))
  )
}

/** A message that a step of the ladder calls for. Several overdue steps are told in one message per reader. */
export type Notice = 'rep-alert' | 'reminder' | 'manager-alert'

/**
 * Takes every step that is due, each once and in order. `next` is the rep that the rotation gave, null when nobody
 * is left: the manager is then told at once. Returns the handoff as it is afterwards and the notices to send.
 * A reminder to somebody who loses the lead in the same moment is not sent: their message says where it went.
 */
export function takeDueSteps(
  handoff: Handoff,
  now: number,
  next: Omit<Holder, 'since' | 'how'> | null,
): { handoff: Handoff; notices: Notice[] } {
  if (handoff.status !== 'open') return { handoff, notices: [] }
  const after = structuredClone(handoff)
  const notices = new Set<Notice>()
  let moved = false
  const move = (how: 'reassigned' | 'passed-on', by?: string) => {
    if (moved) return
    moved = true
    if (next) {
      after.holders.push({ ...next, since: now, how, ...(by ? { by } : {}) })
      after.events.push({ at: now, what: how, rep: next.rep, ...(by ? { by } : {}) })
      notices.add('rep-alert')
    } else {
      after.events.push({ at: now, what: 'nobody-left', ...(by ? { by } : {}) })
      notices.add('manager-alert')
    }
  }
  if (after.passOn) {
    move('passed-on', after.passOn.by)
    delete after.passOn
  }
  if (after.dueAt <= now && after.breachedAt === undefined) after.breachedAt = after.dueAt
  for (const rung of dueRungs(after, now)) {
    rung.doneAt = now
    if (rung.do === 'reassign') move('reassigned')
    if (rung.do === 'remind') {
      after.events.push({ at: now, what: 'reminded', rep: holderOf(after).rep })
      notices.add('reminder')
    }
    if (rung.do === 'alert-manager') {
      after.events.push({ at: now, what: 'manager-alerted' })
      notices.add('manager-alert')
    }
  }
  if (moved && next) notices.delete('reminder')
  return { handoff: after, notices: [...notices] }
}

/** The instant at which the manager will hear of it, null when that rung is past or not there. */
export function managerHearsAt(handoff: Handoff): number | null {
  const alerts = handoff.ladder.filter((rung) => rung.do === 'alert-manager' && rung.doneAt === undefined)
  return alerts.length === 0 ? null : Math.min(...alerts.map((rung) => rung.dueAt))
}
