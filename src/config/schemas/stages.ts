import { z } from 'zod'
import { Name, PropertyName } from './values.ts'

const Question = z
  .strictObject({
    ask: Name.describe('what the form asks'),
    property: PropertyName.describe('the property of the contact in HubSpot that keeps the answer'),
    type: z.enum(['text', 'choice', 'date']).default('text'),
    options: z.array(Name).min(1).max(50).optional().describe('of a choice'),
  })
  .refine(({ type, options }) => (type === 'choice') === (options !== undefined), {
    path: ['options'],
    error: 'a choice needs options, and nothing else has any',
  })

/** `config/stages.yaml`: what sales asks before a lead goes on. */
export const Stages = z.strictObject({
  forms: z.record(z.string(), z.array(Question).min(1).max(10)).describe('buttons of handoffs.yaml name them'),
})
