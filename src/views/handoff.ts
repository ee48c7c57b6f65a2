import { countAttempts } from '../handoffs/attempts.ts'
import { type Handoff, holderOf } from '../handoffs/handoff.ts'
import { handoffStatus } from '../handoffs/status.ts'
import type { Team } from '../handoffs/team.ts'
import { duration, iso, localTime } from '../rules/words.ts'
import { deliveryView } from './delivery.ts'
import type { LeadView } from './lead-schema.ts'

const MINUTE = 60_000

/** Who has or had the lead, the last one first named; null while nobody has. */
export function assignmentView(handoff: Handoff): LeadView['assignment'] {
  const holder = holderOf(handoff)
  if (!holder) return null
  const { rep, pool, how, since, for: covered } = holder
  return {
    handoff: handoff.id,
    rep,
    pool,
    how,
    since: iso(since),
    ...(covered ? { for: covered } : {}),
    holders: handoff.holders.map((one) => ({
      rep: one.rep,
      how: one.how,
      since: iso(one.since),
      ...(one.by ? { by: one.by } : {}),
      ...(one.for ? { for: one.for } : {}),
      ...(one.toldAt ? { toldAt: iso(one.toldAt) } : {}),
      ...(one.refusedAt === undefined ? {} : { unreachableSince: iso(one.refusedAt) }),
    })),
  }
}

/** The clock of a handoff with the open hours that it counted, in the time zone of the rep who held it at the start. */
export function clockView(handoff: Handoff, team: Team): NonNullable<LeadView['clock']> {
  const first = team.reps[handoff.holders[0]?.rep ?? '']
  const timeZone = team.calendars[handoff.calendar ?? first?.calendar ?? '']?.timeZone ?? 'UTC'
  const { answered, ended } = handoff
  return {
    handoff: handoff.id,
    kind: handoff.kind,
    status: handoffStatus(handoff),
    hours: handoff.calendar === null ? 'elapsed' : 'business',
    calendar: handoff.calendar,
    timeZone,
    startedAt: iso(handoff.startedAt),
    dueAt: handoff.dueAt === null ? null : iso(handoff.dueAt),
    counted: handoff.counted.map(({ from, to }) => ({ from: iso(from), to: iso(to), minutes: (to - from) / MINUTE })),
    arithmetic: clockArithmetic(handoff, timeZone),
    ladder: handoff.ladder.map((rung) => ({
      do: rung.do,
      dueAt: iso(rung.dueAt),
      ...(rung.doneAt === undefined ? {} : { doneAt: iso(rung.doneAt) }),
    })),
    ...(handoff.about === undefined ? {} : { about: handoff.about }),
    ...(handoff.plan ? { steps: stepsView(handoff) } : {}),
    ...(handoff.plan?.pausedAt === undefined ? {} : { stepsPausedAt: iso(handoff.plan.pausedAt) }),
    ...(handoff.breachedAt === undefined ? {} : { breachedAt: iso(handoff.breachedAt) }),
    ...deliveryView(handoff),
    ...(answered ? { answered: { ...answered, at: iso(answered.at) } } : {}),
    ...(ended ? { ended: { ...ended, at: iso(ended.at) } } : {}),
    ...(handoff.attempts
      ? {
          tryUntil: iso(handoff.attempts.until),
          attempts: { made: countAttempts(handoff), of: handoff.attempts.count },
        }
      : {}),
  }
}

// What is to come of a handoff that is over comes no more.
function stepsView({ plan, state }: Handoff): NonNullable<LeadView['clock']>['steps'] {
  return plan?.steps.map(({ name, dueAt, doneAt, how }) => ({
    step: name,
    dueAt: iso(dueAt),
    state: how ?? (state === 'ended' ? 'over' : plan.pausedAt === undefined ? 'to come' : 'paused'),
    ...(doneAt === undefined ? {} : { doneAt: iso(doneAt) }),
  }))
}

function clockArithmetic({ startedAt, dueAt, counted, calendar }: Handoff, timeZone: string): string {
  const local = (at: number) => localTime(at, timeZone)
  if (dueAt === null) return `waits since ${local(startedAt)}: the clock starts when somebody takes it`
  const from = `from ${local(startedAt)}`
  if (counted.length === 0) return `${duration(dueAt - startedAt)} ${from}: due ${local(dueAt)}`
  const total = counted.reduce((sum, period) => sum + period.to - period.from, 0)
  const periods = counted.map(
    (period) => `${local(period.from)} to ${local(period.to)} (${duration(period.to - period.from)})`,
  )
  return `${duration(total)} of open hours of ${calendar} ${from}: ${periods.join(' + ')}; due ${local(dueAt)}`
}
