import { z } from 'zod'
import { expandWeekdays, parseShift, type Shift, type Weekday } from './domain/business-time.ts'
import type { AttributeTest, Condition } from './domain/condition.ts'
import type { Duration } from './domain/handoff.ts'
import type { Destination } from './domain/routing.ts'

/** The shapes of the files in `config/`: one schema a file, strict. What they read is turned into the domain's types. */

const UNITS: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const MILLISECONDS = /^(\d+(?:\.\d+)?)(s|m|h|d)$/
const BUSINESS_DAYS = /^(\d+)bd$/

/** A duration without business days, in milliseconds: `30s`, `5m`, `1h`, `7d`. */
const Milliseconds = z
  .string()
  .regex(MILLISECONDS, 'must be a duration such as 30s, 5m, 1h or 7d')
  .transform(parseMilliseconds)

const DurationText = z
  .string()
  .regex(/^(\d+(\.\d+)?(s|m|h|d)|\d+bd)$/, 'must be a duration such as 30s, 5m, 1h, 7d or 5bd')
  .transform((text): Duration => {
    const days = BUSINESS_DAYS.exec(text)
    return days ? { businessDays: Number(days[1]) } : { ms: parseMilliseconds(text) }
  })

function parseMilliseconds(text: string): number {
  const [, amount, unit] = MILLISECONDS.exec(text) ?? []
  return Number(amount) * (UNITS[unit ?? ''] ?? Number.NaN)
}

const Name = z.string().min(1)
const Scalar = z.union([z.string(), z.number(), z.boolean()])

const Test = z
  .strictObject({
    is: Scalar.optional().describe('equals; text compares without case'),
    in: z.array(Scalar).min(1).optional().describe('equals one of these'),
    atLeast: z.number().optional(),
    atMost: z.number().optional(),
    between: z.tuple([z.number(), z.number()]).optional().describe('both ends included'),
    matches: z
      .union([z.string(), z.array(z.string()).min(1)])
      .optional()
      .describe('patterns with *, without case; a list means any'),
    known: z.boolean().optional(),
    within: Milliseconds.optional().describe('for signals only: count those of the last …'),
  })
  .refine(
    (test) => Object.keys(test).some((key) => key !== 'within'),
    'needs a test: is, in, atLeast, atMost, between, matches or known',
  )
  .refine((test) => !test.between || test.between[0] <= test.between[1], 'between needs the smaller number first')
  .transform(
    (test): AttributeTest => ({ ...test, matches: typeof test.matches === 'string' ? [test.matches] : test.matches }),
  )

interface ConditionInput {
  any?: ConditionInput[] | undefined
  all?: ConditionInput[] | undefined
  not?: ConditionInput | undefined
  [attribute: string]: unknown
}

