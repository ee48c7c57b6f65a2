import type { Config } from '../config/config.ts'
import type { Configs } from '../store/configs.ts'
import type { Leads } from '../store/leads.ts'
import { decisionToShow, leadView } from './lead.ts'
import type { LeadView } from './lead-schema.ts'

// As many contacts that became one are looked up as a person can follow.
const MOST_MERGED = 20

/** Reads what is kept of a lead and explains it, for the API and the command line. */
export function createLeadViews(parts: { leads: Leads; configs: Configs; config: () => Config | null }) {
  /**
   * The lead by its latest decision, or by the one of that number. Null when there is no such lead or decision, or the
   * lead is being erased. `now` is epoch milliseconds.
   */
  return async function viewLead(leadId: string, number: number | undefined, now: number): Promise<LeadView | null> {
    for (let tries = 1; ; tries++) {
      const history = await parts.leads.readHistory(leadId)
      const [state, erasing] = await Promise.all([parts.leads.get(leadId), parts.leads.isToBeErased(leadId)])
      if (!state.lead || erasing) return null
      const newest = decisionToShow(history, undefined)
      // A decision was committed between the two reads.
      if (tries < 5 && newest && newest.number < state.lead.decisions) continue
      const entry = decisionToShow(history, number)
      if (!entry) return null
      const config = (await parts.configs.read(entry.config)) ?? parts.config()
      if (!config) throw new Error(`the config ${entry.config} of this decision is not kept`)
      const handoffs = Object.values(state.handoffs)
      const merged = await Promise.all((state.lead.merged ?? []).slice(-MOST_MERGED).map(historyOf))
      return leadView({ record: state.lead, handoffs, history, merged: merged.flat(), config, now }, entry)
    }
  }

  async function historyOf(contact: string) {
    return (await parts.leads.readHistory(contact)).map((entry) => ({ contact, entry }))
  }
}
