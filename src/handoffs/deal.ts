import { z } from 'zod'

/**
 * A deal as whoever gets a handoff about it needs to know it. What HubSpot does not say is absent; `closesAt` is epoch
 * milliseconds, `soldBy` its owner's id in HubSpot.
 */
export const DealContext = z.object({
  name: z.string().optional(),
  amount: z.number().optional(),
  currency: z.string().optional(),
  closesAt: z.number().optional(),
  soldBy: z.string().optional(),
})
export type DealContext = z.output<typeof DealContext>
