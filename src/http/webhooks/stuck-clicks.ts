import type { Config } from '../../config/config.ts'
import { everybody } from '../../handoffs/team.ts'
import { STUCK_ACTS, type StuckAct } from '../../leads/change.ts'
import { STUCK_CONTROLS } from '../../messages/stuck.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Apply } from '../../store/apply.ts'
import type { Hurry } from '../../store/commit.ts'
import type { Leads } from '../../store/leads.ts'
import { INDEX } from '../../store/partitions.ts'
import type { StuckLists } from '../../store/stuck-lists.ts'

/** What clicks in a list of stuck leads use. */
export interface StuckClickParts {
  clock: Clock
  config: () => Config
  leads: Leads
  apply: Apply
  hurry: Hurry
  stuckLists: StuckLists
}

/** What came of a click: done; not for a stranger; or too late, for somebody was faster or the lead is gone. */
export type StuckClicked = 'done' | 'not-yours' | 'ended-already'

/** Whether a control belongs to a list of stuck leads, and what it does. */
export function stuckActOf(actionId: string): StuckAct | undefined {
  return STUCK_ACTS.find((act) => STUCK_CONTROLS[act] === actionId)
}

/** Does what somebody of the team clicks in a list of stuck leads, once for each lead, and has its message say so. */
export function onStuckClick(parts: StuckClickParts) {
  return async (does: StuckAct, value: string, user: string): Promise<StuckClicked> => {
    const [listId = '', leadId = ''] = value.split(':')
    const { team } = parts.config()
    if (!everybody(team).some(({ slackUserId }) => slackUserId === user)) return 'not-yours'
    const list = await parts.stuckLists.read(listId)
    const row = list?.rows.find((one) => one.leadId === leadId)
    if (!row || row.did) return 'ended-already'
    for (;;) {
      const state = await parts.leads.get(leadId)
      const now = parts.clock.now()
      const applied = await parts.apply(parts.config(), state, { type: 'stuck', by: user, does }, now)
      if (applied.outcome === 'conflict') continue
      parts.hurry(applied.waiting)
      if (applied.outcome !== 'committed') return 'ended-already'
      await parts.stuckLists.note(listId, { ...row, did: { what: does, by: user } }, now)
      parts.hurry([{ index: INDEX.stuck, id: listId, at: now }])
      return 'done'
    }
  }
}
