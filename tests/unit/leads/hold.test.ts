import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import type { NextConfig } from '../../../src/leads/change.ts'
import type { Properties } from '../../../src/leads/observe.ts'
import { changed, contactRead, FITTING, HOUR, leadState, NOW, signalCame, stateAfter } from '../../support/records.ts'

const loaded = await loadConfig('config', NOW)
const flag: NextConfig = { ...loaded, triggers: {} }
const hold: NextConfig = { ...flag, routing: { ...loaded.routing, missing: 'hold' } }

const LACKING: Properties = { ...FITTING, jobtitle: '', hs_analytics_source_data_1: '' }
const asked = leadState(null, [], { inbox: [1, 2].map((at) => signalCame('pricing_page_viewed', NOW - at * HOUR)) })
const read = (config: NextConfig, properties: Properties, state = asked) =>
  changed(config, state, contactRead(properties))

describe('a lead that lacks what sales needs', () => {
  it('goes to sales flagged, unless the config has it held', () => {
    expect(read(flag, LACKING)).toMatchObject({ handoffs: [{ state: 'open' }], lead: { needsReview: true } })
    const held = read(hold, LACKING)
    expect(held.handoffs).toMatchObject([
      { state: 'waiting', lacks: ['jobTitle', 'leadSource.detail'], dueAt: null, ladder: [], holders: [] },
    ])
    expect(held.lead).toMatchObject({ needsReview: true, missing: ['jobTitle', 'leadSource.detail'] })
    expect(held.posts).toEqual([])
  })

  it('waits on while some of it is missing, since when it does, and begins with the last of it', () => {
    const first = stateAfter(asked, read(hold, LACKING))
    const later = changed(hold, first, contactRead({ ...LACKING, jobtitle: 'VP Sales' }), NOW + HOUR)
    expect(later.handoffs).toMatchObject([
      { id: '42-1', state: 'waiting', startedAt: NOW, lacks: ['leadSource.detail'] },
    ])
    const last = changed(
      hold,
      stateAfter(first, later),
      contactRead({ ...FITTING, jobtitle: 'VP Sales' }),
      NOW + 2 * HOUR,
    )
    expect(last.handoffs).toMatchObject([{ id: '42-1', state: 'open', startedAt: NOW + 2 * HOUR }])
    expect(last.handoffs[0]).not.toHaveProperty('lacks')
  })

  it('waits on without a word where nothing has changed, and is no look a minute', () => {
    const first = stateAfter(asked, read(hold, LACKING))
    const again = changed(hold, first, contactRead(LACKING), NOW + HOUR)
    expect(again.handoffs).toEqual([])
    expect(again.lead?.wakeAt).toBeGreaterThanOrEqual(NOW + 2 * HOUR)
  })

  it('goes to sales once the config flags it, or nobody is free and it waits for a rep', () => {
    const first = stateAfter(asked, read(hold, LACKING))
    expect(changed(flag, first, contactRead(LACKING), NOW + HOUR).handoffs).toMatchObject([{ state: 'open' }])
    const full = { ...FITTING, jobtitle: 'VP Sales' }
    const waits = changed(hold, first, contactRead(full), NOW + HOUR, null)
    expect(waits.handoffs[0]?.state).toBe('waiting')
    expect(waits.handoffs[0]).not.toHaveProperty('lacks')
  })

  it.each<[string, Properties, object[]]>([
    ['is not held from the rep who owns it', { ...LACKING, hubspot_owner_id: '101' }, [{ state: 'open' }]],
    ['is nobody for sales when it is out', { ...LACKING, hs_lead_status: 'UNQUALIFIED' }, []],
    ['is not held when it is whole', FITTING, [{ state: 'open' }]],
  ])('%s', (_, properties, handoffs) => expect(read(hold, properties).handoffs).toMatchObject(handoffs))

  it('is released when its route no longer goes to sales', () => {
    const first = stateAfter(asked, read(hold, LACKING))
    const out = changed(hold, first, contactRead({ ...LACKING, hs_lead_status: 'UNQUALIFIED' }), NOW + HOUR)
    expect(out.handoffs).toMatchObject([{ id: '42-1', state: 'ended' }])
  })
})
