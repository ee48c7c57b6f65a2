import { describe, expect, it } from 'vitest'
import { Sla } from '../../../src/config/schemas/sla.ts'
import { FACT_TYPES } from '../../../src/facts/fact.ts'
import { HandoffEvent, holderOf } from '../../../src/handoffs/handoff.ts'
import { takeDueSteps, wantsAnotherRep } from '../../../src/handoffs/ladder.ts'
import { stepPosts } from '../../../src/handoffs/posts.ts'
import { MESSAGES, type MessageKind, RUNG_ACTIONS, RUNG_EVENTS, RUNGS } from '../../../src/handoffs/rungs.ts'
import { EVENT_WORDS, MESSAGE_WORDS } from '../../../src/messages/words.ts'
import { MQL_TO_SALES, NOW, nextRep, started } from '../../support/records.ts'

const kinds = Object.keys(MESSAGES) as MessageKind[]

describe.each(RUNG_ACTIONS)('the rung %s', (action) => {
  const { event, fact, wantsRep } = RUNGS[action]
  const due = started({ ...MQL_TO_SALES, ladder: [{ at: { ms: 0 }, do: action }] })

  it('has its entry in every table: config, records, words, facts', () => {
    const rules = { respondWithin: '1h', hours: 'elapsed', ladder: [{ at: '1h', do: action }] }
    expect(Sla.parse({ handoffs: { a: rules } }).kinds.a?.ladder).toEqual([{ at: { ms: 3_600_000 }, do: action }])
    expect(HandoffEvent.parse({ at: NOW, what: event })).toEqual({ at: NOW, what: event })
    expect(EVENT_WORDS[event]({ rep: 'ae-2', by: '', when: 'then', detail: '' })).toContain('then')
    expect(FACT_TYPES).toHaveProperty(fact)
  })

  it('notes its event and tells somebody', () => {
    const { handoff, messages } = takeDueSteps(due, NOW, nextRep('ae-2'))
    expect(handoff.events.map(({ what }) => what)).toEqual(['started', event])
    expect(messages).toHaveLength(1)
    expect(stepPosts(handoff, messages)).toMatchObject([{ handoffId: '42-1', kind: messages[0] }])
  })

  it(wantsRep ? 'takes another rep' : 'leaves the lead with its rep', () => {
    expect(wantsAnotherRep(due, NOW)).toBe(wantsRep)
    expect(holderOf(takeDueSteps(due, NOW, nextRep('ae-2')).handoff)?.rep).toBe(wantsRep ? 'ae-2' : 'ae-1')
  })
})

it('no two rungs note the same event, by which facts tell them apart', () => {
  expect(new Set(RUNG_EVENTS).size).toBe(RUNG_ACTIONS.length)
})

it.each(kinds)('the message %s has words, and a post names a rep only when a rep reads it', (kind) => {
  expect(MESSAGE_WORDS[kind].opening).not.toBe('')
  expect(MESSAGE_WORDS[kind].header('Dana')).not.toBe('')
  const [post] = stepPosts(started(), [kind])
  expect(post?.rep).toBe(MESSAGES[kind] === 'rep' ? 'ae-1' : undefined)
})
