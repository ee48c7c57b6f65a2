import { z } from 'zod'
import { ENDINGS } from '../handoffs/endings.ts'
import { Attributes, Signal } from '../rules/attributes.ts'
import { STAGE_NAMES } from '../rules/stages.ts'
import { Mail } from './bounces.ts'
import { LeadMarks } from './marks.ts'

/** The stages in which a lead is not yet with sales, in HubSpot's words; unset counts as the first. */
export const STAGES_BEFORE_MQL: readonly string[] = ['', 'subscriber', 'lead']

/** The stages in which sales has taken the lead as its own, in HubSpot's words. */
export const STAGES_OF_SALES: readonly string[] = ['salesqualifiedlead', 'opportunity', 'customer', 'evangelist']

/** A lead's name for people: first and last name, else a neutral word. Never the email address. */
export function displayName(attributes: Attributes): string {
  const parts = [attributes.firstName?.value, attributes.lastName?.value].filter(Boolean)
  return parts.length > 0 ? parts.join(' ') : 'Unnamed lead'
}

/** The lead's lifecycle stage in HubSpot's own words, in lower case; empty when none is set. */
export function stageOf(attributes: Attributes): string {
  return String(attributes.lifecycleStage?.value ?? '').toLowerCase()
}

/**
 * How an enrichment provider answered; `pending`: it was asked, and answers later. Not asked: `skipped`, the config does not let it be asked about such a contact;
 * `not-needed`, no answer would send the lead elsewhere; `over-budget`, it was asked as often as it may be in a day.
 */
const EnrichmentStatus = z.enum([
  ...['matched', 'not-found', 'rate-limited', 'failed', 'late', 'skipped', 'not-needed', 'over-budget'],
  'pending',
] as const)
export type EnrichmentStatus = z.output<typeof EnrichmentStatus>

/** Where a lead can be sent. */
export const Destination = z.union([
  z.object({ pool: z.string() }),
  z.object({ nurture: z.string() }),
  z.object({ disqualify: z.string() }),
])

/** A lead that was drawn for the sample of its route: the share of the route's leads that is. */
export const Sampled = z.object({ share: z.number() })

/** Where a lead was sent, as it stands. `reason` is what the CRM shows. */
const StandingRoute = z.object({
  name: z.string(),
  to: Destination,
  reason: z.string(),
  at: z.number(),
  sampled: Sampled.optional(),
})
export type StandingRoute = z.output<typeof StandingRoute>

/**
 * What became of a lead, the first of each kind with its instant: what calibration learns from. `minutes` until the
 * answer, in the clock's time; `reason` as a choice, never a person's own words.
 */
const Outcome = z.object({ at: z.number(), minutes: z.number().optional(), reason: z.string().optional() })

/** What can become of a lead: what people did, then the stages of HubSpot that count. */
export const OUTCOMES = [
  'answered',
  'passed-on',
  'disqualified',
  'returned',
  'salesqualifiedlead',
  'opportunity',
  'customer',
] as const
export type OutcomeName = (typeof OUTCOMES)[number]
/** When one of them came about, and what calibration learns from it. */
export type Outcome = z.output<typeof Outcome>

/**
 * What Baton keeps of a lead. HubSpot stays the truth for its own properties; `attributes` are what the last decision
 * used, `properties` and `company` the raw values that any rule names, `counters` the values from which the next signals
 * are found. Instants are epoch milliseconds.
 */
