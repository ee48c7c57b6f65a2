import { describe, expect, it } from 'vitest'
import { isOwnAct, lastOwnAct, quietSince } from '../../../src/leads/silence.ts'
import { DAY, NOW } from '../../support/records.ts'

const config = {
  signals: {
    email_clicked: { words: 'clicked' },
    email_opened: { words: 'opened', endsSilence: false as const },
    deal_stage_changed: { words: 'deal', by: 'sales' as const },
  },
  hubspot: { activity: ['last_seen'] },
}
const at = (type: string, ago: number, by?: 'sales') => ({ id: type, type, at: NOW - ago * DAY, ...(by ? { by } : {}) })

describe('what a lead did itself', () => {
  it.each([
    ['a click', at('email_clicked', 1), true],
    ['a type that nothing names', at('something', 1), true],
    ['not a mere open', at('email_opened', 1), false],
    ['not what our own people did, by its type', at('deal_stage_changed', 1), false],
    ['nor by the signal itself', at('email_clicked', 1, 'sales'), false],
  ])('%s', (_, signal, is) => expect(isOwnAct(config, signal)).toBe(is))
})

describe('since when it is quiet', () => {
  const seen = (ago: number) => ({ last_seen: new Date(NOW - ago * DAY).toISOString() })

  it.each([
    ['since its last own act', [at('email_clicked', 9), at('email_clicked', 5), at('email_opened', 1)], {}, 90, 5],
    ['since what HubSpot dates, when that is later', [at('email_clicked', 5)], seen(2), 90, 2],
    ['since it is known, when that is later', [at('email_clicked', 50)], seen(40), 10, 10],
    ['since it is known, when it never did anything', [at('email_opened', 1)], {}, 10, 10],
    ['not since what is yet to come', [at('email_clicked', -3)], seen(-2), 10, 10],
    ['not since what is no date', [], { last_seen: 'yesterday' }, 10, 10],
  ])('%s', (_, signals, properties, known, since) => {
    expect(quietSince(config, { signals, properties }, NOW - known * DAY, NOW)).toBe(NOW - since * DAY)
  })

  it('is unknown of a lead that never did anything', () =>
    expect(lastOwnAct(config, { signals: [], properties: {} }, NOW)).toBeUndefined())
})
