import { z } from 'zod'
import { conditionIn, SCOPES } from './conditions.ts'
import { Milliseconds, Name } from './values.ts'

/** `config/scoring.yaml`. */
export const Scoring = z.strictObject({
  fit: z.strictObject({
    max: z.number().min(0).max(100).describe('the sum of the rules is cut at this'),
    rules: z.array(
      z.strictObject({ id: Name, points: z.number().min(-100).max(100), when: conditionIn(SCOPES.profile) }),
    ),
  }),
  engagement: z.strictObject({
    max: z.number().min(0).max(100),
    window: Milliseconds.optional().describe('older signals do not count'),
    signals: z.record(
      z.string(),
      z.strictObject({
        points: z.number().min(0, 'must not be negative: a score may only fall by decay').max(100),
        cap: z
          .strictObject({ count: z.int().min(1).max(1000), per: Milliseconds })
          .optional()
          .describe('how many count at most in any such time'),
        halfLife: Milliseconds.optional().describe('the points halve in every such time'),
        by: z.literal('sales').optional().describe('it is an act of sales, not of the lead; kept decisions say so'),
      }),
    ),
    inactivity: z
      .strictObject({
        points: z.number().min(-100).max(0, 'must not be positive: inactivity takes points away'),
        every: Milliseconds,
      })
      .optional(),
  }),
  bands: z
    .strictObject({ low: z.literal(0), medium: z.number(), high: z.number(), hot: z.number().max(100) })
    .refine(
      (bands) => bands.low < bands.medium && bands.medium < bands.high && bands.high < bands.hot,
      'must rise from low over medium and high to hot',
    ),
  mql: z.strictObject({ score: z.number(), fit: z.number(), engagement: z.number() }),
})