const When: z.ZodType<Condition, ConditionInput> = z
  .lazy(() =>
    z
      .object({ any: z.array(When).min(1).optional(), all: z.array(When).min(1).optional(), not: When.optional() })
      .catchall(Test)
      .refine((map) => Object.keys(map).length > 0, 'needs at least one condition'),
  )
  .transform(({ any, all, not, ...tests }): Condition => {
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

/** `config/icp.yaml`. */
export const Icp = z.strictObject({
  tiers: z.array(z.strictObject({ tier: z.int().min(1).max(9), when: When })),
  minimumCompanySize: z.int().min(0).max(1_000_000),
  personas: z.array(z.strictObject({ name: Name, when: When })),
  negative: z.array(z.strictObject({ reason: Name, when: When })),
})

/** `config/scoring.yaml`. */
export const Scoring = z.strictObject({
  fit: z.strictObject({
    max: z.number().min(0).max(100),
    rules: z.array(z.strictObject({ id: Name, points: z.number().min(-100).max(100), when: When })),
  }),
  engagement: z.strictObject({
    max: z.number().min(0).max(100),
    window: Milliseconds.optional(),
    signals: z.record(
      z.string(),
      z.strictObject({
        points: z.number().min(0, 'must not be negative: a score may only fall by decay').max(100),
        cap: z.strictObject({ count: z.int().min(1).max(1000), per: Milliseconds }).optional(),
        halfLife: Milliseconds.optional(),
      }),
    ),
    inactivity: z
      .strictObject({
        points: z.number().min(-100).max(0, 'must not be positive: inactivity takes points away'),
        every: Milliseconds,
      })
      .optional(),
  }),
  bands: z
    .strictObject({ low: z.literal(0), medium: z.number(), high: z.number(), hot: z.number().max(100) })
    .refine(
      (bands) => bands.low < bands.medium && bands.medium < bands.high && bands.high < bands.hot,
      'must rise: low, medium, high, hot',
    ),
  mql: z.strictObject({ score: z.number(), fit: z.number(), engagement: z.number() }),
})

const To = z
  .strictObject({ pool: Name.optional(), nurture: Name.optional(), disqualify: Name.optional() })
  .refine((to) => Object.keys(to).length === 1, 'needs exactly one of pool, nurture or disqualify')
  .transform((to) => to as Destination)

/** `config/routing.yaml`. */
export const Routing = z.strictObject({
  routes: z
    .array(
      z.strictObject({
        name: Name,
        when: When.optional(),
        to: To,
        handoff: Name.optional(),
        rescore: Milliseconds.optional(),
      }),
    )
    .min(1),
  keepOwner: z.boolean(),
  requiredForSales: z.array(Name),
})

const LocalDate = z.iso.date('must be a date such as 2026-12-24')
const ShiftText = z
  .string()
  .refine((text) => succeeds(() => parseShift(text)), 'must be a shift such as 09:00-17:30 or 22:00-02:00')
  .transform((text): Shift => parseShift(text))
const Weekdays = z
  .record(
    z.string().refine((days) => succeeds(() => expandWeekdays(days)), 'must be days such as mon, mon-fri or sat'),
    z.array(ShiftText),
  )
  .transform((hours) => {
    const week: Partial<Record<Weekday, Shift[]>> = {}
    for (const [days, shifts] of Object.entries(hours)) {
      for (const day of expandWeekdays(days)) week[day] = [...(week[day] ?? []), ...shifts]
    }
    return week
  })

/** `config/team.yaml`. */
export const Team = z.strictObject({
  calendars: z.record(
    z.string(),
    z.strictObject({
      timeZone: z
        .string()
        .refine(
          (zone) => succeeds(() => new Intl.DateTimeFormat('en', { timeZone: zone })),
          'is not a known time zone',
        ),
      hours: Weekdays,
      holidays: z.array(LocalDate).default([]),
      overrides: z.record(LocalDate, z.array(ShiftText)).default({}),
    }),
  ),
  reps: z.array(
    z.strictObject({
      id: Name,
      name: Name,
      hubspotOwnerId: z.string().regex(/^\d+$/, 'must be an owner id in quotes, such as "101"'),
      slackUserId: z.string().regex(/^[UW][A-Z0-9]+$/, 'must be a Slack user id, such as U0000AE1'),
      calendar: Name,
      away: z
        .array(
          z
            .strictObject({ from: LocalDate, to: LocalDate })
            .refine(({ from, to }) => from <= to, 'from must not be after to'),
        )
        .default([]),
      active: z.boolean().default(true),
    }),
  ),
  pools: z.record(
    z.string(),
    z.strictObject({
      members: z.array(z.strictObject({ rep: Name, weight: z.int().min(1).max(100).default(1) })).min(1),
      manager: Name,
      channel: z.string().regex(/^[CG][A-Z0-9]+$/, 'must be a Slack channel id, such as C0000AE'),
      fallback: Name.optional(),
      caps: z.strictObject({ perDay: z.int().min(1).optional(), open: z.int().min(1).optional() }).default({}),
    }),
  ),
  managers: z.array(
    z.strictObject({
      id: Name,
      name: Name,
      slackUserId: z.string().regex(/^[UW][A-Z0-9]+$/, 'must be a Slack user id'),
    }),
  ),
})

/** `config/sla.yaml`. */
export const Sla = z.strictObject({
  handoffs: z.record(
    z.string(),
    z.strictObject({
      respondWithin: DurationText,
      hours: z.enum(['business', 'elapsed']),
      ladder: z.array(z.strictObject({ at: DurationText, do: z.enum(['remind', 'reassign', 'alert-manager']) })),
    }),
  ),
  attempts: z
    .strictObject({ count: z.int().min(1).max(50), within: DurationText, then: z.strictObject({ nurture: Name }) })
    .optional(),
})

const PropertyName = z.string().regex(/^[a-z][a-z0-9_]*$/, 'must be a HubSpot property name: lower case, digits, _')
const PropertySource = z
  .string()
  .regex(/^(company:)?[a-z][a-z0-9_]*$/, 'must be a HubSpot property name, or company:<property>')

/** The properties that Baton writes, with their default names. */
export const WRITTEN_PROPERTIES = {
  score: 'baton_score',
  fitScore: 'baton_fit_score',
  engagementScore: 'baton_engagement_score',
  band: 'baton_band',
  icpTier: 'baton_icp_tier',
  route: 'baton_route',
  routeReason: 'baton_route_reason',
  slaStatus: 'baton_sla_status',
  slaDueAt: 'baton_sla_due_at',
  firstResponseMinutes: 'baton_first_response_minutes',
  nurtureTrack: 'baton_nurture_track',
  needsReview: 'baton_needs_review',
  disqualifiedReason: 'baton_disqualified_reason',
  scoredAt: 'baton_scored_at',
  configVersion: 'baton_config_version',
} as const
export type WrittenProperty = keyof typeof WRITTEN_PROPERTIES

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
        when: When.optional(),
        at: PropertyName.optional().describe('a date property that says when it happened'),
        detail: PropertyName.optional().describe('a property to show in the alert, such as the page or the form'),
      })
      .refine((rule) => (rule.rises === undefined) !== (rule.changes === undefined), 'needs either rises or changes'),
  ),
  responses: z.array(
    z
      .strictObject({
        rises: PropertyName.optional(),
        changes: PropertyName.optional(),
        to: z.array(z.string()).min(1).optional(),
        by: z.literal('person').optional(),
      })
      .refine((rule) => (rule.rises === undefined) !== (rule.changes === undefined), 'needs either rises or changes'),
  ),
  properties: z.strictObject(propertyNames).prefault({}),
})

