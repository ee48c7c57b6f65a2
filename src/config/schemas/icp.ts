import { z } from 'zod'
import { domainKey, domainOf } from '../../rules/domains.ts'
import { conditionIn, SCOPES } from './conditions.ts'
import { Name, Range } from './values.ts'

const FactCondition = conditionIn(SCOPES.facts)

const Tier = z
  .strictObject({
    tier: z.int().min(1).max(9),
    size: Range.optional().describe('employees, both ends included'),
    industries: z.array(Name).min(1).optional().describe('one of these; compares without case'),
    when: FactCondition.optional().describe('in place of size and industries'),
  })
  .refine(({ size, industries, when }) => size || industries || when, 'needs size, industries or both')
  .refine(({ size, industries, when }) => !when || !(size || industries), {
    path: ['when'],
    error: 'cannot stand beside size or industries; keep one of the two forms',
  })

const Domains = z
  .array(z.string().refine((text) => domainOf(text) !== undefined, 'is not a domain, such as throwaway.example'))
  .default([])
  .transform((domains) => domains.map(domainKey))

const Junk = z.strictObject({
  domains: z
    .strictObject({ add: Domains, remove: Domains })
    .default({ add: [], remove: [] })
    .describe('corrections of the list of disposable addresses'),
  honeypot: z
    .string()
    .regex(/^hubspot\.[a-z][a-z0-9_]*$/, 'must be hubspot.<property>, a field of a form that people do not see')
    .optional(),
  unless: FactCondition.optional().describe('of whom this is true is no junk'),
})

/** `config/icp.yaml`. */
export const Icp = z.strictObject({
  tiers: z.array(Tier),
  minimumCompanySize: z.int().min(0).max(1_000_000).describe('employees'),
  personas: z.array(z.strictObject({ name: Name, when: FactCondition })),
  negative: z.array(z.strictObject({ reason: Name, when: FactCondition })),
  junk: Junk.optional().describe('the attribute junk: why a contact is some; left out: nobody is'),
  regions: z
    .record(Name, z.array(Name))
    .optional()
    .describe('the attribute region: which countries are in one, by code or name'),
  languages: z
    .record(Name, z.array(Name))
    .optional()
    .describe('the attribute language where HubSpot has none: countries or regions by language, the first match wins'),
})
