import { z } from 'zod'
import { Name } from './values.ts'

const Tags = z.array(Name).min(1)

/** Which reps of a pool a lead is for. `{language}` is an attribute of the lead. */
export const RepFilterIn = z
  .strictObject({
    languages: Tags.optional().describe('they speak all of these'),
    skills: Tags.optional().describe('they have all of these'),
    countries: Tags.optional().describe('they are for all of these'),
    regions: Tags.optional().describe('they are for all of these'),
    otherwise: z
      .enum(['anyone', 'wait'])
      .optional()
      .describe(
        'nobody of them can take it: anyone of the pool does, which is so unless told, or it waits for one of them',
      ),
  })
  .refine(({ otherwise: _, ...tags }) => Object.keys(tags).length > 0, 'needs languages, skills, countries or regions')
