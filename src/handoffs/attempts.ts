import type { Condition } from '../rules/condition.ts'
import { addBusinessDays } from './business-time.ts'
import { type Duration, endHandoff, type FollowUp, type Handoff, type HandoffEnding, holderOf } from './handoff.ts'
import type { Team } from './team.ts'

/** What happens after a first response (`config/sla.yaml`, `attempts`): `answered` tells a lead that was reached. */
export interface AttemptsConfig {
  count: number
  within: Duration
  answered: Condition
  then: { nurture: string }
}

const DAY = 24 * 60 * 60_000

/**
 * Ends a handoff by a response or a disqualification, see `endHandoff`. After a response the rep has some days, of
 * their own calendar, to reach the lead; that instant is fixed now. Null when the handoff has ended already.
 */
export function settleHandoff(
  config: { team: Team; sla: { attempts?: AttemptsConfig | undefined } },
  handoff: Handoff,
  ending: { at: number; how: HandoffEnding; by?: string; reason?: string },
): Handoff | null {
  const { team, sla } = config
  const ended = endHandoff(handoff, ending, team.calendars[handoff.calendar ?? ''])
  if (ended?.status !== 'responded' || !sla.attempts) return ended
  const { count, within, then } = sla.attempts
  const calendar = team.calendars[team.reps[holderOf(ended).rep]?.calendar ?? '']
  const elapsed = 'ms' in within ? within.ms : within.businessDays * DAY
  const byCalendar =
    'businessDays' in within && calendar ? addBusinessDays(calendar, ending.at, within.businessDays) : null
  const followUp: FollowUp = { until: byCalendar ?? ending.at + elapsed, attempts: count, nurture: then.nurture }
  return { ...ended, followUp }
}

/**
 * Ends the time for reaching a lead: an answered lead stays with its rep; one that nobody reached goes back to
 * nurture with a note. `made` is how many attempts HubSpot shows.
 */
export function endFollowUp(
  handoff: Handoff,
  followUp: FollowUp,
  answered: boolean,
  made: number,
  now: number,
): Handoff {
  const { followUp: _, ...after } = structuredClone(handoff)
  if (answered) return after
  const reason = `no answer after ${made} of ${followUp.attempts} attempts`
  return {
    ...after,
    status: 'closed',
    returned: { at: now, reason },
    events: [...after.events, { at: now, what: 'returned', detail: reason }],
  }
}
