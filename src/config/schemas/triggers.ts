import { z } from 'zod'
import { OCCASIONS } from '../../rules/triggers.ts'
import { conditionIn, SCOPES } from './conditions.ts'
import { OutcomesIn } from './outcomes.ts'
import { Milliseconds, Name } from './values.ts'

/** `config/triggers.yaml`. */
export const Triggers = z.strictObject({
  triggers: z.record(
    z.string(),
    z.strictObject({
      owner: Name.optional().describe('who answers for this rule'),
      when: conditionIn(SCOPES.triggers),
      once: z.enum(OCCASIONS).describe('how often it may fire for one lead'),
      do: OutcomesIn.min(1),
      then: z
        .strictObject({
          after: Milliseconds,
          unless: conditionIn(SCOPES.followUps).optional(),
          do: OutcomesIn.min(1),
        })
        .optional()
        .describe('what follows later, unless a condition holds by then'),
    }),
  ),
})