/** `config/enrichment.yaml`: who is asked for company data, in this order, and for how long an answer is kept. */
export const Enrichment = z.strictObject({
  providers: z.array(z.enum(['hubspot-company', 'apollo'])),
  timeout: Milliseconds.describe('for each provider'),
  total: Milliseconds.describe('for the whole chain; scoring goes on without what comes later'),
  keep: z
    .strictObject({ matched: Milliseconds, notFound: Milliseconds })
    .describe('how long an answer for a domain is kept'),
})

const CaseSignal = z.strictObject({
  type: Name,
  ago: Milliseconds.prefault('0s'),
  count: z.int().min(1).max(100).default(1),
})

/** `config/routing-cases.yaml`: what ops expect of certain leads, checked together with the config. */
export const RoutingCases = z.strictObject({
  cases: z.array(
    z.strictObject({
      name: Name,
      lead: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())])),
      signals: z.array(CaseSignal).default([]),
      expect: z.strictObject({
        score: z.number().optional(),
        fit: z.number().optional(),
        engagement: z.number().optional(),
        band: z.enum(['low', 'medium', 'high', 'hot']).optional(),
        mql: z.boolean().optional(),
        tier: z.number().optional(),
        route: Name.optional(),
        pool: Name.optional(),
        nurture: Name.optional(),
        disqualify: Name.optional(),
      }),
    }),
  ),
})

function succeeds(attempt: () => unknown): boolean {
  try {
    attempt()
    return true
  } catch {
    return false
  }
}
