import { z } from 'zod'
import { conditionIn, SCOPES } from './conditions.ts'
import { Name, PropertyName, PropertySource } from './values.ts'
import { WRITTEN_PROPERTIES, type WrittenProperty } from './written-properties.ts'

const propertyNames = Object.fromEntries(
  Object.entries(WRITTEN_PROPERTIES).map(([key, name]) => [key, PropertyName.default(name)]),
) as unknown as Record<WrittenProperty, z.ZodDefault<typeof PropertyName>>

/** `config/hubspot.yaml`. */
export const HubSpotMapping = z.strictObject({
  attributes: z.record(
    z.string(),
    z.union([PropertySource, z.array(PropertySource).min(1)]).transform((names) => [names].flat()),
  ),
  signals: z.array(
    z
      .strictObject({
        signal: Name,
        rises: PropertyName.optional(),
        changes: PropertyName.optional(),
        when: conditionIn(SCOPES.properties).optional(),
        at: PropertyName.optional().describe('a date property that says when it happened'),
        detail: PropertyName.optional().describe('a property to show in the alert, such as the page or the form'),
      })
      .refine(
        (rule) => (rule.rises === undefined) !== (rule.changes === undefined),
        'needs exactly one of rises and changes',
      ),
  ),
  responses: z.array(
    z
      .strictObject({
        rises: PropertyName.optional(),
        changes: PropertyName.optional(),
        to: z.array(z.string()).min(1).optional(),
        by: z.literal('person').optional(),
      })
      .refine(
        (rule) => (rule.rises === undefined) !== (rule.changes === undefined),
        'needs exactly one of rises and changes',
      ),
  ),
  properties: z.strictObject(propertyNames).prefault({}),
})
