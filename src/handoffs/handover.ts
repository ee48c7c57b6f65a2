import { z } from 'zod'
import { type Handoff, holderOf } from './handoff.ts'

/**
 * A handover that did not take place. `rep` is null where nobody was free. `owner`: whose the contact was at the moment ('' for
 * nobody's), `baseline`: its response properties of then. Instants are epoch milliseconds; ids only.
 */
export const Handover = z.object({
  id: z.string(),
  leadId: z.string(),
  route: z.string(),
  kind: z.string(),
  /** Sales would have had it by it, and its rep been its owner. */
  withSales: z.boolean(),
  pool: z.string(),
  rep: z.string().nullable(),
  at: z.number(),
  dueAt: z.number().nullable(),
  owner: z.string(),
  baseline: z.record(z.string(), z.string().nullable()),
})
export type Handover = z.output<typeof Handover>

/** What a handoff that begins would have been. */
export function handoverOf(handoff: Handoff, owner: string | null | undefined): Handover {
  const { id, leadId, route, kind, startedAt, dueAt, baseline } = handoff
  const holder = holderOf(handoff)
  return {
    ...{ id, leadId, route, kind, dueAt, baseline },
    pool: holder?.pool ?? handoff.pool,
    withSales: handoff.byRoute,
    rep: holder?.rep ?? null,
    at: startedAt,
    owner: owner ?? '',
  }
}
