import { takenBack } from '../handoffs/crm-note.ts'
import { isUntold } from '../handoffs/delivery.ts'
import { endHandoff, type Handoff, type Undo } from '../handoffs/handoff.ts'
import { repAlert } from '../handoffs/posts.ts'
import { UNDO_WITHIN, undoAnswer } from '../handoffs/undo.ts'
import { STAGES } from '../rules/stages.ts'
import { unmovedBy } from './baseline.ts'
import type { Change, LeadState } from './change.ts'
import type { ClickInput } from './click-input.ts'
import { draftOf } from './draft.ts'
import { type LeadRecord, stageOf } from './lead.ts'
import { liveHandoffs } from './people.ts'

/*
 * An answer by a click is taken back: the clock goes on, and what the answer changed of the lead stands as before, as far as nothing
 * has changed it since.
 */

// What an answer can change of a lead's record, beside what it has set, opened and come to.
const CHANGED = ['ended', 'tracks', 'stageGiven', 'stage'] as const

/** A change by which a click has answered a handoff, with what is needed to take the answer back. */
export function withUndo(
  { handoffs, lead: before }: LeadState,
  change: Change,
  handoffId: string,
  now: number,
): Change {
  const [was, is] = [handoffs[handoffId], change.handoffs.find(({ id }) => id === handoffId)]
  const isAnswer = was?.state === 'open' && is?.answered?.how === 'contacted' && (!is.ended || is.ended.how === 'done')
  if (!was || !is || !isAnswer || !before) return change
  const passOn = was.passOn ? { passOn: was.passOn } : {}
  const notes = change.crmNotes ? { notes: change.crmNotes.map(({ id }) => id) } : {}
  const undo: Undo = { until: now + UNDO_WITHIN, ...passOn, ...notes, lead: changed(before, change.lead ?? before) }
  return { ...change, handoffs: change.handoffs.map((one) => (one === is ? { ...is, undo } : one)) }
}

function changed(before: LeadRecord, after: LeadRecord): Undo['lead'] {
  const differs = (was: unknown, is: unknown) => JSON.stringify(was) !== JSON.stringify(is)
  const own = CHANGED.filter((name) => differs(before[name], after[name])).map((name) => {
    return [name, { was: before[name], is: after[name] }] as const
  })
  const set = Object.entries(after.toSet ?? {}).filter(([name, value]) => before.toSet?.[name] !== value)
  const opened = (after.toOpen ?? []).slice(before.toOpen?.length ?? 0)
  const cameTo = Object.keys(after.outcomes).filter((name) => !Object.hasOwn(before.outcomes, name))
  return Object.fromEntries([
    ...own,
    ...set.map(([name, value]) => [`set:${name}`, { was: before.tags?.[name] ?? '', is: value }] as const),
    ...opened.map(({ kind, at }) => [`open:${kind}`, { is: at }] as const),
    ...(before.stage?.name === after.stage?.name ? [] : [['lifecycle', { was: stageOf(before.attributes) }] as const]),
    ...cameTo.map((name) => [`outcome:${name}`, {}] as const),
  ])
}

/** Somebody takes an answer back. Null when it can no longer be. */
export function undo({ config, state, lead, handoff, by, now }: ClickInput): Change | null {
  const after = undoAnswer(handoff, by, now)
  if (!after || !handoff.undo) return null
  const draft = draftOf(config, state)
  const record = asBefore(lead, handoff.undo)
  const { lifecycleTakenBack: back } = record
  draft.put(back && back !== lead.lifecycleTakenBack ? unmovedBy(after, back.is) : after)
  // Who answered before their alert was sent was not told; until they are, nothing takes the lead from them.
  if (isUntold(after)) draft.post(repAlert(after))
  for (const one of begunBy(state, handoff.undo)) {
    const reason = 'the answer that began it was taken back'
    draft.put(endHandoff(one, { at: now, how: 'released', by, reason }) ?? one)
  }
  for (const id of handoff.undo.notes ?? []) draft.crmNote(takenBack(id))
  draft.note({ at: now, what: 'undone', by })
  return draft.change(record, { refresh: true })
}

// What the answer had opened, and nobody has answered.
function begunBy(state: LeadState, { lead }: Undo): Handoff[] {
  return liveHandoffs(state).filter(({ kind, startedAt, state: is }) => {
    const opened = lead[`open:${kind}`]
    return opened !== undefined && is !== 'answered' && startedAt >= Number(opened.is)
  })
}

function asBefore(lead: LeadRecord, { lead: changes }: Undo): LeadRecord {
  const after: LeadRecord = { ...lead, outcomes: { ...lead.outcomes }, toSet: { ...lead.toSet } }
  for (const [key, { was, is }] of Object.entries(changes)) {
    const [what = '', name = ''] = split(key)
    if (what === 'outcome') delete after.outcomes[name as keyof LeadRecord['outcomes']]
    else if (what === 'open') after.toOpen = (after.toOpen ?? []).filter((one) => one.kind !== name || one.at !== is)
    // What was set already is set back by the next read, where HubSpot shows it still.
    else if (what === 'set' && after.toSet?.[name] === is) delete after.toSet?.[name]
    else if (what === 'set') after.toSet = { ...after.toSet, [name]: String(was) }
    else if (what === 'lifecycle') continue
    else if (JSON.stringify(after[what as 'stage']) === JSON.stringify(is)) Object.assign(after, { [what]: was })
  }
  if (Object.keys(after.toSet ?? {}).length === 0) delete after.toSet
  if (after.toOpen?.length === 0) delete after.toOpen
  const { lifecycle } = changes
  const same = JSON.parse(JSON.stringify(after)) as LeadRecord
  return lifecycle ? withLifecycleBack(lead, same, String(lifecycle.was)) : same
}

// HubSpot's own stage went forwards with it.
function withLifecycleBack(before: LeadRecord, after: LeadRecord, was: string): LeadRecord {
  const is = before.stage && before.stage.name !== after.stage?.name ? STAGES[before.stage.name] : null
  return is && is !== was ? { ...after, lifecycleTakenBack: { is, was } } : after
}

function split(key: string): string[] {
  const at = key.indexOf(':')
  return at < 0 ? [key] : [key.slice(0, at), key.slice(at + 1)]
}
