import { z } from 'zod'
import type { Destination } from '../../rules/routing.ts'
import { conditionIn, SCOPES } from './conditions.ts'
import { Milliseconds, Name } from './values.ts'

const To = z
  .strictObject({ pool: Name.optional(), nurture: Name.optional(), disqualify: Name.optional() })
  .refine((to) => Object.keys(to).length === 1, 'needs exactly one of pool, nurture or disqualify')
  .transform((to) => to as Destination)

/** `config/routing.yaml`. */
export const Routing = z.strictObject({
  routes: z
    .array(
      z.strictObject({
        name: Name,
        when: conditionIn(SCOPES.everything).optional(),
        to: To,
        handoff: Name.optional().describe('the clock in sla.yaml; for routes to a pool'),
        rescore: Milliseconds.optional().describe('look again after this time, also when nothing happened'),
      }),
    )
    .min(1),
  keepOwner: z.boolean().describe("a contact with an active owner in the pool's teams stays with them"),
  tracks: z
    .record(
      Name,
      z.strictObject({
        subscription: z.coerce
          .string()
          .regex(/^\d+$/, 'must be the number of a subscription type in HubSpot')
          .describe('a contact who opted out of it is not enrolled in the track'),
      }),
    )
    .optional()
    .describe('nurture tracks whose mails go out by a subscription type of HubSpot'),
  requiredForSales: z.array(Name).describe('attributes; what is missing is named in the alert'),
})
