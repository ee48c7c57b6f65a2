import { z } from 'zod'
import example from '../../openapi/lead-example.json' with { type: 'json' }
import { CHOSEN_BY } from '../handoffs/choice.ts'
import { ENDINGS } from '../handoffs/endings.ts'
import { EVIDENCE } from '../handoffs/handoff.ts'
import { STEP_RESULTS } from '../handoffs/plan.ts'
import { HANDOFF_STATUSES } from '../handoffs/status.ts'
import { SIGNAL_REASONS } from '../rules/engagement.ts'
import { STAGE_NAMES } from '../rules/stages.ts'
import { OCCASIONS } from '../rules/triggers.ts'
import { DELIVERY } from './delivery.ts'

/** The lead as `GET /v1/leads/{contactId}` and `explain` show it. All instants are ISO 8601 in UTC. */

const Instant = z.iso.datetime().describe('ISO 8601, UTC')
const Value = z.union([z.string(), z.number(), z.boolean(), z.array(z.string())])

/** One test of a condition with the value that it met. */
const Check = z.object({
  attribute: z.string(),
  wanted: z.string().describe('the test in words'),
  value: Value.optional().describe('absent: unknown'),
  source: z.string().optional().describe('where the value comes from'),
  truth: z.enum(['true', 'false', 'unknown']).describe('unknown beside a value: the value is in no tier'),
})

const FitRule = z.object({
  rule: z.string(),
  points: z.number().describe('what the rule added'),
  worth: z.number().describe('what it adds when it fires'),
  why: z.string().describe('why it fired or did not, in words'),
  checks: z.array(Check),
})

const SignalPoints = z.object({
  signal: z.string(),
  detail: z.string().optional(),
  at: Instant,
  until: Instant.optional().describe('of a visit that was told more than once: when it was told last of'),
  ageDays: z.number().describe('at the time of scoring'),
  worth: z.number().describe('points without fading'),
  amount: z.number().optional().describe('the amount by which they go'),
  by: z.string().optional().describe('how they go by the amount'),
  points: z.number().describe('exact, before rounding'),
  source: z.string(),
  why: z.enum(SIGNAL_REASONS),
})

/** The score with every rule, also those that did not fire. */
const Score = z.object({
  total: z.number(),
  base: z.number().optional().describe('points that every lead has; absent: none'),
  fit: z.number(),
  engagement: z.number(),
  band: z.string(),
  mql: z.boolean().describe('a marketing-qualified lead: by the points, unless it is out or its stage was set back'),
  at: Instant,
  arithmetic: z.string(),
  fitRules: z.object({
    arithmetic: z.string(),
    rules: z.array(FitRule),
  }),
  engagementSignals: z.object({
    arithmetic: z.string(),
    signals: z.array(SignalPoints),
    inactivity: z
      .object({ since: Instant, periods: z.number(), points: z.number() })
      .optional()
      .describe('absent: no full period without a signal'),
    notSeen: z
      .array(z.object({ signal: z.string(), worth: z.number(), by: z.string().optional() }))
      .describe('signals that would change the points; of those that go by an amount, the most that they can be worth'),
  }),
  profile: z.array(
    z.object({
      kind: z.enum(['tier', 'persona', 'negative']),
      name: z.string(),
      matched: z.boolean(),
      why: z.string(),
      checks: z.array(Check),
    }),
  ),
  now: z
    .object({ total: z.number(), fit: z.number(), engagement: z.number(), band: z.string() })
    .optional()
    .describe('what the same rules would give at this moment; absent when nothing has faded since'),
})

const To = z.union([
  z.object({ pool: z.string() }),
  z.object({ nurture: z.string() }),
  z.object({ disqualify: z.string() }),
])

const Route = z.object({
  name: z.string(),
  to: To,
  reason: z.string(),
  action: z.string().describe('what the decision did: assign, stay-with-sales, nurture, …'),
  sampled: z
    .object({ share: z.number() })
    .optional()
    .describe('it was drawn at random: this share of the leads of the route goes to sales all the same'),
  considered: z
    .array(z.object({ route: z.string(), matched: z.boolean(), why: z.string(), checks: z.array(Check) }))
    .describe('every route up to the one that matched'),
})

