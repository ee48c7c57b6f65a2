import { type Evaluation, evaluate, type Lookup } from '../rules/condition.ts'
import type { Trigger } from '../rules/triggers.ts'
import type { Because, LeadMarks } from './marks.ts'
import { type CarriedOut, carryOut, joined } from './outcomes.ts'

/** What became of one trigger at a look: whether it fired, and by which tests. */
export interface Considered {
  trigger: string
  fired: boolean
  evaluation: Evaluation
}

/**
 * Fires every trigger that holds, once per occasion. Returns what their outcomes come to, and what became of each trigger.
 * `now` is epoch milliseconds.
 */
export function fireTriggers(
  triggers: Record<string, Trigger>,
  marks: LeadMarks,
  lookup: Lookup,
  now: number,
): { result: CarriedOut; considered: Considered[] } {
  const considered: Considered[] = []
  const parts: CarriedOut[] = []
  let after = marks
  for (const [name, trigger] of Object.entries(triggers)) {
    const evaluation = evaluate(trigger.when, lookup)
    const before = after.fired?.[name]
    const fired = evaluation.truth === 'true' && before?.at === undefined
    considered.push({ trigger: name, fired, evaluation })
    if (!fired) continue
    const by: Because = { what: 'trigger', name }
    const part = carryOut(trigger.do, by, { ...after, fired: { ...after.fired, [name]: { at: now } } }, now)
    parts.push(part)
    after = part.marks
  }
  return { result: joined(parts, after), considered }
}
