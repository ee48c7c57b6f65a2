import { z } from 'zod'
import { STAGE_NAMES } from '../../rules/stages.ts'
import { StartIn } from './handoffs.ts'
import { Name, PropertyName } from './values.ts'

const Question = z
  .strictObject({
    ask: Name.describe('what the form asks'),
    property: PropertyName.describe('the property of the contact in HubSpot that keeps the answer'),
    type: z.enum(['text', 'choice', 'date']).default('text'),
    options: z.array(Name.max(75)).min(1).max(50).optional().describe('of a choice; unknown is always offered'),
  })
  .refine(({ type, options }) => (type === 'choice') === (options !== undefined), {
    path: ['options'],
    error: 'a choice needs options, and nothing else has any',
  })

const Move = z.strictObject({
  to: z.enum(STAGE_NAMES).describe('recycled: only who was SQL or opportunity; the others: only forwards'),
  when: z.union([StartIn, z.array(StartIn).min(1)]).transform((one) => [one].flat()),
})

/** `config/stages.yaml`: what moves a lead to another stage, and what sales asks before it goes on. */
export const Stages = z.strictObject({
  moves: z.array(Move).default([]).describe('what moves a lead by itself, besides its score, sales and HubSpot'),
  forms: z
    .record(
      z.string(),
      z
        .array(Question)
        .min(1)
        .max(10)
        .refine(
          (form) => new Set(form.map(({ property }) => property)).size === form.length,
          'two questions of a form have the same property',
        ),
    )
    .prefault({})
    .describe('buttons of handoffs.yaml name them'),
})
