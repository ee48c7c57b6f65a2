import { createHash } from 'node:crypto'

/** Leads that may be one person. `by`: their address, or their name at their company's domain. */
export interface DuplicateGroup {
  by: string
  ids: string[]
}

/**
 * Finds which of many leads share a key, one lead at a time. Of a key a number of 48 bits is kept, so that a million leads
 * take little memory; that two keys are the same by accident happens once in many thousand scans of that size.
 */
export function createDuplicateFinder() {
  const first = new Map<number, string>()
  const groups = new Map<number, DuplicateGroup>()
  return {
    add(leadId: string, keys: readonly string[]): void {
      for (const key of keys) {
        const digest = createHash('sha1').update(key).digest().readUIntBE(0, 6)
        const before = first.get(digest)
        const group = groups.get(digest)
        if (group) group.ids.push(leadId)
        else if (before === undefined) first.set(digest, leadId)
        else if (before !== leadId) groups.set(digest, { by: key.split(' ')[0] ?? '', ids: [before, leadId] })
      }
    },

    /** The groups in which a lead is, by lead: `email 3`, `name 4`. */
    byLead(): Map<string, string[]> {
      const byLead = new Map<string, string[]>()
      for (const [number, { by, ids }] of [...groups.values()].entries())
        for (const id of ids) byLead.set(id, [...(byLead.get(id) ?? []), `${by} ${number + 1}`])
      return byLead
    },
  }
}
