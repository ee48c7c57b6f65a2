/*
 * The actions that a rung of a ladder can take. A new action is one row here and its words in `messages/words.ts`: the
 * config, the stored records, the ladder and the facts read this table, and the compiler asks for the words.
 */

/** Who reads each kind of message. Every kind follows the state of its handoff. */
export const MESSAGES = {
  'rep-alert': 'rep',
  'pool-alert': 'pool',
  reminder: 'rep',
  'attempts-reminder': 'rep',
  'manager-alert': 'manager',
  'hot-alert': 'manager',
  'nobody-available': 'manager',
  'owner-refused': 'manager',
  'reason-asked': 'rep',
  told: 'named',
} as const satisfies Record<string, 'rep' | 'pool' | 'manager' | 'named'>
export type MessageKind = keyof typeof MESSAGES

/** What an action may do to the handoff whose rung is due. `rep` holds it now. */
export interface Step {
  rep: string
  /** Notes the action's event, about a rep if one is concerned. */
  note(rep?: string, detail?: string): void
  /** Whom the rung names, to be told. */
  tellNamed(): void
  /** Ends the handoff as the rung says. */
  end(): void
  /** Tells somebody; several overdue steps are told in one message for each reader. */
  tell(kind: MessageKind): void
  /** Gives the lead to the next rep, or tells the manager when nobody is left. */
  move(): void
}

/** One action: the event that the handoff notes, the fact that reports count, and whether it takes another rep. */
interface RungRow {
  event: string
  fact: string
  wantsRep: boolean
  take(step: Step): void
}

/** The detail of a telling that is due: Slack has not taken it yet. An older version noted it as done. */
export const TO_BE_TOLD = 'due'

/** Every action, by its name in `handoffs.yaml`. */
export const RUNGS = {
  remind: {
    event: 'reminded',
    fact: 'reminded',
    wantsRep: false,
    take(step) {
      step.note(step.rep)
      step.tell('reminder')
    },
  },
  reassign: { event: 'reassigned', fact: 'reassigned', wantsRep: true, take: (step) => step.move() },
  'alert-manager': {
    event: 'manager-alerted',
    fact: 'escalated',
    wantsRep: false,
    take(step) {
      step.note(undefined, TO_BE_TOLD)
      step.tell('manager-alert')
    },
  },
  tell: { event: 'told', fact: 'escalated', wantsRep: false, take: (step) => step.tellNamed() },
  end: { event: 'time-up', fact: 'ended', wantsRep: false, take: (step) => step.end() },
} as const satisfies Record<string, RungRow>

/** What a rung does when nobody has responded. */
export type RungAction = keyof typeof RUNGS
/** The actions by name, for schemas. */
export const RUNG_ACTIONS = Object.keys(RUNGS) as [RungAction, ...RungAction[]]
/** What a handoff notes when a rung was taken. */
export type RungEvent = (typeof RUNGS)[RungAction]['event']
/** The events by name, for schemas. */
export const RUNG_EVENTS = Object.values(RUNGS).map(({ event }) => event) as [RungEvent, ...RungEvent[]]
