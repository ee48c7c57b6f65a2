import type { Config } from '../config/config.ts'
import type { HubSpot } from '../hubspot/client.ts'
import { changedProperties, crmProperties } from '../leads/properties.ts'
import { OutsideError } from '../platform/errors.ts'
import type { Logger } from '../platform/log.ts'
import type { LeadStore } from '../store/leads.ts'
import type { Command, Store } from '../store/partitions.ts'
import type { JobRequest } from './table.ts'

/** Writes to HubSpot what the lead's record says now, as far as it differs from what HubSpot last confirmed. */
export function createWriteContact(parts: {
  config: () => Config
  store: Store
  leads: LeadStore
  hubspot: HubSpot
  log: Logger
  kick: (jobs: JobRequest[]) => void
}) {
  const { leads, store, hubspot } = parts
  return async function writeContact({ leadId }: { leadId: string }): Promise<void> {
    const config = parts.config()
    const [state, written] = await Promise.all([leads.read(leadId), leads.readWritten(leadId)])
    const index = store.keys.index(leadId, 'sync')
    const done: Command[] = [
      ['ZREM', index, leadId],
      ['ZREM', store.keys.index(leadId, 'dead'), `sync:${leadId}`],
    ]
    if (!state.lead.record || state.lead.record.gone) return void (await store.commit([], done))
    const names = config.hubspot.properties
    const ownerIds = Object.fromEntries(Object.values(config.team.reps).map((rep) => [rep.id, rep.hubspotOwnerId]))
    const wanted = crmProperties(state.lead.record, state.handoff.record, names, ownerIds)
    const changes = changedProperties(wanted, written, names)
    const wrote = Object.keys(changes).length > 0
    try {
      if (wrote) await hubspot.writeContact(leadId, changes)
    } catch (error) {
      // HubSpot refuses what is no longer there; a lead that was erased meanwhile has nothing left to write.
      const refused = error instanceof OutsideError && error.kind === 'refused'
      if (refused && (await leads.read(leadId)).lead.record === null) return
      if (refused)
        parts.log.error(
          { lead: leadId, code: error.code },
          "HubSpot refuses Baton's properties for this lead: are they there? Run: npm run baton -- hubspot setup",
        )
      throw error
    }
    const confirmed = { ...written, ...changes }
    const guards = [leads.guards.lead(leadId, state.lead.version)]
    if (state.handoff.record) guards.push(leads.guards.handoff(state.handoff.record.id, state.handoff.version))
    if (await store.commit(guards, [...(wrote ? leads.writes.written(leadId, confirmed) : []), ...done])) return
    // What changed while we were writing is written by the next run: the entry stays in the index.
    if (wrote) await noteWritten(leadId, confirmed)
    parts.kick([{ name: 'write-contact', payload: { leadId } }])
  }

  // Guarded by the version that stands, whichever it is: a lead that was erased meanwhile must not come back.
  async function noteWritten(leadId: string, written: Record<string, string>): Promise<void> {
    for (;;) {
      const { version } = (await leads.read(leadId)).lead
      if (version === 0) return
      if (await store.commit([leads.guards.lead(leadId, version)], leads.writes.written(leadId, written))) return
    }
  }
}
