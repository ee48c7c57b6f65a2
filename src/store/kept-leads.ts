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

/** The records of all leads in portions, each lead once, for reading alone. One that was merged into another stands for nobody. */
export async function* readLeadRecords(store: Store): AsyncGenerator<LeadRecord[]> {
  const { redis, keys } = store
  for await (const ids of createPastDecisions(store).ids()) {
    const records = await Promise.all(ids.map((id) => redis.hgetBuffer(keys.lead(id), 'record')))
    yield records.flatMap((record) => {
      const lead = record && readLead(unpack(record), '').lead
      return lead && lead.mergedInto === undefined ? [lead] : []
    })
  }
}

/** All leads with the decisions that routed them, in portions, each once, for reading alone. One that was merged into another stands for nobody. */
export async function* readKeptLeads(store: Store): AsyncGenerator<LeadWithDecisions[]> {
  const { redis, keys } = store
  const past = createPastDecisions(store)
  for await (const ids of past.ids()) {
    const [records, kept] = await Promise.all([
      Promise.all(ids.map((id) => redis.hgetBuffer(keys.lead(id), 'record'))),
      past.read(ids),
    ])
    yield records.flatMap((record, at) => {
      const lead = record && readLead(unpack(record), '').lead
      return lead && lead.mergedInto === undefined ? [{ lead, decisions: kept[at]?.decisions ?? [] }] : []
    })
  }
}
