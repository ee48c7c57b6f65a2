import type { Config } from '../../config/config.ts'
import { isOpen, mayOpen } from '../../leads/open.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Apply } from '../../store/apply.ts'
import type { Hurry } from '../../store/commit.ts'
import type { Leads } from '../../store/leads.ts'

/** What clicks on buttons that open a handoff use. */
export interface OpenClickParts {
  clock: Clock
  config: () => Config
  leads: Leads
  apply: Apply
  hurry: Hurry
}

/** What came of a click, at the lead as it lives on: done; not for a stranger; too late; or nobody knows it. */
export interface OpenClicked {
  leadId: string
  what: 'done' | 'not-told' | 'open-already' | 'unknown-handoff'
}

/** Opens a handoff by a click, once: of two who click the second is told that it is open. Undefined for what names no lead. */
export function onOpenClick(parts: OpenClickParts) {
  return async (value: string, user: string): Promise<OpenClicked | undefined> => {
    const [kind = '', named = ''] = value.split(':')
    if (!/^\d+$/.test(named)) return undefined
    const passed = new Set([named])
    for (let leadId = named; ; ) {
      const config = parts.config()
      const state = await parts.leads.get(leadId)
      if (!state.lead || !config.handoffs.kinds[kind]) return { leadId, what: 'unknown-handoff' }
      // Another contact has taken it in since.
      if (state.lead.mergedInto !== undefined && !passed.has(state.lead.mergedInto)) {
        leadId = state.lead.mergedInto
        passed.add(leadId)
        continue
      }
      if (!mayOpen(config.team, state, kind, user)) return { leadId, what: 'not-told' }
      if (isOpen(state, kind)) return { leadId, what: 'open-already' }
      const applied = await parts.apply(config, state, { type: 'open', kind, by: user }, parts.clock.now())
      parts.hurry(applied.waiting)
      if (applied.outcome === 'conflict') continue
      return { leadId, what: applied.outcome === 'committed' ? 'done' : 'unknown-handoff' }
    }
  }
}
