import type { Hurry, Waiting } from './commit.ts'
import type { Inbox } from './inbox.ts'
import { INDEX } from './partitions.ts'

/** So many events in one request are a crowd. */
export const CROWD = 50

// An import sends many requests, and the events of one contact come in several of them: a moment's wait reads it once.
const SETTLE = 300

/**
 * Has leads looked at that something new is known of: those that `late` says can wait go behind everything else, but for
 * leads that are hot or with sales. `now` is epoch milliseconds.
 */
export async function hurryLeads(
  { inbox, hurry }: { inbox: Inbox; hurry: Hurry },
  leadIds: string[],
  late: (leadId: string) => boolean,
  now: number,
  { settle = false }: { settle?: boolean } = {},
): Promise<void> {
  const later = leadIds.filter(late)
  const urgent = later.length > 0 ? await inbox.urgent(later) : new Set<string>()
  const last = new Set(later.filter((leadId) => !urgent.has(leadId)))
  const waiting = (ids: string[]) =>
    ids.map((id): Waiting => ({ index: INDEX.unread, id, at: now, ...(last.has(id) ? { last: true } : {}) }))
  hurry(waiting(leadIds.filter((id) => !last.has(id))))
  if (last.size > 0) hurry(waiting([...last]), settle ? { delay: SETTLE } : {})
}
