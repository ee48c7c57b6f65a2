import type { KeptDecision } from '../leads/history.ts'
import type { LeadRecord } from '../leads/lead.ts'
import { unpack } from './pack.ts'
import type { Store } from './partitions.ts'
import { createPastDecisions } from './past-decisions.ts'
import { readLead } from './schema.ts'

/** A lead with its routing decisions, oldest first, as they are kept. */
export interface LeadWithDecisions {
  lead: LeadRecord
  decisions: KeptDecision[]
}

/**
 * The records of all leads in portions, each lead once, for reading alone. One that was merged into another stands for nobody, and one
 * that cannot be read is left out: whoever has to decide it says so.
 */
export async function* readLeadRecords(store: Store): AsyncGenerator<LeadRecord[]> {
  for await (const ids of createPastDecisions(store).ids())
    yield (await recordsOf(store, ids)).filter((lead) => lead !== null)
}

/** The same leads with the decisions that routed them. */
export async function* readKeptLeads(store: Store): AsyncGenerator<LeadWithDecisions[]> {
  const past = createPastDecisions(store)
  for await (const ids of past.ids()) {
    const [records, kept] = await Promise.all([recordsOf(store, ids), past.read(ids)])
    yield records.flatMap((lead, at) => (lead ? [{ lead, decisions: kept[at]?.decisions ?? [] }] : []))
  }
}

/** The records of leads in their order; null where there is none that stands for somebody and can be read. */
export async function recordsOf(
  { redis, keys }: Pick<Store, 'redis' | 'keys'>,
  ids: readonly string[],
): Promise<(LeadRecord | null)[]> {
  const packed = await Promise.all(ids.map((id) => redis.hgetBuffer(keys.lead(id), 'record')))
  return packed.map((record) => {
    try {
      const lead = record && readLead(unpack(record), '').lead
      return lead && lead.mergedInto === undefined ? lead : null
    } catch {
      return null
    }
  })
}
