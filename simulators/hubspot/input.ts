// What the routes of the simulated HubSpot take, and the form of a batch answer.

import { z } from 'zod'
import { refusal } from './refusal.ts'

/** Text that is not empty. */
export const Text = z.string().min(1)
const List = z
  .union([z.string(), z.array(z.string())])
  .transform((value) => [value].flat().flatMap((each) => each.split(',')))
  .default([])
const Properties = z.record(
  z.string(),
  z.union([z.string(), z.number(), z.boolean(), z.null()]).transform((value) => String(value ?? '')),
)
/** The paging of lists. */
export const Paging = z.object({
  limit: z.coerce.number().int().min(1).max(500).default(100),
  after: z.coerce.number().default(0),
})
/** The body of a create or an update. */
export const Write = z.object({ properties: Properties })
const Association = z.object({
  to: z.object({ id: z.coerce.string() }),
  types: z.array(z.object({ associationCategory: Text, associationTypeId: z.number() })).min(1),
})
/** The body of a create, with what the new record is associated with. */
export const Create = Write.extend({ associations: z.array(Association).default([]) })
/** One input of a batch update. */
export const UpdateInput = Write.extend({ id: Text, idProperty: Text.optional() })
/** The query of a read. Lists come repeated or comma-separated. */
export const ReadQuery = z.object({
  ...{ properties: List, propertiesWithHistory: List, associations: List },
  archived: z.enum(['true', 'false']).default('false'),
  idProperty: Text.optional(),
})
/** The query of a list, in which `after` is the last id of the page before. */
export const ListQuery = ReadQuery.extend({
  ...{ limit: z.coerce.number().int().min(1).default(10), after: z.coerce.number().default(0) },
})
/** The body of a batch read. */
export const BatchReadBody = z.object({
  inputs: z.array(z.object({ id: Text })),
  properties: z.array(z.string()).default([]),
  propertiesWithHistory: z.array(z.string()).default([]),
  idProperty: Text.optional(),
})
const Filter = z.object({
  ...{
    propertyName: Text,
    operator: Text,
    value: z.coerce.string().optional(),
    highValue: z.coerce.string().optional(),
  },
  values: z.array(z.coerce.string()).optional(),
})
/** The body of a search. */
export const SearchBody = z.object({
  query: z.string().optional(),
  filterGroups: z.array(z.object({ filters: z.array(Filter) })).default([]),
  sorts: z.array(z.union([Text, z.object({ propertyName: Text, direction: Text.optional() })])).default([]),
  properties: z.array(z.string()).default([]),
  limit: z.coerce.number().int().default(10),
  after: z.coerce.number().int().default(0),
})
/** The body that creates a property group. */
export const GroupBody = z.object({ name: Text, label: Text, displayOrder: z.number().optional() })
const Option = z.object({
  label: z.string(),
  value: z.string(),
  displayOrder: z.number().optional(),
  hidden: z.boolean().optional(),
})
/** The body, or one batch input, that creates a property. */
export const PropertyBody = z.object({
  ...{ name: Text, label: Text, groupName: Text, type: Text, fieldType: Text, description: z.string().optional() },
  options: z.array(Option).optional(),
})

/** The body that changes a property. */
export const PropertyUpdateBody = z.object({ options: z.array(Option) })

/** The checked value; refuses (400) what does not fit. */
export function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  throw refusal(400, 'VALIDATION_ERROR', `Invalid input: ${z.prettifyError(result.error)}`)
}

/** The inputs of a batch, at most 100; refuses (400) more. */
export function inputsOf<T>(input: z.ZodType<T>, body: unknown): T[] {
  const { inputs } = parse(z.object({ inputs: z.array(input) }), body)
  return refuseLarge(inputs)
}

/** Refuses (400) a batch of more than `most`. */
export function refuseLarge<T>(inputs: T[], most = 100): T[] {
  if (inputs.length > most)
    throw refusal(400, 'VALIDATION_ERROR', `Batch size of ${inputs.length} is over the maximum of ${most}`)
  return inputs
}

/** The body of a batch answer; the errors, where there are any, beside what was done. */
export function batchAnswer(at: number, results: unknown[], errors: unknown[] = []) {
  const time = new Date(at).toISOString()
  const failed = errors.length > 0 ? { numErrors: errors.length, errors } : {}
  return { status: 'COMPLETE', results, ...failed, startedAt: time, completedAt: time }
}
