import { describe, expect, it } from 'vitest'
import { Handoffs } from '../../../src/config/schemas/handoffs.ts'
import { FACT_TYPES } from '../../../src/facts/fact.ts'
import type { Ending } from '../../../src/handoffs/endings.ts'
import { HandoffEvent, holderOf } from '../../../src/handoffs/handoff.ts'
import { takeDueSteps, wantsAnotherRep } from '../../../src/handoffs/ladder.ts'
import { stepPosts } from '../../../src/handoffs/posts.ts'
import {
  MESSAGES,
  type MessageKind,
  RUNG_ACTIONS,
  RUNG_EVENTS,
  RUNGS,
  type RungAction,
} from '../../../src/handoffs/rungs.ts'
import { EVENT_WORDS, MESSAGE_WORDS } from '../../../src/messages/words.ts'
import { MQL_TO_SALES, NOW, nextRep, started } from '../../support/records.ts'

/** What the actions that name somebody or something stand for in YAML. */
const NAMED: Partial<Record<RungAction, { tell: string } | { end: Ending }>> = {
  tell: { tell: 'mgr-1' },
  end: { end: 'expired' },
}
const kinds = Object.keys(MESSAGES) as MessageKind[]

describe.each(RUNG_ACTIONS)('the rung %s', (action) => {
  const { event, fact, wantsRep } = RUNGS[action]
  const named = NAMED[action] ?? {}
  const due = started({ ...MQL_TO_SALES, ladder: [{ at: { ms: 0 }, do: action, ...named }] })

  it('has its entry in every table: config, records, words, facts', () => {
    const rules = {
      respondWithin: '1h',
      hours: 'elapsed',
      ladder: [{ at: '1h', ...(NAMED[action] ?? { do: action }) }],
    }
    const [rung] = Handoffs.parse({ handoffs: { a: rules } }).kinds.a?.ladder ?? []
    expect(rung).toMatchObject({ at: { ms: 3_600_000 }, do: action, ...named })
    expect(HandoffEvent.parse({ at: NOW, what: event })).toEqual({ at: NOW, what: event })
    expect(EVENT_WORDS[event]({ rep: 'ae-2', by: '', when: 'then', detail: '' })).toContain('then')
    expect(FACT_TYPES).toHaveProperty(fact)
  })

  it('notes its event, and tells somebody or ends the handoff', () => {
    const { handoff, messages, tells, ending } = takeDueSteps(due, NOW, nextRep('ae-2'))
    expect(handoff.events.map(({ what }) => what)).toEqual(['started', event])
    expect([...messages, ...tells, ...(ending ? [ending] : [])]).toHaveLength(1)
    expect(stepPosts(handoff, messages)).toMatchObject(messages.map((kind) => ({ handoffId: '42-1', kind })))
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
  // An alert begins with who it is about.
  expect(MESSAGE_WORDS[kind].opening === '').toBe(kind === 'rep-alert' || kind === 'pool-alert')
  const [post] = stepPosts(started(), [kind])
  expect(post?.rep).toBe(MESSAGES[kind] === 'rep' ? 'ae-1' : undefined)
})
