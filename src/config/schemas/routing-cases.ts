import { z } from 'zod'
import { Ago, Name } from './values.ts'

const CaseSignal = z.strictObject({
  type: Name,
  ago: Ago.prefault('0s'),
  count: z.int().min(1).max(100).default(1),
})

const CaseValue = z.union([z.string(), z.number(), z.boolean(), z.array(z.string())], {
  error: 'must be text, a number, true, false or a list of texts',
})

/** `config/routing-cases.yaml`: what ops expect of certain leads, checked together with the config. */
export const RoutingCases = z.strictObject({
  cases: z.array(
    z.strictObject({
      name: Name,
      lead: z.record(z.string(), CaseValue),
      signals: z.array(CaseSignal).default([]),
      expect: z.strictObject({
        score: z.number().optional(),
        fit: z.number().optional(),
        engagement: z.number().optional(),
        band: z.enum(['low', 'medium', 'high', 'hot']).optional(),
        mql: z.boolean().optional(),
        tier: z.number().optional(),
        route: Name.optional(),
        pool: Name.optional(),
        nurture: Name.optional(),
        disqualify: Name.optional(),
      }),
    }),
  ),
})
