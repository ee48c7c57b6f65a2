import { z } from 'zod'

/** What an attribute of a lead can hold. A list (tech stack) matches a test when any of its entries does. */
export const AttributeValue = z.union([z.string(), z.number(), z.boolean(), z.array(z.string())])
export type AttributeValue = z.output<typeof AttributeValue>

/** A known attribute and where it came from, for example `hubspot:jobtitle`, `company:industry` or `apollo`. */
export const Attribute = z.object({ value: AttributeValue, source: z.string() })
export type Attribute = z.output<typeof Attribute>

/** The known attributes of a lead by the names of the contract. An absent name is unknown, which is never the same as zero. */
export const Attributes = z.record(z.string(), Attribute)
export type Attributes = z.output<typeof Attributes>

/**
 * Something the lead did, or that was done about it (`by`: our own people did it). `id` is unique within the lead; `at` is
 * epoch milliseconds; `detail` is a page, form or title to show; `value` what it came to, such as the stage of a deal. `deal`: whether
 * that stage closes the deal in its pipeline, and whether this contact is the one that stands for the deal. `decision` is the number of the decision that was the first to know of it.
 * `session`: from when until when the visit lasted of which it is the sign, when more than one view told of it.
 */
export const Signal = z.object({
  id: z.string(),
  type: z.string(),
  at: z.number(),
  detail: z.string().optional(),
  value: z.string().optional(),
  by: z.literal('sales').optional(),
  deal: z
    .object({ closed: z.enum(['closedwon', 'closedlost']).optional(), main: z.literal(true).optional() })
    .optional(),
  session: z.object({ from: z.number(), until: z.number() }).optional(),
  decision: z.number().optional(),
})
export type Signal = z.output<typeof Signal>

/** What a link says of the campaign that it belongs to. */
export const UTM = ['source', 'medium', 'campaign', 'term', 'content'] as const
// Of the first and of the last visit, beside where it came from.
const TOUCH = ['detail', 'detail2', 'page', 'referrer', 'at']

/**
 * The attributes that conditions may use, in the order in which they become known.
 * `facts` come from outside, `readings` are what Baton reads out of them alone; `icp` is derived from facts; `results` are known only after scoring; `circumstances` stand for the lead whatever it is and does.
 */
export const ATTRIBUTE_NAMES = {
  facts: [
    'email',
    'email.domain',
    'email.free',
    'email.bouncesInARow',
    'email.hardBounce',
    'firstName',
    'lastName',
    'jobTitle',
    'phone',
    'linkedin',
    'country',
    'state',
    'timeZone',
    'region',
    'language',
    'leadSource',
    'leadSource.detail',
    'lifecycleStage',
    'leadStatus',
    'company.name',
    'company.domain',
    'company.size',
    'company.industry',
    'company.revenue',
    'company.techStack',
    ...['touch.first', 'touch.last'].flatMap((touch) => [touch, ...TOUCH.map((part) => `${touch}.${part}`)]),
    ...['utm', 'utm.last'].flatMap((utm) => UTM.map((part) => `${utm}.${part}`)),
    'heardFrom',
  ],
  readings: ['title.seniority', 'title.department', 'junk'],
  icp: ['persona', 'icp.tier', 'icp.sizeTier', 'icp.industryTier', 'icp.negative', 'company.belowMinimum'],
  results: ['score', 'score.fit', 'score.engagement', 'band', 'stage', 'returning'],
  circumstances: ['quiet', 'track', 'route', 'archived', 'withSales'],
} as const

/** The attributes that a text names in braces. */
export function namesInBraces(text: string): string[] {
  return [...text.matchAll(/\{([^{}]+)\}/g)].map(([, name]) => String(name).trim())
}

/** Puts attributes into a text: `"{icp.negative}"` becomes the value, or `unknown` when it is not known. */
export function fillText(text: string, lookup: (name: string) => AttributeValue | undefined): string {
  return text.replace(/\{([^{}]+)\}/g, (_, name: string) => String(lookup(name.trim()) ?? 'unknown'))
}