const Rotation = z.object({
  rep: z.string().nullable().describe('null: nobody was available'),
  pool: z.string(),
  why: z.enum(CHOSEN_BY).optional().describe('by which rule the rep was chosen; absent in older decisions'),
  keptOwner: z.boolean().describe('the rep has the lead as its owner in HubSpot, which takes no turn'),
  pools: z.array(
    z.object({
      pool: z.string(),
      members: z.array(
        z.object({
          rep: z.string(),
          weight: z.number(),
          turns: z.number().describe('leads taken, and given up while away, at this weight'),
          share: z.number().describe('turns ÷ weight: the least comes first, then the longest wait'),
          lastLeadAt: Instant.nullable(),
          skipped: z.string().nullable().describe('why this member could not take the lead'),
          chosen: z.boolean(),
        }),
      ),
    }),
  ),
})

const For = z.string().optional().describe('the rep who is away and stays the owner: this one stands in')

const Assignment = z.object({
  handoff: z.string(),
  rep: z.string(),
  pool: z.string(),
  how: z.string(),
  since: Instant,
  for: For,
  holders: z.array(
    z.object({
      rep: z.string(),
      how: z.string(),
      since: Instant,
      by: z.string().optional(),
      for: For,
      toldAt: Instant.optional().describe('when Slack took the alert to them'),
      unreachableSince: Instant.optional().describe('when Slack said that they cannot be reached'),
    }),
  ),
})

const Clock = z.object({
  handoff: z.string(),
  kind: z.string(),
  status: z.enum(HANDOFF_STATUSES),
  hours: z.enum(['business', 'elapsed']),
  calendar: z.string().nullable(),
  timeZone: z.string(),
  startedAt: Instant,
  dueAt: Instant.nullable().describe('null while nobody has it'),
  counted: z
    .array(z.object({ from: Instant, to: Instant, minutes: z.number() }))
    .describe('the open hours between start and deadline, which add up to the time allowed'),
  arithmetic: z.string(),
  breachedAt: Instant.optional(),
  ...DELIVERY,
  ladder: z.array(z.object({ do: z.string(), dueAt: Instant, doneAt: Instant.optional() })),
  about: z.string().optional().describe('the deal that it is about'),
  steps: z
    .array(
      z.object({
        step: z.string(),
        dueAt: Instant,
        state: z
          .enum([...STEP_RESULTS, 'to come', 'paused', 'over'])
          .describe('yes and no: whether its condition held; gone: the config has no such step any more'),
        doneAt: Instant.optional(),
      }),
    )
    .optional()
    .describe('its dated steps'),
  stepsPausedAt: Instant.optional(),
  answered: z
    .object({
      at: Instant,
      how: z.string(),
      by: z.string().optional(),
      rep: z.string().optional().describe('who had it then, where another rep has it by now'),
      evidence: z.enum(EVIDENCE).optional().describe('what shows it in HubSpot; unclear: nobody can tell who acted'),
      minutes: z.number(),
    })
    .optional()
    .describe("the rep's first response, by its own time"),
  ended: z
    .object({ at: Instant, how: z.enum(ENDINGS), by: z.string().optional(), reason: z.string().optional() })
    .optional(),
  tryUntil: Instant.optional().describe('after a response: until when the rep tries to reach the lead'),
  attempts: z.object({ made: z.number(), of: z.number() }).optional().describe('how many were made, of how many'),
})

const TriggerState = z.object({
  name: z.string(),
  owner: z.string().optional().describe('who answers for the rule'),
  once: z.enum(OCCASIONS).describe('how often it fires for one lead'),
  holds: z.enum(['true', 'false', 'unknown']).describe('its condition, at this moment'),
  why: z.string(),
  checks: z.array(Check),
  firedAt: Instant.optional().describe('when it last fired'),
  waits: z.string().optional().describe('why it does not fire now'),
  followUpAt: z.array(Instant).optional().describe('when what follows it is due'),
  mayHoldAt: Instant.optional().describe(
    'when its condition may come to hold although nothing happens, such as a silence',
  ),
})

