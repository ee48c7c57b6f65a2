import type { Handoff } from './handoff.ts'
import type { Button, HandoffKind } from './kinds.ts'
import { idOfOwner, memberOf } from './parties.ts'
import type { MESSAGES } from './rungs.ts'
import { offersSnooze } from './snooze.ts'
import { mayAct, type Team } from './team.ts'

/*
 * The buttons of a handoff: which are shown when, and who may press them.
 */

/** The buttons of a kind that names none. */
export const USUAL_BUTTONS: readonly Button[] = [
  { name: 'contacted', label: 'Contacted', act: 'answer', do: [] },
  { name: 'pass-on', label: 'Pass on', act: 'pass-on', do: [] },
  { name: 'disqualify', label: 'Disqualify', act: 'disqualify', do: [] },
  { name: 'explain', label: 'Why this score', act: 'explain', do: [] },
]

/**
 * The buttons that make sense now. While a handoff is open: all but those that come after the answer. Once it was answered: those
 * that can still settle it, or say that an attempt was made, with what tells of the lead; none when nothing can.
 */
export function buttonsNow(
  kind: Pick<HandoffKind, 'buttons'> | undefined,
  { state, attempts }: Pick<Handoff, 'state' | 'attempts'>,
): readonly Button[] {
  const all = kind?.buttons ?? USUAL_BUTTONS
  if (state === 'open') return all.filter(({ act, after }) => act !== 'attempt' && after === undefined)
  if (state !== 'answered') return []
  const later = all.filter(({ act, after }) => act !== 'attempt' && act !== 'pass-on' && (act !== 'answer' || after))
  const isSettled = !later.some(({ act }) => act === 'end' || act === 'answer')
  if (!attempts) return isSettled ? [] : later
  const own = all.filter(({ act }) => act === 'attempt')
  return [...(own.length > 0 ? own : [ATTEMPT]), ...later]
}

// Wherever attempts are asked for they can be said.
const ATTEMPT: Button = { name: 'attempt', label: 'Attempt made', act: 'attempt', do: [] }

const UNDO: Button = { name: 'undo', label: 'Undo', act: 'undo', do: [] }
const SNOOZE: Button = { name: 'snooze', label: 'On it, ask again in 30 min', act: 'snooze', do: [] }
const REOPEN: Button = { name: 'reopen', label: 'Reopen', act: 'reopen', do: [] }

/**
 * What a message offers besides the buttons of the kind, by who reads it: to take an answer back while that can be done, to put the
 * reader's own reminder off, and for managers to begin anew what was settled.
 */
export function standingButtons(handoff: Handoff, reader: (typeof MESSAGES)[keyof typeof MESSAGES]): readonly Button[] {
  const { state, ended } = handoff
  const isSettled = state === 'answered' || (state === 'ended' && ended?.how !== 'merged' && ended?.how !== 'missing')
  return [
    ...(handoff.undo && reader !== 'named' ? [UNDO] : []),
    ...(reader === 'rep' && offersSnooze(handoff) ? [SNOOZE] : []),
    ...(reader === 'manager' && isSettled && !handoff.undo ? [REOPEN] : []),
  ]
}

/** The usual manager of a handoff: the one that it names, or its pool's, or any. Somebody's id in team.yaml. */
export function managerIdOf(
  team: Team,
  { manager, pool }: { manager?: string | undefined; pool: string },
): string | undefined {
  return manager ?? team.pools[pool]?.manager ?? Object.keys(team.managers)[0]
}

/**
 * Whether a Slack user may act on a handoff: who has it, the members of its pools and its manager, and whoever its kind tells of it
 * by name. `ownerId`: the contact's owner in HubSpot.
 */
export function mayPress(
  team: Team,
  kind: Pick<HandoffKind, 'tells' | 'ladder'> | undefined,
  handoff: Handoff,
  ownerId: string | undefined,
  user: string,
): boolean {
  const holder = handoff.holders.at(-1)
  if (mayAct(team, user, holder?.rep ?? '', [handoff.pool, holder?.pool ?? handoff.pool])) return true
  const named = [...(kind?.tells ?? []), ...(kind?.ladder ?? []).flatMap(({ tell }) => tell ?? [])]
  const people = named.flatMap((name) => {
    if (team.pools[name]) return team.pools[name].members.map(({ rep }) => rep)
    return name === 'owner' ? (idOfOwner(team, ownerId) ?? []) : name
  })
  const all = [holder?.rep, managerIdOf(team, handoff), handoff.wantsReason?.of, ...people]
  return all.some((id) => id !== undefined && memberOf(team, id)?.slackUserId === user)
}
