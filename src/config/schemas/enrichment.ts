import { z } from 'zod'
import { Milliseconds } from './values.ts'

/** `config/enrichment.yaml`: who is asked for company data, in this order, and for how long an answer is kept. */
export const Enrichment = z.strictObject({
  providers: z.array(z.enum(['hubspot-company', 'apollo'])),
  timeout: Milliseconds.describe('for each provider'),
  total: Milliseconds.describe('for the whole chain; scoring goes on without what comes later'),
  keep: z
    .strictObject({ matched: Milliseconds, notFound: Milliseconds })
    .describe('how long an answer for a domain is kept'),
})
