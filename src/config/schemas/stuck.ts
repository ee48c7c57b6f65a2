import { z } from 'zod'
import { STAGE_NAMES } from '../../rules/stages.ts'
import { OutcomesIn } from './outcomes.ts'
import { Milliseconds, Name } from './values.ts'

const TIME = /^([01]\d|2[0-3]):([0-5]\d)$/

/** The monthly list of leads that have been in a stage for too long. */
export const StuckIn = z
  .strictObject({
    owner: Name.optional().describe('who answers for this rule'),
    after: Milliseconds.describe('so long in one stage'),
    stages: z
      .array(z.enum(STAGE_NAMES))
      .min(1)
      .default(['opportunity', 'sql', 'mql', 'recycled', 'lead', 'subscriber'])
      .describe('which stages, the most important first'),
    tell: Name.describe('who gets the list: a pool (its channel), rep, manager or person of team.yaml'),
    calendar: Name.optional().describe(
      'whose first working day of each month; the one of whoever gets it, unless told',
    ),
    at: z.string().regex(TIME, 'must be a time such as 08:00').default('08:00').describe('in the zone of the calendar'),
    show: z.int().min(1).max(20).default(20).describe('so many of them; of the others the number'),
    act: OutcomesIn.min(1)
      .prefault([{ tell: 'owner' }])
      .describe('what the button Act does'),
  })
  .transform(({ at, ...stuck }) => {
    const [, hours, minutes] = TIME.exec(at) ?? []
    return { ...stuck, minutes: Number(hours) * 60 + Number(minutes) }
  })