export const LeadRecord = LeadMarks.extend({
  v: z.literal(2),
  id: z.string(),
  portalId: z.string().optional(),
  /** Stands for the lead among the facts; it is not derived from the id, so that erasing the lead cuts the link. */
  pseudonym: z.string(),
  createdAt: z.number(),
  /** It is a test of Baton and no lead: it counts nowhere, and this Slack user or channel gets its messages. */
  test: z.object({ to: z.string() }).optional(),
  /** Since when Baton knows it: silence is counted from then at the earliest. Absent in older records. */
  knownSince: z.number().optional(),
  attributes: Attributes,
  /** When a value of it was another one last than at the read before. Absent: never, or in older records. */
  changedAt: z.number().optional(),
  properties: z.record(z.string(), z.string()),
  company: z.record(z.string(), z.string()).nullable(),
  /** The version of the config by which the contact was last read; null: older than this record, so too little is known. */
  readBy: z.string().nullable(),
  counters: z.record(z.string(), z.string().nullable()),
  signals: z.array(Signal),
  /** Its mails that came back, if any did. */
  mail: Mail.optional(),
  pages: z.object({ views: z.number().optional(), last: z.string().optional() }),
  enrichment: z.record(z.string(), z.object({ status: EnrichmentStatus, at: z.number() })),
  missing: z.array(z.string()),
  needsReview: z.boolean(),
  score: z.object({
    total: z.number(),
    /** Points that every lead has; absent: none. */
    base: z.number().optional(),
    fit: z.number(),
    engagement: z.number(),
    band: z.string(),
    mql: z.boolean(),
    tier: z.number().optional(),
    at: z.number(),
    reasons: z.array(z.string()),
  }),
  route: StandingRoute,
  /** When the lead is looked at without an event: its band falls, its route says so, or a pool is tried again. */
  wakeAt: z.number().nullable(),
  /** When its score is computed again, because it moves by itself; null: never, or `wakeAt` comes first. Absent in older records. */
  fadesAt: z.number().nullable().optional(),
  /** The latest handoff of each kind, and how many there were of all. */
  handoffs: z.record(z.string(), z.string()),
  handoffCount: z.number(),
  /** How the last handoff with sales ended, until the lead is routed anew; `cooled`: since, no route to sales took it; `rests`: a person gave it back. */
  ended: z
    .object({
      how: z.enum(ENDINGS),
      at: z.number(),
      cooled: z.literal(true).optional(),
      rests: z.literal(true).optional(),
    })
    .optional(),
  /** A person took the lead out; their word stands until the lead raises its hand. `status` when they set it in HubSpot. */
  rejected: z
    .object({
      by: z.string(),
      reason: z.string(),
      /** The reason as a choice, without a person's own words; absent in older records. */
      choice: z.string().optional(),
      at: z.number(),
      status: z.string().optional(),
      /** Somebody was asked for the reason, and has said it: it stands before whatever the rules say. */
      explained: z.literal(true).optional(),
    })
    .optional(),
  /** Known to HubSpot before Baton came, and since when to Baton: left alone until it does something new. `band` was its own. */
  adopted: z
    .object({
      at: z.number(),
      band: z.string(),
      /** It was observed before Baton went live: what it did until then is known, and no news. */
      observed: z.literal(true).optional(),
    })
    .optional(),
  /** By which route, that only observes, it would have been handed over last, and when; '' once it stands elsewhere. How often. */
  observed: z.object({ route: z.string(), at: z.number(), count: z.number() }).optional(),
  /** The lead status that the lead overruled by coming back: it counts as unknown until it changes. */
  overruledStatus: z.string().optional(),
  /** Somebody set the life cycle stage back from MQL: since when it stands, and the fit of then. Later news lifts it. */
  stageSetBack: z.object({ at: z.number(), fit: z.number() }).optional(),
  /** Nobody reached the lead: this owner, whom Baton gave it, is to be cleared in HubSpot. */
  ownerReleased: z.string().optional(),
  /** A person gave the lead back: the owner whom Baton gave it by this handoff is to be cleared, if HubSpot still shows them. */
  releasing: z.string().optional(),
  /**
   * The life cycle stage to which an answer had moved it that was taken back, and the one before. `shown`: HubSpot shows that it is still
   * as Baton set it, so it is set back.
   */
  lifecycleTakenBack: z.object({ is: z.string(), was: z.string(), shown: z.literal(true).optional() }).optional(),
  /** Since when HubSpot has no such contact: nothing is written to it. */
  missingSince: z.number().optional(),
  mergedInto: z.string().optional(),
  /** The contacts that were merged into this one. */
  merged: z.array(z.string()).optional(),
  outcomes: z.partialRecord(z.enum(OUTCOMES), Outcome),
  /** Since when it is back: a person had taken it out and it raised its hand. Until its next handoff with sales is over. */
  returning: z.object({ at: z.number() }).optional(),
  /** The stage that the lead is in, and since when. Absent in older records. */
  stage: z.object({ name: z.enum(STAGE_NAMES), since: z.number() }).optional(),
  /** What sales said of it in forms, by property of HubSpot; an empty text: unknown. `isNew`: HubSpot lacks it. */
  answers: z
    .record(
      z.string(),
      z.object({ value: z.string(), by: z.string(), at: z.number(), isNew: z.literal(true).optional() }),
    )
    .optional(),
  configVersion: z.string(),
  /** Stands for the rules that scored it, so that leads can be found which other rules scored. */
  rulesVersion: z.number(),
  /** How many decisions stand in the history: the number of the latest one. */
  decisions: z.number(),
})
export type LeadRecord = z.output<typeof LeadRecord>

/** Whether HubSpot has the contact as one of its own still: neither deleted nor merged into another. */
export function isInHubSpot({ missingSince, mergedInto }: Pick<LeadRecord, 'missingSince' | 'mergedInto'>): boolean {
  return missingSince === undefined && mergedInto === undefined
}
