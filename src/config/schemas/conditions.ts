import { z } from 'zod'
import { ATTRIBUTE_NAMES } from '../../rules/attributes.ts'
import type { AttributeTest, Condition } from '../../rules/condition.ts'
import { Milliseconds, Range } from './values.ts'

/** What conditions in one place may ask about. `hubspot.<property>` may be asked about everywhere. */
export interface Scope {
  attributes: readonly string[]
  signals: boolean
}

const facts = [...ATTRIBUTE_NAMES.facts]
const profile = [...facts, ...ATTRIBUTE_NAMES.icp]

/** The scopes in the order in which things become known: while reading HubSpot, for the profile, for fit, for routes. */
export const SCOPES = {
  properties: { attributes: [], signals: false },
  facts: { attributes: facts, signals: false },
  profile: { attributes: profile, signals: false },
  everything: { attributes: [...profile, ...ATTRIBUTE_NAMES.results], signals: true },
} as const satisfies Record<string, Scope>

const Scalar = z.union([z.string(), z.number(), z.boolean()], { error: 'must be text, a number, true or false' })

const Test = z
  .strictObject(
    {
      is: Scalar.optional().describe('equals; text compares without case'),
      in: z.array(Scalar).min(1).optional().describe('equals one of these'),
      atLeast: z.number().optional(),
      atMost: z.number().optional(),
      between: Range.optional().describe('both ends included'),
      matches: z
        .union([z.string(), z.array(z.string()).min(1)], {
          error: 'must be a pattern such as "*marketing*", or a list',
        })
        .optional()
        .describe('patterns with *, without case; a list means any'),
      known: z.boolean().optional(),
      within: Milliseconds.optional().describe('for signals only: count those of the last …'),
    },
    { error: misshapen('must be a test in braces, such as { is: … } or { atLeast: … }') },
  )
  .refine(
    (test) => Object.keys(test).some((key) => key !== 'within'),
    'needs a test: is, in, atLeast, atMost, between, matches or known',
  )
  .transform(
    (test): AttributeTest => ({ ...test, matches: typeof test.matches === 'string' ? [test.matches] : test.matches }),
  )

function misshapen(message: string) {
  return ({ code, input }: { code?: string; input?: unknown }) =>
    code === 'invalid_type' && input !== undefined && input !== null ? message : undefined
}

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
  const open = scope.signals ? '^(hubspot|signals)\\.' : '^hubspot\\.'
  const When: z.ZodType<Condition, ConditionInput> = z
    .lazy(() =>
      z
        .object(
          {
            any: z.array(When).min(1).optional(),
            all: z.array(When).min(1).optional(),
            not: When.optional(),
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
