import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { answerHandoff, endHandoff, type Handoff } from '../../../src/handoffs/handoff.ts'
import { takeDueSteps } from '../../../src/handoffs/ladder.ts'
import { startHandoff } from '../../../src/handoffs/start.ts'
import {
  mirroredContacts,
  mirroredId,
  mirrorHandoffs,
  mirrorSignals,
  readHandoffs,
  readSignals,
} from '../../../src/leads/mirror.ts'
import type { Signal } from '../../../src/rules/attributes.ts'

const HOUR = 60 * 60_000
const NOW = Date.parse('2026-11-18T15:00:00Z')
const KIND = {
  respondWithin: { ms: HOUR },
  hours: 'elapsed' as const,
  ladder: [
    { at: { ms: HOUR }, do: 'remind' as const },
    { at: { ms: 2 * HOUR }, do: 'reassign' as const },
  ],
}

function handoff(number: number, byRoute = true): Handoff {
  const order = {
    leadId: '42',
    kind: byRoute ? 'mql' : 'trial',
    byRoute,
    route: 'mql',
    pool: 'ae',
    baseline: { calls: '1' },
  }
  const holder = { rep: 'ae-1', pool: 'ae', how: 'rotation', assignmentId: `42-${number}-1` } as const
  const calendar = { name: 'us', calendar: { timeZone: 'UTC', days: {}, holidays: [] } as never }
  return startHandoff({ ...order, id: `42-${number}` }, KIND, holder, calendar, NOW)
}

const open = handoff(1)
const reminded = takeDueSteps(open, NOW + HOUR, null).handoff
const attempts = { count: 3, within: { ms: HOUR }, answered: {} as never, then: { nurture: 'slow' } }
const answered = answerHandoff(open, { at: NOW, how: 'contacted', by: 'U1' }, attempts, {
  clock: undefined,
  holder: undefined,
})
const ended = endHandoff(open, { at: NOW, how: 'disqualified', by: 'U1', reason: 'knows Dana Ruiz' })
const lead = { id: '42', handoffCount: 1, ended: undefined }

describe('handoffs mirrored in HubSpot', () => {
  it.each<[string, Handoff | null]>([
    ['that is open', open],
    ['of which a rung was taken', reminded],
    ['that somebody wants to pass on', { ...open, passOn: { by: 'U1', at: NOW } }],
    ['that was answered', answered],
  ])('one %s comes back as it was', (_, one) => {
    if (!one) throw new Error('no handoff')
    expect(readHandoffs(mirrorHandoffs(lead, [one]), '42')?.handoffs).toEqual([one])
  })

  it('reads the same however what stands was put together', () => {
    const [how, at] = ['taken-over' as const, NOW]
    for (const handoffs of [[], [handoff(1)]])
      expect(mirrorHandoffs({ ...lead, ended: { at, how } }, handoffs)).toBe(
        mirrorHandoffs({ ...lead, ended: { how, at } }, handoffs),
      )
  })

  it('says for people who has it, until when, and what is next', () => {
    expect(JSON.parse(mirrorHandoffs(lead, [reminded]))).toMatchObject([
      {
        kind: 'mql',
        id: '42-1',
        holder: 'ae-1',
        state: 'open',
        startedAt: '2026-11-18T15:00:00.000Z',
        dueAt: '2026-11-18T16:00:00.000Z',
        nextRung: { do: 'reassign', at: '2026-11-18T17:00:00.000Z' },
      },
    ])
  })

  it("keeps how one ended, without a person's own words", () => {
    const text = mirrorHandoffs(lead, [ended ?? open])
    expect(text).not.toContain('Dana')
    expect(readHandoffs(text, '42')?.handoffs[0]?.ended).toEqual({ at: NOW, how: 'disqualified', by: 'U1' })
  })

  it('leaves out what is over, but for the newest with sales and the newest of all', () => {
    const over = (one: Handoff) => endHandoff(one, { at: NOW, how: 'done' }) ?? one
    const all = [
      over(handoff(1)),
      over(handoff(2)),
      handoff(3, false),
      over(handoff(4, false)),
      over(handoff(5, false)),
    ]
    const read = readHandoffs(mirrorHandoffs({ ...lead, handoffCount: 5 }, all), '42')
    expect(read?.handoffs.map(({ id }) => id)).toEqual(['42-2', '42-3', '42-5'])
    expect(read?.count).toBe(5)
  })

  it('keeps the end that stands, and the number, of one whose record is forgotten', () => {
    const stands = { how: 'done', at: NOW, cooled: true } as const
    expect(readHandoffs(mirrorHandoffs({ id: '42', handoffCount: 3, ended: stands }, []), '42')).toEqual({
      handoffs: [],
      count: 3,
      ended: stands,
    })
    expect(mirrorHandoffs({ id: '42', handoffCount: 0, ended: undefined }, [])).toBe('')
  })

  it('reads the same, whichever way round the end that stands was put together', () => {
    const [one, other] = [{ how: 'taken-over', at: NOW } as const, { at: NOW, how: 'taken-over' } as const]
    for (const handoffs of [[], [ended ?? open]])
      expect(mirrorHandoffs({ ...lead, ended: one }, handoffs)).toBe(
        mirrorHandoffs({ ...lead, ended: other }, handoffs),
      )
  })

  it('gives what came from another contact an id of its own', () => {
    const read = readHandoffs(mirrorHandoffs(lead, [open]), '77')
    expect(read?.handoffs).toMatchObject([{ id: '77-1', leadId: '77', formerly: ['42-1'] }])
    expect(mirroredContacts(null, mirrorHandoffs(lead, [open]))).toEqual(['42'])
  })

  it.each(['', null, '[', '{}', '[{"id":"x"}]', '[{"kind":"a","id":"1-1","state":"open"}]', '"text"'])(
    'reads nothing from %j, which is none of ours',
    (text) => expect(readHandoffs(text, '42')).toBeNull(),
  )
})

