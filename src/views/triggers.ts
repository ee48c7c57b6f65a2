import type { Config } from '../config/config.ts'
import type { Handoff } from '../handoffs/handoff.ts'
import type { LeadRecord } from '../leads/lead.ts'
import type { FiredMark } from '../leads/marks.ts'
import { quietSince } from '../leads/silence.ts'
import { knownSinceOf, recordLookup } from '../leads/trigger-look.ts'
import { type Check, evaluate } from '../rules/condition.ts'
import { holdsNextAt, PERIODS, signalsNamed, type Trigger } from '../rules/triggers.ts'
import { decidingTests, whyOf } from '../rules/why.ts'
import { iso } from '../rules/words.ts'
import type { LeadView } from './lead-schema.ts'

type TriggerView = LeadView['triggers'][number]

/** What became of every trigger for a lead, by what is kept of it: which fired, which did not and why, and when it is next looked at. */
export function triggerViews(
  config: Config,
  { record, handoffs }: { record: LeadRecord; handoffs: readonly Handoff[] },
  checkView: (check: Check) => TriggerView['checks'][number],
  now: number,
): TriggerView[] {
  const lookup = recordLookup(config, handoffs, record, now)
  const dates = {
    quietSince: quietSince(config, record, knownSinceOf(record, now), now),
    signals: record.signals,
  }
  return Object.entries(config.triggers).map(([name, trigger]) => {
    const { truth, checks } = evaluate(trigger.when, lookup)
    const mark = record.fired?.[name] ?? {}
    const nextAt = isOff(record) ? null : holdsNextAt(trigger.when, dates, now)
    const waits = whyNot(record, trigger, mark, truth === 'true')
    return {
      name,
      ...(trigger.owner === undefined ? {} : { owner: trigger.owner }),
      once: trigger.once,
      holds: truth,
      why: whyOf({ truth, checks: decidingTests(trigger.when, lookup) }),
      checks: checks.map(checkView),
      ...(mark.at === undefined ? {} : { firedAt: iso(mark.at) }),
      ...(waits === undefined ? {} : { waits }),
      ...(mark.followUps ? { followUpAt: mark.followUps.map(({ at }) => iso(at)) } : {}),
      ...(nextAt === null || truth === 'true' ? {} : { mayHoldAt: iso(nextAt) }),
    }
  })
}

function isOff({ adopted, archived }: LeadRecord): boolean {
  return adopted !== undefined || archived !== undefined
}

/** Why a trigger does not fire at the next look although its condition holds; undefined where it does not hold. */
function whyNot(
  { adopted, archived }: LeadRecord,
  { once, when }: Trigger,
  { at }: FiredMark,
  holds: boolean,
): string | undefined {
  if (adopted) return 'the lead was there before Baton came, and has done nothing since'
  if (archived) return 'the lead is archived until it does something new'
  if (!holds) return undefined
  const named = signalsNamed(when).length > 0
  if (at === undefined)
    return `it held already when the rule or the lead came: ${named ? 'a new signal fires it' : 'it fires once it holds anew'}`
  const period = PERIODS[once]
  if (period !== undefined) return `not before ${iso(at + period)}${named ? ', and by a signal since' : ''}`
  switch (once) {
    case 'per silence':
      return 'it has fired in this silence'
    case 'per rise':
      return 'it has fired, and has held since'
    case 'per signal':
      return 'it waits for the next signal'
    default:
      return 'it has fired, once for ever'
  }
}
