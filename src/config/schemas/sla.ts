import { z } from 'zod'
import type { HandoffKind } from '../../handoffs/kinds.ts'
import { RUNG_ACTIONS } from '../../handoffs/rungs.ts'
import { conditionIn, SCOPES } from './conditions.ts'
import { DurationText, Name } from './values.ts'

// HubSpot's own words for a lead with whom a conversation has begun.
const ANSWERED = {
  any: [
    { lifecycleStage: { in: ['salesqualifiedlead', 'opportunity', 'customer', 'evangelist'] } },
    { leadStatus: { in: ['CONNECTED', 'OPEN_DEAL', 'IN_PROGRESS', 'BAD_TIMING'] } },
  ],
}

const Attempts = z.strictObject({
  count: z.int().min(1).max(50),
  within: DurationText,
  answered: conditionIn(SCOPES.facts).prefault(ANSWERED).describe('what HubSpot shows of a lead that was reached'),
  then: z.strictObject({ nurture: Name }),
})

const Kind = z
  .strictObject({
    start: z
      .strictObject({ signal: Name })
      .optional()
      .describe(
        'each new signal of this type starts one, beside whatever else the lead has; without it routes start it',
      ),
    to: z.strictObject({ pool: Name }).optional().describe('who gets one that a signal starts'),
    respondWithin: DurationText.describe('from the start of the handoff'),
    hours: z.enum(['business', 'elapsed']).describe('business: open hours of the first rep only; elapsed: every hour'),
    ladder: z.array(z.strictObject({ at: DurationText, do: z.enum(RUNG_ACTIONS) })),
    attempts: Attempts.optional().describe('for this kind alone; else those below'),
  })
  .refine((kind) => (kind.start === undefined) === (kind.to === undefined), {
    path: ['to'],
    error: 'start and to go together: a signal says when, the pool says who; routes name their pool themselves',
  })

/** `config/sla.yaml`. */
export const Sla = z
  .strictObject({
    handoffs: z.record(z.string(), Kind),
    attempts: Attempts.optional(),
    comesBack: z
      .strictObject({ points: z.number().min(0).max(100) })
      .prefault({ points: 20 })
      .describe('a signal that is worth so much calls for a rep again, also for a lead that was reached or rejected'),
  })
  .transform(({ handoffs, attempts, comesBack }) => ({
    comesBack,
    kinds: Object.fromEntries(
      Object.entries(handoffs).map(([name, { start, to, ...kind }]): [string, HandoffKind] => [
        name,
        {
          ...kind,
          start: start && to ? { signal: start.signal, pool: to.pool } : 'route',
          attempts: kind.attempts ?? attempts,
        },
      ]),
    ),
  }))
