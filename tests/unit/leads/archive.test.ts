import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import type { InboxItem, NextConfig } from '../../../src/leads/change.ts'
import { changed, contactRead, DAY, leadRecord, leadState, MINUTE, NOW } from '../../support/records.ts'

const loaded = await loadConfig('config', NOW)
const config: NextConfig = { ...loaded, triggers: {} }
const by = { what: 'trigger', name: 'dormant' } as const
const lead = leadRecord({
  signals: [],
  handoffs: {},
  handoffCount: 0,
  archived: { by, at: NOW - DAY },
  wakeAt: null,
  properties: { lifecyclestage: 'lead' },
})

/** The deal of an archived lead went to a stage. */
function dealMoved(stage: string, closed?: 'closedwon' | 'closedlost'): InboxItem {
  const deal = { main: true as const, ...(closed ? { closed } : {}) }
  const about = { id: 'deal-77-1', type: 'deal_stage_changed', at: NOW - MINUTE, value: stage, detail: '77' }
  return { kind: 'signal', receivedAt: NOW, signal: { ...about, by: 'sales', deal } }
}
const changeBy = (...inbox: InboxItem[]) => changed(config, leadState(lead, [], { inbox }), contactRead())

describe('an archived lead whose deal moves', () => {
  it('is back when a handoff begins by that, whose dated steps wake it', () => {
    const change = changeBy(dealMoved('closedwon', 'closedwon'))
    expect(change.handoffs).toMatchObject([{ kind: 'closed-won-onboarding', about: '77', state: 'open' }])
    expect(change.lead?.archived).toBeUndefined()
    expect(change.lead?.wakeAt).toBeGreaterThan(NOW)
  })

  it('stays archived when none does', () => {
    const change = changeBy(dealMoved('contractsent'))
    expect(change.handoffs).toEqual([])
    expect(change.lead).toMatchObject({ archived: lead.archived, wakeAt: null })
  })
})
