import type { Config } from '../../config/config.ts'
import { everybody } from '../../handoffs/team.ts'
import { QUALITY_CONTROLS } from '../../messages/quality-lists.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Hurry } from '../../store/commit.ts'
import type { Leads } from '../../store/leads.ts'
import type { QualityActs } from '../../store/quality-acts.ts'

/** What clicks in lists about the data of leads use. */
export interface QualityClickParts {
  clock: Clock
  config: () => Config
  leads: Leads
  hurry: Hurry
  qualityActs: QualityActs
}

/** Whether a control belongs to such a list. */
export function isQualityControl(actionId: string): boolean {
  return (
    actionId.startsWith(QUALITY_CONTROLS.fill) ||
    [QUALITY_CONTROLS.right, QUALITY_CONTROLS.wrong].some((one) => one === actionId)
  )
}

/** Does what somebody of the team clicks in such a list. `leadId`: the lead that it is about. */
export function onQualityClick(parts: QualityClickParts) {
  return async (
    actionId: string,
    value: string,
    user: string,
  ): Promise<{ leadId: string; what: 'done' | 'not-yours' | 'ended-already' }> => {
    const [listId = '', leadId = '', attribute = ''] = value.split(':')
    const { team } = parts.config()
    if (!everybody(team).some(({ slackUserId }) => slackUserId === user)) return { leadId, what: 'not-yours' }
    const now = parts.clock.now()
    const asked = actionId.startsWith(QUALITY_CONTROLS.fill)
      ? await parts.qualityActs.fill(listId, leadId, attribute, user, now)
      : await judge(listId, leadId, actionId === QUALITY_CONTROLS.right ? 'right' : 'wrong', user, now)
    if (!asked) return { leadId, what: 'ended-already' }
    parts.hurry(asked)
    return { leadId, what: 'done' }
  }

  async function judge(listId: string, leadId: string, word: 'right' | 'wrong', user: string, now: number) {
    const { lead } = await parts.leads.get(leadId)
    if (!lead) return null
    const { version, retention } = parts.config()
    return parts.qualityActs.judge(listId, lead, word, { by: user, config: version, retention }, now)
  }
}
