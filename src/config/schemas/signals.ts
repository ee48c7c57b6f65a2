import { z } from 'zod'
import { Milliseconds, Name } from './values.ts'

/** `config/signals.yaml`: every type of signal. */
export const Signals = z.strictObject({
  session: Milliseconds.prefault('30m').describe('so long without another view ends a visit'),
  signals: z.record(
    z.string(),
    z.strictObject({
      words: Name.describe('what messages say: "viewed the pricing page"'),
      many: Name.refine((text) => text.includes('{count}'), 'must name {count}, such as "opened {count} mails"')
        .optional()
        .describe('the same for more than one: "opened {count} mails"; without it "… 4 times"'),
      unit: Name.optional().describe('what its value is counted in; without it the signal has no value'),
      endsSilence: z.literal(false).optional().describe('a lead that does no more than this is quiet all the same'),
      visit: z.boolean().optional().describe('a visit: however often it is told within a session, it counts once'),
      by: z.literal('sales').optional().describe('it is an act of our own people, not of the lead'),
    }),
  ),
})
