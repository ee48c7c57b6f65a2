import { type Handoff, heldFor, holderOf, isHeld } from '../handoffs/handoff.ts'
import { SLA_STATUSES, slaStatus } from '../handoffs/status.ts'
import { BANDS } from '../rules/score.ts'
import { STAGE_NAMES } from '../rules/stages.ts'
import { iso, plain } from '../rules/words.ts'
import { type LeadRecord, stageOf } from './lead.ts'
import { mirrorHandoffs, mirrorSignals } from './mirror.ts'
import { readInstant } from './observe.ts'
import { lifecycleFor, stageNow } from './stages.ts'
import { trackOf } from './tracks.ts'

/** What a property says, from the lead, its newest handoff with sales, and all of them. An empty text clears it. */
type Value = (lead: LeadRecord, handoff: Handoff | undefined, handoffs: readonly Handoff[]) => string

/** What stands as the route of a lead that a person took out. */
export const PERSONS_ROUTE = 'disqualified-by-person'
/** What stands as the route of an archived lead. */
export const ARCHIVED_ROUTE = 'archived'

interface PropertyRow {
  /** Its internal name in HubSpot, unless hubspot.yaml gives another. */
  name: string
  label: string
  description: string
  /** A list is a choice between values. Texts that ops name themselves (routes, tracks) stay free text. */
  type: 'number' | 'text' | 'long text' | 'datetime' | 'boolean' | readonly string[]
  /** A change of it alone is no reason to write, so that our own webhooks come to rest. */
  quiet?: true
  value: Value
}

// A person's word stands beside the route, unless the rules say no as well.
const personsWord = ({ rejected, route }: LeadRecord) =>
  rejected && !('disqualify' in route.to) ? rejected : undefined

const archivedReason = ({ archived }: LeadRecord) =>
  archived && `archived by ${archived.by.what} ${archived.by.name}: left alone until it does something new`

// Nobody is free: the clock has not begun, so that no deadline says it.
const waitsSince = (handoff: Handoff | undefined) =>
  handoff?.state === 'waiting' ? `; waits for ${waitsFor(handoff)} since ${iso(handoff.startedAt)}` : ''

const waitsFor = (handoff: Handoff) => heldFor(handoff).join(', ') || 'a rep'

/** Every property that Baton writes to a contact: a row is all that a new one takes. */
export const PROPERTIES = {
  score: {
    name: 'baton_score',
    label: 'Baton score',
    description: 'Fit plus engagement, 0 to 100.',
    type: 'number',
    value: ({ score }) => String(score.total),
  },
  fitScore: {
    name: 'baton_fit_score',
    label: 'Baton fit score',
    description: 'How well the contact fits the ideal customer profile.',
    type: 'number',
    value: ({ score }) => String(score.fit),
  },
  engagementScore: {
    name: 'baton_engagement_score',
    label: 'Baton engagement score',
    description: 'How interested the contact is now; it fades with time.',
    type: 'number',
    value: ({ score }) => String(score.engagement),
  },
  band: {
    name: 'baton_band',
    label: 'Baton band',
    description: 'The band that the score is in.',
    type: BANDS,
    value: ({ score }) => score.band,
  },
  icpTier: {
    name: 'baton_icp_tier',
    label: 'Baton ICP tier',
    description: 'The tier of the ideal customer profile; empty for none.',
    type: 'number',
    value: ({ score }) => (score.tier === undefined ? '' : String(score.tier)),
  },
  stage: {
    name: 'baton_stage',
    label: 'Baton stage',
    description: 'The stage of the contact; HubSpot has no word for disqualified and recycled.',
    type: STAGE_NAMES,
    value: (lead) => stageNow(lead),
  },
  route: {
    name: 'baton_route',
    label: 'Baton route',
    description: 'The route in routing.yaml that matched.',
    type: 'text',
    value: (lead) => (lead.archived ? ARCHIVED_ROUTE : personsWord(lead) ? PERSONS_ROUTE : lead.route.name),
  },
  routeReason: {
    name: 'baton_route_reason',
    label: 'Baton route reason',
    description: 'Why the contact went there.',
    type: 'text',
    value: (lead, handoff) =>
      archivedReason(lead) ?? personsWord(lead)?.reason ?? `${lead.route.reason}${waitsSince(handoff)}`,
  },
  slaStatus: {
    name: 'baton_sla_status',
    label: 'Baton SLA status',
    description: 'Where the response clock stands.',
    type: SLA_STATUSES,
    value: (_, handoff) => slaStatus(handoff),
  },
  slaDueAt: {
    name: 'baton_sla_due_at',
    label: 'Baton SLA due at',
    description: 'Until when sales should respond.',
    type: 'datetime',
    value: (_, handoff) => (handoff?.state === 'open' && handoff.dueAt !== null ? iso(handoff.dueAt) : ''),
  },
  firstResponseMinutes: {
    name: 'baton_first_response_minutes',
    label: 'Baton first response minutes',
    description: 'Minutes of the clock until the first response.',
    type: 'number',
    value: (_, handoff) => (handoff?.answered ? String(handoff.answered.minutes) : ''),
  },
  nurtureTrack: {
    name: 'baton_nurture_track',
    label: 'Baton nurture track',
    description: 'Workflows listen to this to enrol the contact.',
    type: 'text',
    value: (lead, handoff) => trackOf(lead, handoff).name,
  },
  needsReview: {
    name: 'baton_needs_review',
    label: 'Baton needs review',
    description: 'Enrichment failed, or sales misses something about the contact.',
    type: 'boolean',
    value: ({ needsReview }) => String(needsReview),
  },
  disqualifiedReason: {
    name: 'baton_disqualified_reason',
    label: 'Baton disqualified reason',
    description: 'Why the contact is out.',
    type: 'text',
    value: (lead) =>
      (lead.rejected?.explained ? lead.rejected : personsWord(lead))?.reason ??
      ('disqualify' in lead.route.to ? lead.route.to.disqualify : ''),
  },
  scoredAt: {
    name: 'baton_scored_at',
    label: 'Baton scored at',
    description: 'When the score was worked out.',
    type: 'datetime',
    quiet: true,
    value: ({ score }) => iso(score.at),
  },
  configVersion: {
    name: 'baton_config_version',
    label: 'Baton config version',
    description: 'The version of the config that decided.',
    type: 'text',
    quiet: true,
    value: ({ configVersion }) => configVersion,
  },
  signals: {
    name: 'baton_signals',
    label: 'Baton signals',
    description: 'What the contact did and when, from which Baton rebuilds its memory. Leave it as it is.',
    type: 'long text',
    value: (lead) => mirrorSignals(lead),
  },
  handoffs: {
    name: 'baton_handoffs',
    label: 'Baton handoffs',
    description: 'Who has the contact and until when, from which Baton rebuilds its clocks. Leave it as it is.',
    type: 'long text',
    value: (lead, _, handoffs) => mirrorHandoffs(lead, handoffs),
  },
} as const satisfies Record<string, PropertyRow>

