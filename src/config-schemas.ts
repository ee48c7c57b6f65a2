import { z } from 'zod'
import { conditionIn, SCOPES } from './config-conditions.ts'
import {
  Ago,
  DurationText,
  LocalDate,
  Milliseconds,
  Name,
  OwnerId,
  PropertyName,
  PropertySource,
  ShiftText,
  SlackChannelId,
  SlackUserId,
  TimeZone,
  Weekdays,
} from './config-values.ts'
import type { Destination } from './domain/routing.ts'

/** The shapes of the files in `config/`: one schema a file, strict. What they read is turned into the domain's types. */

const FactCondition = conditionIn(SCOPES.facts)

/** `config/icp.yaml`. */
export const Icp = z.strictObject({
  tiers: z.array(z.strictObject({ tier: z.int().min(1).max(9), when: FactCondition })),
  minimumCompanySize: z.int().min(0).max(1_000_000),
  personas: z.array(z.strictObject({ name: Name, when: FactCondition })),
  negative: z.array(z.strictObject({ reason: Name, when: FactCondition })),
})

/** `config/scoring.yaml`. */
export const Scoring = z.strictObject({
  fit: z.strictObject({
    max: z.number().min(0).max(100),
    rules: z.array(z.strictObject({ id: Name, points: z.number().min(-100).max(100), when: conditionIn(SCOPES.profile) })),
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
        when: conditionIn(SCOPES.everything).optional(),
        to: To,
        handoff: Name.optional(),
        rescore: Milliseconds.optional(),
      }),
    )
    .min(1),
  keepOwner: z.boolean(),
  requiredForSales: z.array(Name),
})

/** `config/team.yaml`. */
export const Team = z.strictObject({
  calendars: z.record(
    z.string(),
    z.strictObject({
      timeZone: TimeZone,
      hours: Weekdays,
      holidays: z.array(LocalDate).default([]),
      overrides: z.record(LocalDate, z.array(ShiftText)).default({}),
    }),
  ),
  reps: z.array(
    z.strictObject({
      id: Name,
      name: Name,
      hubspotOwnerId: OwnerId,
      slackUserId: SlackUserId,
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
      channel: SlackChannelId,
      fallback: Name.optional(),
      caps: z.strictObject({ perDay: z.int().min(1).optional(), open: z.int().min(1).optional() }).default({}),
    }),
  ),
  managers: z.array(
    z.strictObject({
      id: Name,
      name: Name,
      slackUserId: SlackUserId,
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
        when: conditionIn(SCOPES.properties).optional(),
        at: PropertyName.optional().describe('a date property that says when it happened'),
        detail: PropertyName.optional().describe('a property to show in the alert, such as the page or the form'),
      })
      .refine((rule) => (rule.rises === undefined) !== (rule.changes === undefined), 'needs exactly one of rises and changes'),
  ),
  responses: z.array(
    z
      .strictObject({
        rises: PropertyName.optional(),
        changes: PropertyName.optional(),
        to: z.array(z.string()).min(1).optional(),
        by: z.literal('person').optional(),
      })
      .refine((rule) => (rule.rises === undefined) !== (rule.changes === undefined), 'needs exactly one of rises and changes'),
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
  ago: Ago.prefault('0s'),
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
