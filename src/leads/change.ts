import { z } from 'zod'
import type { RepRequest } from '../handoffs/choice.ts'
import type { CrmNote } from '../handoffs/crm-note.ts'
import { DealContext } from '../handoffs/deal.ts'
import type { Handoff } from '../handoffs/handoff.ts'
import type { Handover } from '../handoffs/handover.ts'
import type { HandoffsConfig } from '../handoffs/kinds.ts'
import type { Notice } from '../handoffs/notice.ts'
import type { Post, PostedMessage } from '../handoffs/posts.ts'
import type { Turn } from '../handoffs/rotation.ts'
import type { Team } from '../handoffs/team.ts'
import { type Attributes, Signal } from '../rules/attributes.ts'
import type { Trigger } from '../rules/triggers.ts'
import type { Account } from './account.ts'
import type { DealAttribution } from './deal-attribution.ts'
import type { Decision, DecisionConfig, Standing } from './decision.ts'
import type { FormQuestion, FormSent } from './forms.ts'
import type { HistoryEntry, KeptDecision, RepChoice } from './history.ts'
import type { EnrichmentStatus, LeadRecord } from './lead.ts'
import type { Contact, HubSpotMapping, Properties, PropertyHistory } from './observe.ts'
import type { PropertyNames } from './properties.ts'
import type { StageMove } from './stages.ts'
import type { Shadowed } from './verdict.ts'

/** What came in about a lead and has not been dealt with. `email` is set while only the address of a signal's contact is known. */
export const InboxItem = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('event'),
    event: z.string(),
    at: z.number(),
    receivedAt: z.number().optional(),
    portalId: z.string().optional(),
    /** Of a merge, for a contact that is missing since: the one that lives on. */
    survivor: z.string().optional(),
    /** Of a merge, for the one that lives on: the others. */
    merged: z.array(z.string()).optional(),
  }),
  z.object({
    kind: z.literal('signal'),
    signal: Signal,
    receivedAt: z.number(),
    email: z.string().optional(),
    /** Of the stage of a deal: what HubSpot says of it, for a handoff that begins by it. */
    deal: DealContext.optional(),
  }),
])
export type InboxItem = z.output<typeof InboxItem>

/** The part of the config that decides about leads. */
export interface NextConfig extends DecisionConfig {
  version: string
  rulesVersion: number
  team: Team
  handoffs: HandoffsConfig
  /**
   * Every type of signal that is known, with its words for people; `endsSilence: false` for one that is no act of interest.
   * `session`: it is a visit, and so many milliseconds without another sign of it end one.
   */
  signals: Record<
    string,
    {
      words: string
      /** The same for more than one, with `{count}` in it. */
      many?: string | undefined
      unit?: string | undefined
      by?: 'sales' | undefined
      endsSilence?: false | undefined
      session?: number | undefined
    }
  >
  triggers: Record<string, Trigger>
  /** The questions that forms ask, by name. */
  forms: Record<string, FormQuestion[]>
  /** What moves a lead to another stage by itself. */
  moves: StageMove[]
  hubspot: HubSpotMapping & { properties: PropertyNames; dealAttribution: DealAttribution }
  /** The `hubspot.<property>` attributes that some condition asks for, and the properties that are read. */
  reads: { raw: readonly string[]; contact: readonly string[]; company: readonly string[] }
}

/** A lead as it stands, with everything that was gathered about it from Baton's own store. */
export interface LeadState {
  id: string
  lead: LeadRecord | null
  /** Its handoffs that are kept, by id. */
  handoffs: Record<string, Handoff>
  /** The messages that Slack has, by the id of their post. */
  messages: Record<string, PostedMessage>
  inbox: InboxItem[]
  /** What HubSpot last confirmed. */
  written: Record<string, string>
  /** Of one that is not known: what was known of it while Baton only observed. */
  before?: LeadRecord | undefined
  /** What would stand for the lead among the facts, if it is new. */
  freshPseudonym: string
}

/** The objects in which HubSpot keeps what people and leads did. */
export const ACTIVITY_TYPES = ['calls', 'emails', 'meetings', 'communications'] as const
export type ActivityType = (typeof ACTIVITY_TYPES)[number]

/** A call, mail, meeting or message of a contact: when it happened and was written down, in epoch milliseconds. */
export interface Activity {
  type: ActivityType
  /** HubSpot's own id of it; where it is not told, type and time stand for it. */
  id?: string
  at: number
  createdAt: number
  /** Those that say who acted. */
  properties: Properties
}

/** The newest activities of a contact, and the types that could not be read, for want of a scope. */
export interface Activities {
  found: Activity[]
  unread: ActivityType[]
}

/** A deal, as far as it says whose it is. */
export interface DealOwner {
  id: string
  ownerId?: string | undefined
}

/** What a lead's contact, its company and the enrichment providers say now. */
export interface Gathered {
  contact: Contact
  /** The portal that it was read from, as far as it is known. */
  portalId?: string | undefined
  company: Properties | null
  /** What outside providers found, and how each provider answered. */
  found: Attributes
  outcomes: Record<string, EnrichmentStatus>
  /** The values that properties had, of those that `historyNeeded` asks about. */
  history: PropertyHistory
  /** What people and the lead did, when it has to be known who acted. */
  activities?: Activities | undefined
  /** The contacts that were merged into this one, as they stood. */
  merging?: LeadState[] | undefined
  /** Its company as it was found by its domain: null when there is none, absent when nobody has looked. */
  account?: Account | null | undefined
  /** The deals that handoffs are about, or are to be. */
  deals?: readonly DealOwner[] | undefined
  /** It is a test of Baton: who gets its messages. */
  test?: { to: string } | undefined
}

