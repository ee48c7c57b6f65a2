import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import { waitingHandoff } from '../../../src/handoffs/start.ts'
import type { NextConfig } from '../../../src/leads/change.ts'
import {
  changed,
  contactRead,
  FITTING,
  HOUR,
  leadRecord,
  leadState,
  MINUTE,
  NOW,
  ORDER,
} from '../../support/records.ts'

const loaded = await loadConfig('config', NOW)
const config: NextConfig = { ...loaded, triggers: {} }
const kind = 'sql-to-opportunity'
const waiting = waitingHandoff({ ...ORDER, kind, ruled: true }, NOW - HOUR)
const state = leadState(leadRecord({ handoffs: { [kind]: '42-1' }, signals: [] }), [waiting])
// It goes nowhere by its route, so that only the rule's handoff could give it to a rep.
const COLD = { ...FITTING, numemployees: '3', jobtitle: 'Intern', lifecyclestage: 'salesqualifiedlead' }

describe('a handoff that a rule started and that waits', () => {
  it('begins as soon as somebody is free', () => {
    const change = changed(config, state, contactRead(COLD))
    expect(change.handoffs).toMatchObject([{ id: '42-1', state: 'open' }])
    expect(change.decision?.action).toBe('nurture')
  })

  it('is over when the contact was given to an owner outside the team: it is theirs', () => {
    const change = changed(config, state, contactRead({ ...COLD, hubspot_owner_id: '999' }))
    expect(change.handoffs).toMatchObject([{ id: '42-1', state: 'ended', ended: { how: 'taken-over' }, holders: [] }])
    expect(change.lead?.ended).toEqual({ how: 'taken-over', at: NOW })
    expect(change.posts).toEqual([])
  })

  it('is over when the config does not know its kind any more, and nothing looks for a rep each minute', () => {
    const { [kind]: _, ...kinds } = config.handoffs.kinds
    const change = changed({ ...config, handoffs: { ...config.handoffs, kinds } }, state, contactRead(COLD))
    expect(change.handoffs[0]).toMatchObject({ id: '42-1', state: 'ended', ended: { how: 'released' } })
    expect(change.lead?.wakeAt).not.toBe(NOW + MINUTE)
  })
})
