import type { Condition } from '../rules/condition.ts'
import type { Outcome, Party } from '../rules/outcomes.ts'
import type { Stage } from '../rules/stages.ts'
import type { Ending } from './endings.ts'
import type { RungAction } from './rungs.ts'

/** A span of time as the config writes it: exact milliseconds, or business days of the rep's calendar (`5bd`). */
export type Duration = { ms: number } | { businessDays: number }

/**
 * What follows an answer: how often and how long the rep tries, how long before the end they are reminded, what shows that the
 * lead was reached, and if it was not, the track, and whether its owner in HubSpot is cleared.
 */
export interface Attempts {
  count: number
  within: Duration
  remind?: Duration | undefined
  answered: Condition
  then: { nurture: string }
  owner?: 'keep' | 'release' | undefined
}

/**
 * What starts a handoff by itself: a new signal of a type, a stage that the lead reaches, a lead status or the stage of a deal
 * that is set in HubSpot, a person who takes the lead out.
 */
export type Start =
  | { signal: string }
  | { stage: Stage }
  | { leadStatus: string[] }
  | { dealStage: string[] }
  | { disqualifiedBy: 'person' }

/** What a button does: it answers the handoff, counts an attempt, passes it on, asks for a reason and takes the lead out, explains the score, or ends the handoff. */
export const BUTTON_ACTS = ['answer', 'attempt', 'pass-on', 'disqualify', 'explain', 'end'] as const
/** What messages offer besides, by how a handoff stands: to take an answer back, to put a reminder off, to begin anew. */
const STANDING_ACTS = ['undo', 'snooze', 'reopen'] as const
export type ButtonAct = (typeof BUTTON_ACTS)[number] | (typeof STANDING_ACTS)[number]

/**
 * A button in the messages of a handoff. `ending`: how it ends by it. `after`: it is shown once the handoff was answered, and
 * not before. `reasons`: one of them is asked for; `form`: the questions of that form (`stages.yaml`) are.
 */
export interface Button {
  name: string
  label: string
  act: ButtonAct
  ending?: Ending | undefined
  after?: 'answer' | undefined
  reasons?: string[] | undefined
  form?: string | undefined
  do: Outcome[]
}

/** A rung as the config has it. `tell` and `end` say whom or how, for the actions of these names. */
export interface LadderRung {
  at: Duration
  do: RungAction
  tell?: string | undefined
  end?: Ending | undefined
}

/**
 * A dated step after the start, whether the handoff was answered or not: what is done when its condition holds, and else.
 * `skippedBy`: signals after which it is needless.
 */
export interface Step {
  name: string
  at: Duration
  when?: Condition | undefined
  do: Outcome[]
  else: Outcome[]
  skippedBy: string[]
}

/**
 * The dated steps of a kind. Signals pause and resume all that are to come, which then move by the length of the pause; a
 * signal or a condition finishes them early.
 */
export interface Steps {
  list: Step[]
  pausedBy: string[]
  resumedBy: string[]
  finishedBySignals: string[]
  finishedBy?: Condition | undefined
}

/**
 * A kind of handoff (`config/handoffs.yaml`). `withSales`: sales has the lead by it, and its holder becomes the contact's owner;
 * one at a time. `starts` is empty where routes, triggers or buttons open it. `to` is absent where a route names the pool.
 * `owner`: who answers for this rule. `tells`: who hears of its start besides the holder. `calendar`: whose hours count for a
 * holder who has none. `askReason`: of whom the reason is asked, when the lead was taken out without one. `done`: what shows in
 * HubSpot that it was answered. `on`: what follows its start, an answer or an ending. `shows`: the forms whose answers its
 * messages show.
 */
export interface HandoffKind {
  owner?: string | undefined
  withSales: boolean
  starts: Start[]
  to?: Party | undefined
  tells: string[]
  shows?: string[] | undefined
  respondWithin: Duration
  hours: 'business' | 'elapsed'
  calendar?: string | undefined
  askReason?: Party | undefined
  ladder: LadderRung[]
  attempts?: Attempts | undefined
  buttons: Button[]
  done?: Condition | undefined
  on: Partial<Record<Ending | 'started' | 'answered', Outcome[]>>
  steps?: Steps | undefined
}

/**
 * The monthly list of leads that have been `after` milliseconds in one of these stages, the most important first: who gets it,
 * on the first working day of which calendar (their own unless told), so many minutes after midnight; how many it shows; what its button Act does.
 */
export interface StuckConfig {
  owner?: string | undefined
  after: number
  stages: Stage[]
  tell: string
  calendar?: string | undefined
  minutes: number
  show: number
  act: Outcome[]
}

/** Every kind by name, how leads that are stuck are listed, and how many points of new signals bring back a lead whose handoff has ended. */
export interface HandoffsConfig {
  kinds: Record<string, HandoffKind>
  comesBack: { points: number; signals?: string[] | undefined }
  stuck?: StuckConfig | undefined
}
