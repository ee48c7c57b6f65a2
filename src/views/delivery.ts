import { z } from 'zod'
import { isServiceBreach, undeliveredSince } from '../handoffs/delivery.ts'
import type { Handoff } from '../handoffs/handoff.ts'
import { iso } from '../rules/words.ts'

/** What a handoff shows of the delivery of its alerts, as fields of a schema. */
export const DELIVERY = {
  undeliveredSince: z.iso.datetime().optional().describe('Slack has not taken the alert to who has it'),
  breachedBy: z
    .literal('undelivered')
    .optional()
    .describe('Slack did not deliver in time: the breach is not of who had the lead'),
}

/** Whether who has a handoff was told of it, and whether a breach is theirs. */
export function deliveryView(handoff: Handoff): { undeliveredSince?: string; breachedBy?: 'undelivered' } {
  const since = undeliveredSince(handoff)
  return {
    ...(since === undefined ? {} : { undeliveredSince: iso(since) }),
    ...(handoff.breachedAt !== undefined && isServiceBreach(handoff) ? { breachedBy: 'undelivered' } : {}),
  }
}
