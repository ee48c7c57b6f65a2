import { z } from 'zod'
import { ATTRIBUTION, REACH } from '../../leads/attribution.ts'
import { DEAL_ATTRIBUTION } from '../../leads/deal-attribution.ts'
import { FREE_MAIL } from '../../leads/free-mail.ts'
import { PROPERTIES, type WrittenProperty } from '../../leads/properties.ts'
import { UNKNOWN_VALUES, type UnknownValues } from '../../leads/unknown-values.ts'
import { domainOf } from '../../rules/domains.ts'
import { conditionIn, SCOPES } from './conditions.ts'
import { Milliseconds, Name, PropertyName, PropertySource } from './values.ts'

const propertyNames = Object.fromEntries(
  Object.entries(PROPERTIES).map(([key, { name }]) => [key, PropertyName.default(name)]),
) as unknown as Record<WrittenProperty, z.ZodDefault<typeof PropertyName>>

const Domains = z.array(
  z.string().refine((text) => domainOf(text) !== undefined, 'is not a domain, such as tutanota.com'),
)
const Texts = z.array(z.union([z.string().min(1), z.number().transform(String)]))

/** `config/hubspot.yaml`. */
export const HubSpotMapping = z.strictObject({
  attributes: z
    .record(
      z.string(),
      z.union([PropertySource, z.array(PropertySource).min(1)]).transform((names) => [names].flat()),
    )
    .transform((given) => ({ ...ATTRIBUTION, ...REACH, ...given })),
  unknownValues: z
    .union([Texts.transform((every) => ({ every })), z.record(z.string(), Texts)])
    .prefault({})
    .transform((given): UnknownValues => ({ ...UNKNOWN_VALUES, ...given }))
    .describe('texts that count as unknown: a list for every attribute, or lists by attribute beside `every`; [] none'),
  signals: z.array(
    z
      .strictObject({
        signal: Name,
        rises: PropertyName.optional(),
        changes: PropertyName.optional(),
        when: conditionIn(SCOPES.properties).optional(),
        at: PropertyName.optional().describe('a date property that says when it happened'),
        detail: PropertyName.optional().describe('a property to show in the alert, such as the page or the form'),
        beside: z.boolean().optional().describe('found beside what the first rule that holds says'),
        notWithin: z
          .record(PropertyName, Milliseconds)
          .optional()
          .describe('so soon after one of these dates a machine did it, and it does not count'),
        atLeast: z.int().min(2).optional().describe('with during: by how much it rises'),
        during: PropertyName.optional().describe('a counter, such as of visits, that stays the same meanwhile'),
      })
      .refine(
        (rule) => (rule.rises === undefined) !== (rule.changes === undefined),
        'needs exactly one of rises and changes',
      )
      .refine(
        ({ atLeast, during }) => (atLeast === undefined) === (during === undefined),
        'needs both atLeast and during',
      )
      .refine(
        ({ during, rises, when, beside, notWithin }) => !during || (rises && !when && !beside && !notWithin),
        'a rule with during has rises, at and detail beside it, and nothing else',
      )
      .refine(({ notWithin, at }) => !notWithin || at !== undefined, 'notWithin needs at: the date of what happened'),
  ),
  activity: z
    .array(PropertyName)
    .default(['hs_analytics_last_timestamp', 'hs_sales_email_last_replied'])
    .describe('date properties that say when the lead last did something, which ends its silence'),
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
  disqualified: z
    .array(
      z.strictObject({
        changes: PropertyName,
        to: z.array(z.string()).min(1),
        by: z.literal('person').optional(),
        reason: PropertyName.optional().describe('a property that says why'),
      }),
    )
    .prefault([{ changes: 'hs_lead_status', to: ['UNQUALIFIED'] }])
    .describe('what is set to take a lead out'),
  notInterested: z
    .array(Name)
    .prefault(['not_interested'])
    .describe('signals by which the lead itself says that it is out'),
  freeMail: z
    .strictObject({ add: Domains.default(FREE_MAIL.add), remove: Domains.default(FREE_MAIL.remove) })
    .prefault({})
    .describe('what is put right of the list of free mail providers, for the attribute email.free'),
  dealAttribution: z
    .record(PropertyName, Name)
    .prefault({ ...DEAL_ATTRIBUTION })
    .describe('properties of a deal, and the attribute of its contact that each says; {} writes none'),
  properties: z.strictObject(propertyNames).prefault({}),
})
