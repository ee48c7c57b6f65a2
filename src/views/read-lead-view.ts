import type { Config } from '../config/config.ts'
import type { ConfigVersions } from '../store/configs.ts'
import type { LeadStore } from '../store/leads.ts'
import { decisionToShow, leadView } from './lead.ts'
import type { LeadView } from './lead-schema.ts'

/** Reads what is kept of a lead and explains it, for the API and the command line. */
export function createLeadViews(parts: { leads: LeadStore; configs: ConfigVersions; config: () => Config | null }) {
  /**
   * The lead by its latest decision, or by the one of that number. Null when there is no such lead or decision, or the
   * lead is being erased. `now` is epoch milliseconds.
   */
  return async function viewLead(leadId: string, number: number | undefined, now: number): Promise<LeadView | null> {
    for (let tries = 1; ; tries++) {
      const history = await parts.leads.readHistory(leadId)
      const { lead, inbox, handoff } = await parts.leads.read(leadId)
      const erasing = inbox.items.some((item) => item.kind === 'hint' && item.event === 'privacyDeletion')
      if (!lead.record || erasing) return null
      const newest = decisionToShow(history, undefined)
      // A decision was committed between the two reads.
      if (tries < 5 && newest && newest.number < lead.record.decisions) continue
      const entry = decisionToShow(history, number)
      if (!entry) return null
      const config = (await parts.configs.read(entry.config)) ?? parts.config()
      if (!config) throw new Error(`the config ${entry.config} of this decision is not kept`)
      return leadView({ record: lead.record, handoff: handoff.record, history, config, now }, entry)
    }
  }
}