/** Something that a lead's state may change by. */
export type Input =
  | { type: 'contact'; gathered: Gathered }
  | { type: 'missing'; movedTo?: string | undefined }
  /** `taken` are the messages that the other contact has by now. */
  | { type: 'merged'; into: string; taken: readonly string[] }
  | { type: 'click'; handoffId: string; by: string; does: Click }
  /** Somebody gives a lead that nobody has to a rep. */
  | { type: 'assign'; rep: string; by: string }
  | { type: 'due'; handoffId: string; gathered: Pick<Gathered, 'contact' | 'history' | 'activities'> | null }
  /** Slack took a message, or refused everybody who could have had it. */
  | { type: 'delivery'; post: Post; told?: string | undefined; refused: readonly string[] }
  /** Somebody opens a handoff of a kind by a button. */
  | { type: 'open'; kind: string; by: string }
  /** A rep has left the team. */
  | { type: 'left'; rep: string }
  /** Somebody decides about a lead that is stuck in its stage. */
  | { type: 'stuck'; by: string; does: StuckAct }
  /** `standing`: a decision of the past is asked for; `brief`: without what explains it, and when the lead was to be looked at next. `faded`: by the same rules, because its score moves by itself. */
  | { type: 'rescore'; standing?: Standing; brief?: true; faded?: true }
  | { type: 'erase' }

/** What the list of stuck leads offers for each. */
export const STUCK_ACTS = ['act', 'archive'] as const
export type StuckAct = (typeof STUCK_ACTS)[number]

/**
 * What somebody wants by a click, a command or a call of the API. `reason` is the text for people, `choice` the one of the form's
 * that it began with; `passOn`: to whom, whoever is next unless told, and a note for them; `holders`: how many had had it when it was
 * asked, so that it is passed on once.
 */
export type Click =
  | 'contacted'
  | 'attempt'
  | 'pass-on'
  | 'undo'
  | 'snooze'
  | 'reopen'
  | 'release'
  | { passOn: { to?: string | undefined; note?: string | undefined; holders?: number | undefined } }
  | { assign: { rep: string } }
  | { disqualify: { reason: string; choice: string } }
  /** Why the lead was taken out, of whoever was asked for it. */
  | { explains: { reason: string; choice: string } }
  | Press

/** A button of the handoff's kind, by its name, with the reason or the form that it asked for. */
export interface Press {
  button: string
  reason?: string | undefined
  choice?: string | undefined
  form?: FormSent | undefined
}

/** Who was chosen. `rep` is null when nobody is available anywhere. */
export type Choice = RepChoice & { assignmentId: string; turn?: Turn | undefined }

/**
 * What becomes of a lead. `commit` writes it all or nothing and derives indexes, facts and the work to hurry from it.
 * What is absent stays as it is.
 */
export interface Change {
  lead?: LeadRecord
  /** Those that changed or began. */
  handoffs: Handoff[]
  posts: Post[]
  history: HistoryEntry[]
  /** What managers have to hear, besides the messages of handoffs. */
  notices?: Notice[]
  /** What HubSpot's timeline of the contact is to say, each once. */
  crmNotes?: CrmNote[]
  /** The decision that was made, for the metrics; `kept` when it routed the lead. */
  decision?: { route: string; action: Decision['action']; standing: Standing; full: Decision }
  kept?: KeptDecision
  /** What the config said that runs beside the live one. */
  shadowed?: Shadowed
  /** What a route that only observes would have handed over. */
  observed?: Handover
  /** Messages that were taken over from contacts that were merged into this one. */
  messages?: Record<string, PostedMessage>
  /** What stood before, when it was rebuilt from HubSpot and not read: no fact is told twice. */
  rebuilt?: LeadState
  /** What is known to be in HubSpot from now on, when that is not what it was. */
  written?: Record<string, string>
  /** What HubSpot showed when it was read, when that is not what was known; it holds unless somebody wrote meanwhile. */
  shown?: Record<string, string>
  /** HubSpot is behind what the record says now. */
  toWrite: boolean
  /** What came in has been dealt with. */
  inboxDone?: true
  /** The contact has to be read: the lead goes through the main job. */
  refresh?: true
  /** The inbox is left as it is, and looked at again at this instant. */
  postponedUntil?: number
  /** What another lead has to hear before this is committed. */
  forward?: { to: string; items: InboxItem[] }
  /** The inbox can never be dealt with: why, for the dead letters. */
  givenUp?: string
  /** Whoever has read the lead before this, and found none, must not write it any more. */
  fence?: true
  /** No message shows what changed. */
  unseen?: true
  /** Nothing of the lead is kept. */
  erased?: true
}

/** What `next` answers: a change; a rep that has to be reserved first; or null when nothing changes. */
export type Next = Change | { wanted: RepRequest } | null
