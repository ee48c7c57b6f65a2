import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import type { Input, NextConfig } from '../../../src/leads/change.ts'
import { changed, contactRead, DAY, leadState, NOW, signalCame, stateAfter, when } from '../../support/records.ts'

const shipped = await loadConfig('config', NOW)
// Nothing but its score moves the lead here.
const config: NextConfig = {
  ...shipped,
  triggers: {},
  routing: { ...shipped.routing, routes: shipped.routing.routes.map(({ rescore: _, ...route }) => route) },
}
const faded: Input = { type: 'rescore', faded: true }

/** A lead of 55 points in nurture that clicked in a mail, as it stands then. */
function clicked(rules: NextConfig = config) {
  const before = leadState(null, [], { inbox: [signalCame('email_clicked', NOW)] })
  return stateAfter(before, changed(rules, before, contactRead(), NOW))
}

describe('a score that moves by itself', () => {
  it('is computed again at its instant from what is kept', () => {
    const state = clicked()
    expect(state.lead).toMatchObject({ score: { total: 55 }, fadesAt: NOW + 30 * DAY, wakeAt: null })
    const change = changed(config, state, faded, NOW + 30 * DAY)
    expect(change.lead).toMatchObject({ score: { total: 50 }, fadesAt: null, decisions: 2 })
    expect(change).toMatchObject({ toWrite: true, history: [{ what: 'decided', number: 2, score: 50 }] })
    expect(change).not.toHaveProperty('refresh')
    expect(change).not.toHaveProperty('kept')
  })

  it('is no decision where it is what it was', () => {
    const change = changed(config, clicked(), faded, NOW + DAY)
    expect(change.lead).toMatchObject({ decisions: 1, fadesAt: NOW + 30 * DAY })
    expect(change.history).toEqual([])
  })

  it('is not waited for where the lead is looked at before', () => {
    expect(clicked(shipped).lead).toMatchObject({ fadesAt: null, wakeAt: NOW + 2 * DAY })
  })

  it.each<[string, Partial<NextConfig>]>([
    [
      'a trigger asks about it',
      { triggers: { cooled: { when: when('score', { atMost: 52 }), do: [], once: 'per rise' } as never } },
    ],
    ['it ends an MQL', { scoring: { ...config.scoring, mql: { score: 52, fit: 30, engagement: 2 } } }],
    [
      'a route asks about it',
      {
        routing: {
          ...config.routing,
          routes: [
            { name: 'cold', when: when('score', { atMost: 52 }), to: { nurture: 'cold' } },
            ...config.routing.routes,
          ],
        },
      },
    ],
  ])('goes through the main job when %s', (_, rules) => {
    const other = { ...config, ...rules }
    expect(changed(other, clicked(other), faded, NOW + 30 * DAY)).toMatchObject({ refresh: true, history: [] })
  })

  it('is not computed by other rules as if nothing else were new', () => {
    const triggers = { cooled: { when: when('score', { atMost: 52 }), do: [], once: 'per rise' } as never }
    const newer = { ...config, triggers, rulesVersion: config.rulesVersion + 1 }
    const change = changed(newer, clicked(), faded, NOW + 30 * DAY)
    expect(change.lead).toMatchObject({ rulesVersion: newer.rulesVersion, fired: { cooled: { holds: true } } })
  })
})