const View = z.object({
  id: z.string(),
  configVersion: z.string().describe('the config version of the latest decision'),
  doubt: z
    .string()
    .optional()
    .describe(
      'there when the decision cannot be computed again exactly, and why; absent: what follows is what was decided',
    ),
  decision: z.object({
    number: z.int().describe('decisions of a lead count from 1'),
    at: Instant,
    latest: z.boolean(),
  }),
  state: z.object({
    missingSince: Instant.optional().describe('HubSpot no longer has the contact'),
    mergedInto: z.string().optional().describe('the contact that this one was merged into'),
    needsReview: z.boolean(),
    missing: z.array(z.string()).describe('attributes that sales needs and nobody knows'),
    waitingSince: Instant.optional().describe('nobody of its pool was available, or `heldFor` is missing'),
    heldFor: z.array(z.string()).optional().describe('it waits until this is known, or somebody assigns it'),
    ended: z
      .object({ at: Instant, how: z.enum(ENDINGS) })
      .optional()
      .describe('how the last handoff with sales ended; it stands until the lead is routed anew'),
    stage: z
      .object({ name: z.enum(STAGE_NAMES), since: Instant })
      .optional()
      .describe('the stage that it is in'),
    returning: Instant.optional().describe('since when it is back after a person had taken it out'),
    stageSetBack: Instant.optional().describe('since when a stage stands that somebody set back; later news lifts it'),
    notEnrolled: z.string().optional().describe('why the contact is in no nurture track although its route says so'),
    refused: z
      .array(z.object({ property: z.string(), code: z.string().describe("HubSpot's code") }))
      .optional()
      .describe('what HubSpot did not take; everything else is written'),
    adopted: z
      .object({ at: Instant })
      .optional()
      .describe('known to HubSpot before Baton came: left alone until it does something new'),
    archived: z
      .object({ at: Instant, by: z.string() })
      .optional()
      .describe('nothing is done about it until it does something new; by: the rule that says so'),
    track: z
      .object({
        name: z.string().describe('the nurture track that it is in; empty: none'),
        base: z.string().optional().describe('the track of its route'),
        enrolled: z
          .object({
            track: z.string(),
            by: z.string(),
            at: Instant,
            until: Instant.optional(),
            untilSignal: z.string().optional(),
          })
          .optional()
          .describe('a rule has taken over until then'),
        paused: z.object({ by: z.string(), at: Instant }).optional(),
      })
      .optional()
      .describe('when rules have a hand in it'),
    rejected: z.object({ by: z.string(), reason: z.string(), at: Instant }).optional(),
    wakeAt: Instant.nullable().describe('when it is looked at without an event'),
    fadesAt: Instant.optional().describe('when its score is computed again before that, because it moves by itself'),
  }),
  attributes: z.record(z.string(), z.object({ value: Value, source: z.string() })),
  enrichment: z.record(
    z.string(),
    z.object({ status: z.string(), at: Instant, why: z.string().optional().describe('why it was not asked') }),
  ),
  score: Score,
  route: Route.describe('where the rules send the lead by this decision'),
  standing: z
    .object({ name: z.string(), to: To, reason: z.string(), since: Instant })
    .describe('where the lead stands now: a lead that a rep has stays, whatever its route would be'),
  rotation: Rotation.nullable().describe('who was considered when a rep was last looked for'),
  assignment: Assignment.nullable(),
  clock: Clock.nullable().describe('of the newest handoff with sales'),
  otherHandoffs: z.array(Clock).describe('the others that are kept, the newest first'),
  triggers: z.array(TriggerState).describe('every trigger, by what is known of the lead at this moment'),
  history: z
    .array(
      z.object({
        at: Instant,
        what: z.string(),
        decision: z.int().optional(),
        config: z.string().optional(),
        text: z.string(),
      }),
    )
    .describe('oldest first, the last 100 lines'),
})

/** The whole view; the example is a real one. */
export const LeadView = View.meta({ id: 'Lead', examples: [example as unknown as z.output<typeof View>] })
export type LeadView = z.output<typeof LeadView>
