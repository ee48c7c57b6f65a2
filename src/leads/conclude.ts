import type { Handoff } from '../handoffs/handoff.ts'
import { factLookup } from '../rules/score.ts'
import type { Change, LeadState, NextConfig } from './change.ts'
import type { Draft } from './draft.ts'
import type { LeadRecord } from './lead.ts'
import { type LeadMarks, marksOf, withMarks } from './marks.ts'
import { notesByRules } from './outcome-notes.ts'
import { type CarriedOut, carryOut, joined, nothingDone } from './outcomes.ts'

/*
 * What follows when a handoff was answered or has ended, however that came about: `on` of its kind.
 */

/** Carries out what the kinds say of the handoffs that were answered or ended since `before`. `now` is epoch milliseconds. */
export function conclude(
  { handoffs: { kinds } }: Pick<NextConfig, 'handoffs'>,
  before: Readonly<Record<string, Handoff>>,
  after: readonly Handoff[],
  marks: LeadMarks,
  now: number,
): CarriedOut {
  const parts: CarriedOut[] = []
  let current = marks
  for (const handoff of after) {
    const was = before[handoff.id]
    const { answered, ended } = handoff
    // What was brought along by a contact that was merged followed there.
    if (!was && handoff.formerly) continue
    const on = kinds[handoff.kind]?.on ?? {}
    const how = ended && !was?.ended && ended.how !== 'missing' && ended.how !== 'merged' ? ended.how : undefined
    const outcomes = [...((answered && !was?.answered && on.answered) || []), ...((how && on[how]) || [])]
    if (outcomes.length === 0) continue
    const part = carryOut(outcomes, { what: 'handoff', name: handoff.kind }, current, now)
    const said = ended && { by: ended.by, reason: ended.reason }
    parts.push({ ...part, opens: part.opens.map((opening) => ({ ...opening, ...(said ? { said } : {}) })) })
    current = part.marks
  }
  return parts.length === 0 ? nothingDone(current) : joined(parts, current)
}

/**
 * The change of a lead outside of a look at its contact, with what follows from the handoffs that it answered or ended, and from
 * what a button says (`also`). What is to begin does so when the contact is read, which is at once.
 */
export function concluded(
  config: NextConfig,
  state: LeadState,
  draft: Draft,
  lead: LeadRecord | undefined,
  now: number,
  more: Partial<Change> = {},
  also?: CarriedOut,
): Change {
  const record = lead ?? state.lead
  if (!record) return draft.change(lead, more)
  const before = marksOf(record)
  const followed = conclude(config, state.handoffs, draft.handoffs(), also?.marks ?? before, now)
  const ruled = also ? joined([also, followed], followed.marks) : followed
  const { opens, tells, marks } = ruled
  const toOpen = [...(marks.toOpen ?? []), ...opens.map((opening) => ({ ...opening, at: now }))]
  const after = withMarks(record, toOpen.length > 0 ? { ...marks, toOpen } : marks)
  const isSame = marks === before && opens.length === 0
  draft.tell(tells, { now })
  for (const note of notesByRules(state.id, ruled.notes, factLookup(record.attributes), now)) draft.crmNote(note)
  return draft.change(lead || !isSame ? after : undefined, more)
}
