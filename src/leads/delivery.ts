import { alertDelivered, holderRefused, isRefused } from '../handoffs/delivery.ts'
import { type Handoff, type HandoffEvent, holderOf } from '../handoffs/handoff.ts'
import type { Post } from '../handoffs/posts.ts'
import { MESSAGES } from '../handoffs/rungs.ts'
import type { Change, Input, LeadState, NextConfig } from './change.ts'
import { type Draft, draftOf } from './draft.ts'

/**
 * Slack took a message of a handoff, or refused it. Whom an alert reached has the lead from then on; who cannot be reached
 * loses it at once, and not for being silent. Null when that is no news.
 */
export function onDelivery(
  config: NextConfig,
  state: LeadState,
  { post, told, refused }: Extract<Input, { type: 'delivery' }>,
  now: number,
): Change | null {
  const handoff = state.handoffs[post.handoffId]
  if (!handoff || !state.lead) return null
  const draft = draftOf(config, state)
  switch (MESSAGES[post.kind]) {
    case 'rep': {
      if (told === undefined) return repRefused(handoff, post, refused, draft, now)
      const holder = post.kind === 'rep-alert' ? holderIn(handoff, post) : -1
      return changed(
        draft,
        handoff,
        alertDelivered(handoff, holder, config.team.calendars[handoff.calendar ?? ''], now),
      )
    }
    case 'manager':
      return changed(draft, handoff, managerAnswered(handoff, post, told, refused, now))
    case 'pool':
    case 'named':
      return null
  }
}

/** Whose alert a message is: their place among the holders, which its id names. */
function holderIn({ holders }: Handoff, { id, rep }: Post): number {
  const at = Number(/\.rep-alert-(\d+)$/.exec(id)?.[1] ?? 0) - 1
  return holders[at]?.rep === rep ? at : -1
}

function changed(draft: Draft, before: Handoff, after: Handoff): Change | null {
  if (after === before) return null
  draft.put(after)
  const steps = after.events.slice(before.events.length)
  const [first] = steps
  // That an alert was on its way stands in no message, and not in HubSpot, which keeps that one was refused.
  if (!first) return draft.change(undefined, isRefused(before) ? {} : { toWrite: false, unseen: true })
  draft.note({ at: first.at, what: 'delivery', steps })
  return draft.change(undefined)
}

function repRefused(
  handoff: Handoff,
  { kind, rep }: Post,
  refused: readonly string[],
  draft: Draft,
  now: number,
): Change | null {
  const holder = holderOf(handoff)
  // They have left the team: who leaves hands on what they have, and until then the ladder goes on.
  if (refused.length === 0 && handoff.state === 'open' && holder?.rep === rep && holder?.toldAt === null) {
    const { toldAt: _, ...rest } = holder
    return changed(draft, handoff, { ...handoff, holders: handoff.holders.with(-1, rest) })
  }
  if (handoff.state === 'open' && holder?.rep === rep) return changed(draft, handoff, holderRefused(handoff, now))
  if (kind === 'rep-alert' || kind === 'reminder') return null
  const step = 'its rep cannot be reached in Slack'
  draft.tell([{ who: 'manager', by: { what: 'handoff', name: handoff.kind, step }, buttons: [] }], { now })
  return draft.change(undefined)
}

// Who could not be told is said once; what was told to the manager beside the course of the handoff is no event of it.
function managerAnswered(
  handoff: Handoff,
  { kind }: Post,
  told: string | undefined,
  refused: readonly string[],
  now: number,
): Handoff {
  const known = handoff.events.flatMap(({ what, rep }) => (what === 'not-told' && rep !== undefined ? [rep] : []))
  const events: HandoffEvent[] = refused
    .filter((who) => !known.includes(who))
    .map((rep) => ({ at: now, what: 'not-told', rep }))
  if (told !== undefined && kind === 'manager-alert') events.push({ at: now, what: 'manager-told', rep: told })
  return events.length > 0 ? { ...handoff, events: [...handoff.events, ...events] } : handoff
}
