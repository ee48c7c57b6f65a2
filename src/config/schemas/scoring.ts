import { z } from 'zod'
import { BANDS, type BandPromise, PROMISED_OUTCOMES, type PromisedOutcome } from '../../rules/score.ts'
import { conditionIn, SCOPES } from './conditions.ts'
import { Milliseconds, Name } from './values.ts'

const Some = z.number().min(-100).max(100)

const SignalPoints = z.union([
  Some,
  z.strictObject({
    per: z
      .number()
      .refine((per) => per > 0, 'must be more than 0')
      .describe('so much of the amount gives `of` points'),
    of: Some,
    atMost: z
      .number()
      .min(0)
      .max(100)
      .optional()
      .describe('however large the amount is; of points that are taken away too'),
  }),
  z.strictObject({
    steps: z
      .array(z.strictObject({ from: z.number(), points: Some }))
      .min(1)
      .refine(
        (steps) => steps.every(({ from }, index) => index === 0 || from > (steps[index - 1]?.from ?? 0)),
        'must rise from step to step (from)',
      )
      .describe('the highest step that the amount reaches counts'),
  }),
])

const PROMISE = new RegExp(`^at least (\\d{1,3}(?:\\.\\d+)?) ?% (${PROMISED_OUTCOMES.join('|')})$`)

const Promised = z
  .string()
  .regex(PROMISE, `must be like "at least 50% accepted"; it can promise ${PROMISED_OUTCOMES.join(', ')}`)
  .refine((text) => !(promiseOf(text).atLeast > 1), 'must be at most 100%')
  .transform(promiseOf)

function promiseOf(text: string): BandPromise {
  const [, percent, outcome] = PROMISE.exec(text) ?? []
  return { outcome: outcome as PromisedOutcome, atLeast: Number(percent) / 100 }
}

/** `config/scoring.yaml`. */
export const Scoring = z.strictObject({
  base: z.int().min(-100).max(100).optional().describe('points that every lead has, beside fit and engagement'),
  fit: z.strictObject({
    max: z.number().min(0).max(100).describe('the sum of the rules is cut at this'),
    rules: z.array(
      z.strictObject({
        id: Name,
        points: z.number().min(-100).max(100),
        label: Name.max(100)
          .optional()
          .describe('what reps read of it; without one they read what its condition found'),
        when: conditionIn(SCOPES.profile),
      }),
    ),
  }),
  engagement: z.strictObject({
    max: z.number().min(0).max(100),
    window: Milliseconds.optional().describe('older signals do not count'),
    signals: z.record(
      z.string(),
      z.strictObject({
        points: SignalPoints.describe(
          'what one is worth, or how that goes by its amount; negative points are taken away',
        ),
        cap: z
          .strictObject({ count: z.int().min(1).max(1000), per: Milliseconds })
          .optional()
          .describe('how many count at most in any such time'),
        halfLife: Milliseconds.optional().describe('the points halve in every such time'),
        by: z.literal('sales').optional().describe('it is an act of sales, not of the lead; kept decisions say so'),
        resets: z.boolean().optional().describe('false: inactivity goes on through it'),
      }),
    ),
    inactivity: z
      .strictObject({
        points: z.number().min(-100).max(0, 'must not be positive: inactivity takes points away'),
        every: Milliseconds,
        meanwhile: z
          .number()
          .min(0)
          .max(100)
          .optional()
          .describe('what comes in the meantime and ends it not, such as opened mails, is worth at most this together'),
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
  promises: z
    .partialRecord(z.enum(BANDS), Promised)
    .refine(
      (promises) =>
        BANDS.every((band, index) =>
          BANDS.slice(0, index).every((colder) => {
            const [less, more] = [promises[colder], promises[band]]
            return !less || !more || less.outcome !== more.outcome || less.atLeast <= more.atLeast
          }),
        ),
      'must not promise less of a hotter band than of a colder one',
    )
    .optional()
    .describe('what people expect of the leads of a band; reports hold it against what came of them'),
})