describe('signals mirrored in HubSpot', () => {
  const at = fc.integer({ min: 0, max: NOW })
  const by = fc.constantFrom(undefined, 'sales' as const)
  const value = fc.constantFrom(undefined, '40', '0', '2.5', '-12.25')
  const signal = fc.record({ id: fc.string(), type: fc.string({ minLength: 1 }), at, by, value })

  it('come back with type, instant and source, and read the same again', () => {
    fc.assert(
      fc.property(fc.uniqueArray(signal, { selector: ({ id }) => mirroredId(id) }), (signals) => {
        const text = mirrorSignals({ id: '42', signals })
        const read = readSignals(text)?.signals ?? []
        const what = (some: readonly Partial<Signal>[]) =>
          some.map((one) => [mirroredId(one.id ?? ''), one.type, one.at, one.by, one.value].join()).sort()
        expect(what(read)).toEqual(what(signals))
        expect(mirrorSignals({ id: '42', signals: read })).toBe(text)
      }),
    )
  })

  it('come with what became of triggers, and since when the lead is known', () => {
    const fired = {
      quiet: { at: NOW, holds: true, followUps: [{ at: NOW + 14, since: NOW }] },
      downloads: { at: NOW - 5 },
      pricing: { holds: true },
    }
    const text = mirrorSignals({ id: '42', signals: [], fired, knownSince: NOW - 99 })
    expect(readSignals(text)).toEqual({ of: '42', signals: [], fired, knownSince: NOW - 99 })
    expect(text.length).toBeLessThan(150)
    expect(mirrorSignals({ id: '42', signals: [], fired: {}, knownSince: NOW })).toBe('')
    const by = { what: 'trigger', name: 'quiet' } as const
    const tracks = { enrolled: { track: 'still-relevant', by, at: NOW, until: NOW + 14 }, paused: { by, at: NOW - 9 } }
    const enrolled = mirrorSignals({ id: '42', signals: [], fired, tracks })
    expect(readSignals(enrolled)?.tracks).toEqual(tracks)
    expect(readSignals(mirrorSignals({ id: '42', signals: [], tracks }))?.tracks).toEqual(tracks)
    expect(mirrorSignals({ id: '42', signals: [], tracks: {} })).toBe('')
    // An older version did not know of any.
    expect(readSignals('{"v":1,"of":"42","signals":{}}')).toEqual({ of: '42', signals: [] })
  })

  it('do not tell what a person or page said in the place of a number', () => {
    const signals = [{ id: 'a', type: 'deal_stage_changed', at: NOW, value: 'closedwon Dana' }]
    expect(mirrorSignals({ id: '42', signals })).not.toContain('Dana')
  })

  it('say nothing of pages, names and addresses, and stay far below what a property takes', () => {
    const signals = Array.from({ length: 500 }, (_, number) => ({
      id: `api-dana@northwind.example-${number}`,
      type: 'pricing_page_viewed',
      at: NOW + number,
      detail: 'https://northwind.example/pricing?dana',
    }))
    const text = mirrorSignals({ id: '42', signals })
    expect(text).not.toMatch(/dana|northwind|https/)
    expect(text.length).toBeLessThan(12_000)
    expect(readSignals(text)?.signals).toHaveLength(500)
  })

  it.each([null, '', 'x', '{"v":2}', '{"v":1,"of":"1","signals":[]}'])('nothing is read from %j', (text) =>
    expect(readSignals(text)).toBeNull(),
  )
})
