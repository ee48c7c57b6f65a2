import { endHandoff, type Handoff, type Holder, holderOf } from '../handoffs/handoff.ts'
import { calendarFor } from '../handoffs/parties.ts'
import { repAlert, startPosts } from '../handoffs/posts.ts'
import { beginAnew } from '../handoffs/reopen.ts'
import { snooze } from '../handoffs/snooze.ts'
import { requestFor } from './assign.ts'
import type { Change, Next } from './change.ts'
import type { ClickInput } from './click-input.ts'
import { concluded } from './conclude.ts'
import { type Draft, draftOf } from './draft.ts'
import type { LeadRecord } from './lead.ts'
import { marksOf } from './marks.ts'
import { started } from './plans.ts'
import { withOutcome } from './record.ts'
import { isOpenBeside } from './refusal-of-act.ts'

/*
 * What people do to a handoff besides answering it: they pass it on, put its reminder off, give it to a rep, begin it anew, give it back.
 */

// Slack takes 3,000 characters in a section; a note is a line.
const LONGEST_NOTE = 300

/** The lead is to go to whoever is next, or whom somebody names, with a note for them. */
export function passOn(
  { config, state, lead, handoff, by, now }: ClickInput,
  { to, note, holders }: { to?: string | undefined; note?: string | undefined; holders?: number | undefined },
): Change | null {
  if (handoff.state !== 'open' || handoff.passOn || to === holderOf(handoff)?.rep) return null
  if (holders !== undefined && holders !== handoff.holders.length) return null
  const draft = draftOf(config, state)
  const said = note?.trim().slice(0, LONGEST_NOTE)
  draft.put({ ...handoff, passOn: { by, at: now, ...(to ? { to } : {}), ...(said ? { note: said } : {}) } })
  draft.note({ at: now, what: 'pass-on', by })
  const outcomes = withOutcome(lead.outcomes, 'passed-on', { at: now })
  return draft.change(outcomes === lead.outcomes ? undefined : { ...lead, outcomes })
}

/** The holder puts off their reminder. */
export function snoozed({ config, state, handoff, by, now }: ClickInput): Change | null {
  const after = snooze(handoff, by, now)
  if (!after) return null
  const draft = draftOf(config, state)
  draft.put(after)
  draft.note({ at: now, what: 'snoozed', by })
  return draft.change(undefined)
}

/**
 * The lead is given to a rep by name, whoever else could take it, and it is their turn: with the clock that runs, or with a new one
 * where it had stopped or not begun. Asks for them first.
 */
export function assign(click: ClickInput, rep: string): Next {
  const { config, state, handoff, by, now, reserved } = click
  if (!config.team.reps[rep]?.active) return null
  const isOver = handoff.state === 'answered' || handoff.state === 'ended'
  if (!isOver && holderOf(handoff)?.rep === rep && !handoff.passOn) return null
  if (isOver && isOpenBeside(state, handoff)) return null
  const draft = draftOf(config, state)
  draft.note({ at: now, what: 'assigned', by, reason: rep })
  if (handoff.state === 'open') {
    draft.put({ ...handoff, passOn: { by, at: now, why: 'assigned', to: rep } })
    return draft.change(undefined)
  }
  const assignmentId = `${handoff.id}-${handoff.holders.length + 1}`
  const choice = reserved[assignmentId]
  if (!choice) return { wanted: requestFor(config, { assignmentId, pool: handoff.pool, hadIt: [], named: rep }) }
  const holder = { rep, pool: choice.pool, how: 'assigned' as const, assignmentId, by }
  return begunAnew(click, draft, choice.turn ? { ...holder, turn: choice.turn } : holder)
}

/** A handoff that was answered or has ended begins anew, with whoever had it last. */
export function reopen(click: ClickInput): Change | null {
  const { config, state, handoff, by, now } = click
  const last = holderOf(handoff)
  const isOver = handoff.state === 'answered' || handoff.state === 'ended'
  if (!isOver || !last || isOpenBeside(state, handoff)) return null
  const draft = draftOf(config, state)
  draft.note({ at: now, what: 'reopened', by })
  const assignmentId = `${handoff.id}-${handoff.holders.length + 1}`
  return begunAnew(click, draft, { rep: last.rep, pool: last.pool, how: 'reopened', assignmentId, by })
}

// With a clock that starts now, in the calendar of who has it from now on.
function begunAnew(click: ClickInput, draft: Draft, holder: Omit<Holder, 'since'>): Change | null {
  const { config, state, lead, handoff, now } = click
  const kind = config.handoffs.kinds[handoff.kind]
  if (!kind) return null
  const name = calendarFor(config.team, holder.rep, kind)
  const calendar = name === undefined ? undefined : config.team.calendars[name]
  const after = beginAnew(handoff, kind, holder, calendar && { name: name ?? '', calendar }, now)
  draft.put(after)
  if (handoff.state === 'waiting')
    draft.post(...startPosts(after, after.byRoute && lead.score.band === 'hot', undefined))
  else draft.post(repAlert(after))
  const record = withSalesAgain(lead, after)
  const also = handoff.state === 'waiting' ? started(config, [after], marksOf(record), now) : undefined
  return concluded(config, state, draft, record, now, { refresh: true }, also)
}

/** The lead is given back: nobody of sales has it, and it rests until it does something new. */
export function giveBack({ config, state, lead, handoff, by, now }: ClickInput): Change | null {
  const after = endHandoff(handoff, { at: now, how: 'released', by })
  if (!after) return null
  const draft = draftOf(config, state)
  draft.put(after)
  draft.note({ at: now, what: 'released', by })
  const ended = { how: 'released' as const, at: now, rests: true as const }
  const record: LeadRecord = handoff.byRoute ? { ...lead, ended, releasing: handoff.id } : lead
  return concluded(config, state, draft, record, now, { refresh: true })
}

// How it had ended, and that a person had taken it out, is of no account any more: a status in HubSpot that says so counts as
// unknown until it changes.
function withSalesAgain(lead: LeadRecord, { byRoute, kind, id }: Handoff): LeadRecord {
  const handoffs = { ...lead.handoffs, [kind]: id }
  if (!byRoute) return { ...lead, handoffs }
  const { ended: _, rejected, archived: __, releasing: ___, ...rest } = lead
  return { ...rest, handoffs, ...(rejected?.status === undefined ? {} : { overruledStatus: rejected.status }) }
}
