import { z } from 'zod'
import { conditionIn, SCOPES } from './conditions.ts'
import { DurationText, Name } from './values.ts'

// HubSpot's own words for a lead with whom a conversation has begun.
const ANSWERED = {
  any: [
    { lifecycleStage: { in: ['salesqualifiedlead', 'opportunity', 'customer', 'evangelist'] } },
    { leadStatus: { in: ['CONNECTED', 'OPEN_DEAL', 'IN_PROGRESS', 'BAD_TIMING'] } },
  ],
}

/** `config/sla.yaml`. */
export const Sla = z.strictObject({
  handoffs: z.record(
    z.string(),
    z.strictObject({
      respondWithin: DurationText.describe('from the start of the handoff'),
      hours: z
        .enum(['business', 'elapsed'])
        .describe('business: open hours of the first rep only; elapsed: every hour'),
      ladder: z.array(z.strictObject({ at: DurationText, do: z.enum(['remind', 'reassign', 'alert-manager']) })),
    }),
  ),
  attempts: z
    .strictObject({
      count: z.int().min(1).max(50),
      within: DurationText,
      answered: conditionIn(SCOPES.facts).prefault(ANSWERED).describe('what HubSpot shows of a lead that was reached'),
      then: z.strictObject({ nurture: Name }),
    })
    .optional(),
})
