import { describe, expect, test } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import { endHandoff, type Handoff } from '../../../src/handoffs/handoff.ts'
import type { HistoryEntry } from '../../../src/leads/history.ts'
import { type TimelineInput, timelineOf } from '../../../src/views/timeline.ts'
import { DAY, facts, leadRecord, MINUTE, NOW, started } from '../../support/records.ts'

const config = await loadConfig('config', NOW)

function input(changes: Partial<TimelineInput> = {}): TimelineInput {
  return { record: leadRecord({ signals: [] }), handoffs: [], history: [], messages: [], config, ...changes }
}

const decided = (number: number, score: number): HistoryEntry => ({
  ...{ what: 'decided', at: NOW + number, number, config: 'abc', route: 'tier-1-mql', to: { pool: 'ae' } },
  ...{ action: 'assign', score, fit: 50, engagement: score - 50, band: 'hot', was: {} },
  standing: { withSales: false, rejected: false },
})

describe('a timeline', () => {
  test('is in order, whatever it is made from', () => {
    const signals = [{ id: 'x', type: 'demo_requested', at: NOW - DAY, detail: 'Request a demo' }]
    const messages = [
      {
        handoffId: '42-1',
        kind: 'rep-alert' as const,
        rep: 'ae-1',
        channel: 'D1',
        ts: `${NOW / 1_000 + 2}.000100`,
        shown: '',
      },
    ]
    const found = timelineOf(
      input({
        record: leadRecord({ signals, attributes: facts({}) }),
        messages,
        handoffs: [started()],
        history: [decided(1, 80)],
      }),
    )
    expect(found.map(({ kind, what }) => `${kind} ${what}`)).toEqual([
      'signal demo_requested',
      'handoff started',
      'decision decided',
      'message rep-alert',
    ])
    expect(found.at(-1)).toMatchObject({
      at: new Date(NOW + 2_000).toISOString(),
      handoff: '42-1',
      rep: 'ae-1',
      text: expect.stringMatching(/^alert: told \w/),
    })
  })

  test('says from what to what a score moved, and not where it stayed', () => {
    const found = timelineOf(input({ history: [decided(1, 60), decided(2, 80), decided(3, 80)] }))
    expect(found.map(({ scoreBefore, score }) => [scoreBefore, score])).toEqual([
      [undefined, 60],
      [60, 80],
      [undefined, 80],
    ])
  })

  test('tells once what the handoff and the history both note, and what the history alone knows', () => {
    const at = NOW + MINUTE
    const ended = endHandoff(started(), { at, how: 'disqualified', by: 'U000AE1' }) as Handoff
    const reminder = { at: NOW + 2, what: 'reminded', rep: 'ae-1' } as const
    const handoffs = [{ ...ended, events: [...ended.events, reminder] }]
    const history: HistoryEntry[] = [
      { what: 'ladder', at: NOW + 2, steps: [reminder] },
      { what: 'disqualified', at, by: 'U000AE1' },
      { what: 'merged', at: NOW + 3, reason: 'into 43' },
    ]
    const found = timelineOf(input({ handoffs, history }))
    expect(found.map(({ what }) => what)).toEqual(['started', 'reminded', 'merged', 'disqualified'])
    // Of a handoff that is forgotten the history is all there is.
    expect(timelineOf(input({ history })).map(({ what }) => what)).toEqual(['ladder', 'merged', 'disqualified'])
  })

  test('is cut to its newest entries', () => {
    const history = Array.from({ length: 400 }, (_, number) => decided(number, number))
    expect(timelineOf(input({ history }))).toHaveLength(300)
    expect(timelineOf(input({ history })).at(-1)?.decision).toBe(399)
  })
})
