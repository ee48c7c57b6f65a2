import { z } from 'zod'
import { ATTRIBUTE_NAMES } from '../../rules/attributes.ts'
import type { AttributeTest, Condition } from '../../rules/condition.ts'
import { canFind } from '../../rules/matching.ts'
import { Milliseconds, Range } from './values.ts'

/** What conditions in one place may ask about. `hubspot.<property>` may be asked about everywhere. */
export interface Scope {
  attributes: readonly string[]
  signals: boolean
  /** Whether `handoff.<kind>` may be asked about. */
  handoffs?: boolean
}

const facts = [...ATTRIBUTE_NAMES.facts, ...ATTRIBUTE_NAMES.readings]
const profile = [...facts, ...ATTRIBUTE_NAMES.icp]
const whole = [...profile, ...ATTRIBUTE_NAMES.results, ...ATTRIBUTE_NAMES.circumstances]

/** The scopes in the order in which things become known: while reading HubSpot, for the profile, for fit, for routes, for triggers. */
export const SCOPES = {
  properties: { attributes: [], signals: false },
  facts: { attributes: facts, signals: false },
  profile: { attributes: profile, signals: false },
  everything: { attributes: [...profile, ...ATTRIBUTE_NAMES.results], signals: true },
  routes: { attributes: [...profile, ...ATTRIBUTE_NAMES.results, 'quiet'], signals: true },
  triggers: { attributes: whole, signals: true, handoffs: true },
  followUps: { attributes: [...whole, 'answered'], signals: true, handoffs: true },
} as const satisfies Record<string, Scope>

const Scalar = z.union([z.string(), z.number(), z.boolean()], { error: 'must be text, a number, true or false' })

const Sum = z
  .strictObject({ atLeast: z.number().optional(), atMost: z.number().optional(), between: Range.optional() })
  .refine((test) => Object.keys(test).length > 0, 'needs a test: atLeast, atMost or between')

const PERCENT = /^(\d+(?:\.\d+)?) ?%$/
const Percent = z
  .string({ error: misshapen('must be a share such as 50%') })
  .regex(PERCENT, 'must be a share such as 50%')
  .transform((text) => Number(PERCENT.exec(text)?.[1]))
  .refine((share) => share < 100, 'must be below 100%: nothing falls by more')

const WORDS = 'must be words such as demo, a glob such as "*marketing*", or a list'
const Pattern = z.string({ error: WORDS }).refine(canFind, 'has no letter or digit to look for')
const Patterns = z.union([Pattern.transform((one) => [one]), z.array(Pattern).min(1)], { error: WORDS })

const Test = z
  .strictObject(
    {
      is: Scalar.optional().describe('equals; text compares without case'),
      in: z.array(Scalar).min(1).optional().describe('equals one of these'),
      atLeast: z.number().optional(),
      atMost: z.number().optional(),
      between: Range.optional().describe('both ends included'),
      matches: Patterns.optional().describe(
        'words that stand in the text one after the other, or a glob with * for the whole text; a list means any',
      ),
      not: Patterns.optional().describe('words or globs as in matches, none of which may be found'),
      known: z.boolean().optional(),
      within: Milliseconds.optional().describe('for signals only: count those of the last …'),
      sum: Sum.optional().describe('for signals with a value: the values added up'),
      dropsBy: Percent.optional().describe('for signals with a value: the newest is down more than so much'),
      over: Milliseconds.optional().describe('with dropsBy: against a value of so long before'),
    },
    { error: misshapen('must be a test in braces, such as { is: … } or { atLeast: … }') },
  )
  .refine(
    (test) => Object.keys(test).some((key) => key !== 'within' && key !== 'over'),
    'needs a test: is, in, atLeast, atMost, between, matches, not or known',
  )
  .refine((test) => (test.dropsBy === undefined) === (test.over === undefined), {
    error: 'dropsBy and over go together, such as { dropsBy: 50%, over: 7d }',
  })
  .refine(({ sum, dropsBy, within, over, ...others }) => {
    if (sum === undefined && dropsBy === undefined) return true
    return (sum === undefined || dropsBy === undefined) && Object.values(others).every((one) => one === undefined)
  }, 'sum and dropsBy stand alone; a second test of the same signal goes into all: [ … ]')
  .transform((test): AttributeTest => test)

function misshapen(message: string) {
  return ({ code, input }: { code?: string; input?: unknown }) =>
    code === 'invalid_type' && input !== undefined && input !== null ? message : undefined
}

// A silence may be written as its length alone, and what is true or false as that.
const Quiet = z.union(
  [
    Milliseconds.transform((atLeast): AttributeTest => ({ atLeast })),
    z
      .strictObject({ atLeast: Milliseconds.optional(), atMost: Milliseconds.optional() })
      .refine((test) => Object.keys(test).length > 0),
  ],
  { error: 'must be a duration such as 60d, or { atLeast: 60d, atMost: 90d }' },
)
const YesOrNo = z
  .union([z.boolean().transform((is): AttributeTest => ({ is })), z.strictObject({ is: z.boolean() })], {
    error: 'must be true or false',
  })
  .optional()
// What cannot be asked about in a place is told by its name, with the references.
const YES_OR_NO = { archived: YesOrNo, withSales: YesOrNo, answered: YesOrNo }

interface ConditionInput {
  any?: ConditionInput[] | undefined
  all?: ConditionInput[] | undefined
  not?: ConditionInput | undefined
  [attribute: string]: unknown
}

/**
 * The shape of a condition. The tests stay in the order of the file, which the explanation shows. The scope is for
 * editors only: that a name is known is checked with the references, where a message can say why it is not.
 */
export function conditionIn(scope: Scope): z.ZodType<Condition, ConditionInput> {
  const names = ['any', 'all', 'not', ...scope.attributes]
  const families = ['hubspot', ...(scope.signals ? ['signals'] : []), ...(scope.handoffs ? ['handoff'] : [])]
  const open = families.length > 1 ? `^(${families.join('|')})\\.` : '^hubspot\\.'
  const When: z.ZodType<Condition, ConditionInput> = z
    .lazy(() =>
      z
        .object(
          {
            any: z.array(When).min(1).optional(),
            all: z.array(When).min(1).optional(),
            not: When.optional(),
            ...(scope.attributes.includes('quiet') ? { quiet: Quiet.optional() } : {}),
            ...(scope.attributes.includes('archived') ? YES_OR_NO : {}),
          },
          { error: misshapen('must be a map of attributes to tests; a list goes into all: [ … ] or any: [ … ]') },
        )
        .catchall(Test)
        .meta({ propertyNames: { anyOf: [{ enum: names }, { pattern: open }] } })
        .refine((map) => Object.keys(map).length > 0, 'needs at least one condition'),
    )
    .transform((map): Condition => {
      const { any, all, not, ...tests } = map as { any?: Condition[]; all?: Condition[]; not?: Condition }
      const of: Condition[] = Object.entries(tests).map(([attribute, test]) => ({
        kind: 'test',
        attribute,
        test: test as AttributeTest,
      }))
      if (any) of.push({ kind: 'any', of: any })
      if (all) of.push({ kind: 'all', of: all })
      if (not) of.push({ kind: 'not', of: not })
      return of.length === 1 && of[0] ? of[0] : { kind: 'all', of }
    })
  return When
}
