import { z } from 'zod'
import { conditionIn, SCOPES } from './conditions.ts'
import { Milliseconds } from './values.ts'

/** `config/enrichment.yaml`: who is asked for company data, in this order, and for how long an answer is kept. */
export const Enrichment = z.strictObject({
  providers: z.array(z.enum(['hubspot-company', 'apollo'])),
  timeout: Milliseconds.describe('for each outside provider'),
  total: Milliseconds.describe('for all outside providers; scoring goes on without what comes later'),
  when: conditionIn(SCOPES.facts)
    .prefault({
      not: {
        any: [{ 'hubspot.hs_email_optout': { known: true, is: true } }, { 'email.free': { known: true, is: true } }],
      },
    })
    .describe('an outside provider is asked only about contacts of whom this is true'),
  perDay: z
    .int()
    .min(0)
    .optional()
    .describe('how often each outside provider is asked in a day (UTC) at most; without it as often as it can matter'),
  keep: z
    .strictObject({ matched: Milliseconds, notFound: Milliseconds })
    .describe('how long an answer for a domain is kept'),
})