/** A property that Baton writes, by Baton's own name for it. */
export type WrittenProperty = keyof typeof PROPERTIES
/** The names in HubSpot of the properties that Baton writes (`config/hubspot.yaml`, `properties`). */
export type PropertyNames = Record<WrittenProperty, string>

/** What a contact shows of them. */
export type Shown = Partial<Record<WrittenProperty, string>>

const ROWS = Object.entries(PROPERTIES) as [WrittenProperty, PropertyRow][]

/** Among what is known to be written: since when somebody writes. */
export const WRITING = '~'
/** Starts, among what is known to be written, the name of a property that HubSpot did not take. */
export const REFUSED = '!'

/** What HubSpot should say of a lead. All values are text, as HubSpot wants them; an empty text clears a property. */
export function crmProperties(
  lead: LeadRecord,
  handoff: Handoff | undefined,
  names: PropertyNames,
  ownerIds: Record<string, string>,
  handoffs: readonly Handoff[] = handoff ? [handoff] : [],
): Record<string, string> {
  // What rules set comes first: of a name that Baton writes itself its own value stands.
  const properties: Record<string, string> = { ...lead.tags }
  Object.assign(
    properties,
    Object.fromEntries(ROWS.map(([key, { value }]) => [names[key], value(lead, handoff, handoffs)])),
  )
  const holder = handoff && isHeld(handoff) ? holderOf(handoff) : undefined
  // Whoever stands in is not the owner, and an owner whom a person cleared stays cleared.
  const owner = holder && !holder.for && !holder.unowned ? ownerIds[holder.rep] : undefined
  if (owner) properties.hubspot_owner_id = owner
  const lifecycle = lead.adopted ? undefined : lifecycleFor(stageNow(lead), stageOf(lead.attributes))
  if (lifecycle) properties.lifecyclestage = lifecycle
  return properties
}

/** Whether two values of a property are the same to HubSpot, which gives back numbers and instants in its own way. */
export function sameValue(type: PropertyRow['type'], a: string, b: string): boolean {
  if (a === b) return true
  if (a.trim() === '' || b.trim() === '') return a.trim() === b.trim()
  if (type === 'number') return Number(a) === Number(b)
  if (type === 'datetime') return readInstant(a) === readInstant(b)
  if (type === 'boolean') return a.toLowerCase() === b.toLowerCase()
  return (
    (type === 'text' || type === 'long text') && a.replaceAll('\r\n', '\n').trim() === b.replaceAll('\r\n', '\n').trim()
  )
}

/**
 * What has to be written: the values that differ from those that HubSpot is known to have, or of which nothing is known;
 * nothing when only quiet ones differ.
 */
export function changedProperties(
  wanted: Record<string, string>,
  written: Record<string, string>,
  names: PropertyNames,
): Record<string, string> {
  // Where nothing is known to be written an empty value is written too: HubSpot may hold an old one.
  const rows = new Map(ROWS.map(([key, row]) => [names[key], row]))
  const changed = Object.entries(wanted).filter(([name, value]) => {
    const known = written[name]
    return known === undefined || !sameValue(rows.get(name)?.type ?? 'text', known, value)
  })
  const isQuiet = ([name]: [string, string]) => rows.get(name)?.quiet === true && written[name] !== undefined
  return changed.every(isQuiet) ? {} : Object.fromEntries(changed)
}

/** A disqualification for people: the modal's reason and the rep's note. */
export function rejectionText(reason: string, note: string | undefined): string {
  return note ? `${plain(reason)}: ${note}` : plain(reason)
}
