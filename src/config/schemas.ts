import { z } from 'zod'
import type { Destination } from '../domain/routing.ts'
import { conditionIn, SCOPES } from './conditions.ts'
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
} from './values.ts'
import { WRITTEN_PROPERTIES, type WrittenProperty } from './written-properties.ts'

/** The shapes of the files in `config/`: one schema a file, strict. What they read is turned into the domain's types. */

const FactCondition = conditionIn(SCOPES.facts)

/** `config/icp.yaml`. */
export const Icp = z.strictObject({
  tiers: z.array(z.strictObject({ tier: z.int().min(1).max(9), when: FactCondition })),
  minimumCompanySize: z.int().min(0).max(1_000_000).describe('employees'),
  personas: z.array(z.strictObject({ name: Name, when: FactCondition })),
  negative: z.array(z.strictObject({ reason: Name, when: FactCondition })),
})

/** `config/scoring.yaml`. */
export const Scoring = z.strictObject({
  fit: z.strictObject({
    max: z.number().min(0).max(100).describe('the sum of the rules is cut at this'),
    rules: z.array(
      z.strictObject({ id: Name, points: z.number().min(-100).max(100), when: conditionIn(SCOPES.profile) }),
    ),
  }),
  engagement: z.strictObject({
    max: z.number().min(0).max(100),
    window: Milliseconds.optional().describe('older signals do not count'),
    signals: z.record(
      z.string(),
      z.strictObject({
        points: z.number().min(0, 'must not be negative: a score may only fall by decay').max(100),
        cap: z
          .strictObject({ count: z.int().min(1).max(1000), per: Milliseconds })
          .optional()
          .describe('how many count at most in any such time'),
        halfLife: Milliseconds.optional().describe('the points halve in every such time'),
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
      'must rise from low over medium and high to hot',
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
        handoff: Name.optional().describe('the clock in sla.yaml; for routes to a pool'),
        rescore: Milliseconds.optional().describe('look again after this time, also when nothing happened'),
      }),
    )
    .min(1),
  keepOwner: z.boolean().describe("a contact with an active owner in the pool's teams stays with them"),
  requiredForSales: z.array(Name).describe('attributes; what is missing is named in the alert'),
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
      fallback: Name.optional().describe('the pool to ask when nobody here is available'),
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

// HubSpot's own words for a lead with whom a conversation has begun.
const ANSWERED = {
  any: [
    { lifecycleStage: { in: ['salesqualifiedlead', 'opportunity', 'customer', 'evangelist'] } },
    { leadStatus: { in: ['CONNECTED', 'OPEN_DEAL', 'IN_PROGRESS', 'BAD_TIMING'] } },
  ],
}

/** `config/sla.yaml`. */
export const Sla = z.strictObject({
  handoffs: z.record(
    z.string(),
    z.strictObject({
      respondWithin: DurationText.describe('from the start of the handoff'),
      hours: z
        .enum(['business', 'elapsed'])
        .describe('business: open hours of the first rep only; elapsed: every hour'),
      ladder: z.array(z.strictObject({ at: DurationText, do: z.enum(['remind', 'reassign', 'alert-manager']) })),
    }),
  ),
  attempts: z
    .strictObject({
      count: z.int().min(1).max(50),
      within: DurationText,
      answered: FactCondition.prefault(ANSWERED).describe('what HubSpot shows of a lead that was reached'),
      then: z.strictObject({ nurture: Name }),
    })
    .optional(),
})

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

const CaseValue = z.union([z.string(), z.number(), z.boolean(), z.array(z.string())], {
  error: 'must be text, a number, true, false or a list of texts',
})

/** `config/routing-cases.yaml`: what ops expect of certain leads, checked together with the config. */
export const RoutingCases = z.strictObject({
  cases: z.array(
    z.strictObject({
      name: Name,
      lead: z.record(z.string(), CaseValue),
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
