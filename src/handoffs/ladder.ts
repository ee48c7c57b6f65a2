import { nextOfAttempts } from './attempts.ts'
import { isHeldBack, isRefused } from './delivery.ts'
import type { Ending } from './endings.ts'
import { type Handoff, type HandoffEvent, type Holder, holderOf, type Rung } from './handoff.ts'
import { type MessageKind, RUNGS } from './rungs.ts'

/** The next instant at which the handoff wants attention; null when nothing is left to do. */
export function nextDue(handoff: Handoff): number | null {
  switch (handoff.state) {
    case 'answered':
      return nextOfAttempts(handoff)
    case 'waiting':
    case 'ended':
      return null
    case 'open': {
      if (handoff.passOn) return handoff.passOn.at
      const waiting = handoff.ladder
        .filter((rung) => rung.doneAt === undefined && !isHeldBack(handoff, rung))
        .map((rung) => rung.dueAt)
      if (handoff.breachedAt === undefined && handoff.dueAt !== null) waiting.push(handoff.dueAt)
      return waiting.length === 0 ? null : Math.min(...waiting)
    }
  }
}

/** The rungs that are due and not done, in order of time; without those that wait until who has the lead has been told of it. */
export function dueRungs(handoff: Handoff, now: number): Rung[] {
  if (handoff.state !== 'open') return []
  return handoff.ladder
    .filter((rung) => rung.doneAt === undefined && rung.dueAt <= now && !isHeldBack(handoff, rung))
    .sort((a, b) => a.dueAt - b.dueAt)
}

/** Whether what is due at `now` needs another rep from the rotation. */
export function wantsAnotherRep(handoff: Handoff, now: number): boolean {
  return (
    handoff.state === 'open' &&
    (handoff.passOn !== undefined || dueRungs(handoff, now).some((rung) => RUNGS[rung.do].wantsRep))
  )
}

/** What came of the steps: the messages to send, who else is to be told, and how the handoff is to end, if it is. */
export interface StepsTaken {
  handoff: Handoff
  messages: MessageKind[]
  tells: string[]
  ending?: Ending
}

/**
 * Takes every step that is due, each once and in order. `next` is the rep that the rotation gave, null when nobody
 * is left, `stays` when the lead is not taken from its owner: the manager is then told at once. Returns the handoff as it is
 * afterwards and the messages to send.
 * A reminder to somebody who loses the lead in the same moment is not sent: their message says where it went.
 */
export function takeDueSteps(
  handoff: Handoff,
  now: number,
  next: Pick<Holder, 'rep' | 'pool' | 'assignmentId' | 'turn'> | 'stays' | null,
): StepsTaken {
  if (handoff.state !== 'open') return { handoff, messages: [], tells: [] }
  const { passOn, ...after } = structuredClone(handoff)
  const messages = new Set<MessageKind>()
  const tells = new Set<string>()
  let ending: StepsTaken['ending']
  let moved = false
  const note = (what: HandoffEvent['what'], more: { rep?: string; by?: string; detail?: string } = {}) =>
    void after.events.push({ at: now, what, ...more })
  const move = (how: 'reassigned' | 'passed-on' | 'owner-cleared' | 'handed-on' | 'unreachable', by?: string) => {
    if (moved) return
    moved = true
    const person = by ? { by } : {}
    if (next === 'stays') note('owner-stays', how === 'unreachable' ? { detail: how } : {})
    else if (next) {
      // Whoever stands in does so for the same owner.
      const covered = holderOf(after)?.for
      after.holders.push({ ...next, since: now, how, ...person, ...(covered ? { for: covered } : {}) })
      note(how, { rep: next.rep, ...person })
    } else note('nobody-left', person)
    messages.add(next && next !== 'stays' ? 'rep-alert' : 'manager-alert')
  }
  if (passOn) move(passOn.why ?? 'passed-on', passOn.by)
  if (after.dueAt !== null && after.dueAt <= now && after.breachedAt === undefined) after.breachedAt = after.dueAt
  for (const rung of dueRungs(after, now)) {
    rung.doneAt = now
    const { event, take } = RUNGS[rung.do]
    take({
      rep: holderOf(after)?.rep ?? '',
      note: (rep, detail) =>
        note(event, { ...(rep === undefined ? {} : { rep }), ...(detail === undefined ? {} : { detail }) }),
      tell: (kind) => void messages.add(kind),
      move: () => move('reassigned'),
      tellNamed() {
        note(event, { detail: rung.tell ?? '' })
        if (rung.tell !== undefined) tells.add(rung.tell)
      },
      end() {
        note(event)
        ending ??= rung.end
      },
    })
  }
  if (moved && next && next !== 'stays') messages.delete('reminder')
  // Nothing reaches them.
  if (isRefused(after)) messages.delete('reminder')
  return { handoff: after, messages: [...messages], tells: [...tells], ...(ending ? { ending } : {}) }
}

/** The instant at which the manager will hear of it, null when that rung is past or not there. */
export function managerHearsAt(handoff: Handoff): number | null {
  const alerts = handoff.ladder.filter((rung) => rung.do === 'alert-manager' && rung.doneAt === undefined)
  return alerts.length === 0 ? null : Math.min(...alerts.map((rung) => rung.dueAt))
}
