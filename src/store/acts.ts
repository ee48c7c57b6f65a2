import type { Config } from '../config/config.ts'
import type { Handoff } from '../handoffs/handoff.ts'
import { byAge } from '../handoffs/handoff.ts'
import type { Click, Input } from '../leads/change.ts'
import { isManager, isOperator, mayDo } from '../leads/may-act.ts'
import { type ActOutcome, refusalOf, whyNothing } from '../leads/refusal-of-act.ts'
import type { Clock } from '../platform/clock.ts'
import type { Apply } from './apply.ts'
import type { Hurry } from './commit.ts'
import type { Leads, StoredLead } from './leads.ts'

/*
 * What people do to a handoff, wherever they do it: in Slack, by the API, at the console, by the command line.
 */

export type { ActOutcome } from '../leads/refusal-of-act.ts'

/** What acts use. */
export interface ActParts {
  clock: Clock
  config: () => Config
  leads: Leads
  apply: Apply
  hurry: Hurry
}

/** What came of an act: at which handoff, as it was found, unless there is none. */
export interface Acted {
  outcome: ActOutcome
  handoff?: Handoff
}

/** The acts of people. */
export type Acts = ReturnType<typeof createActs>

/** Makes them. */
export function createActs(parts: ActParts) {
  /**
   * Somebody does something to a handoff, or to a lead's: that with sales comes first, and one that is not over. `by`: a Slack user
   * id, or who acts for those who run Baton (`api:<token>`, `console:<who>`, `cli`). Settled by compare-and-set: of two people
   * the second is told so, and who does it twice has done it.
   */
  return async function act(target: string, by: string, does: Click): Promise<Acted> {
    for (;;) {
      const config = parts.config()
      const found = await find(target, does)
      if (!found?.state.lead) return { outcome: 'not-found' }
      const { state, handoff } = found
      const now = parts.clock.now()
      if (!isAllowed(config, found, by, does)) return { outcome: 'not-allowed', ...(handoff ? { handoff } : {}) }
      const refused = refusalOf(config, state, handoff, does)
      const about = handoff ? { handoff } : {}
      if (refused) return { outcome: refused, ...about }
      const input = inputOf(handoff, by, does)
      if (!input) return { outcome: 'not-found' }
      const applied = await parts.apply(config, state, input, now)
      parts.hurry(applied.waiting)
      if (applied.outcome === 'conflict') continue
      return { outcome: applied.outcome === 'committed' ? 'done' : whyNothing(handoff, by, does), ...about }
    }
  }

  async function find(
    target: string,
    does: Click,
  ): Promise<{ state: StoredLead; handoff: Handoff | undefined } | null> {
    if (target.includes('-')) {
      const found = await parts.leads.findHandoff(target)
      return found?.state.lead ? found : null
    }
    let state = await parts.leads.get(target)
    while (state.lead?.mergedInto !== undefined) state = await parts.leads.get(state.lead.mergedInto)
    return state.lead ? { state, handoff: meant(Object.values(state.handoffs), does) } : null
  }
}

function isAllowed(
  config: Config,
  { state, handoff }: { state: StoredLead; handoff: Handoff | undefined },
  by: string,
  does: Click,
): boolean {
  if (handoff) return mayDo(config, state.lead, handoff, by, does)
  return isOperator(by) || isManager(config.team, by)
}

// Which handoff of a lead is meant: one that is not over, or the last; with sales before the others.
function meant(handoffs: readonly Handoff[], does: Click): Handoff | undefined {
  const live = handoffs.filter(({ state }) => state !== 'ended')
  const asksForLive = typeof does === 'object' && 'assign' in does
  const among = (live.length > 0 || asksForLive ? live : handoffs).toSorted(byAge)
  return among.findLast(({ byRoute }) => byRoute) ?? (asksForLive ? undefined : among.at(-1))
}

function inputOf(handoff: Handoff | undefined, by: string, does: Click): Input | undefined {
  if (handoff) return { type: 'click', handoffId: handoff.id, by, does }
  return typeof does === 'object' && 'assign' in does ? { type: 'assign', rep: does.assign.rep, by } : undefined
}
