import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import { historyOfJunk } from '../../../src/leads/junk.ts'
import type { PropertyVersion } from '../../../src/leads/observe.ts'
import { attributesAgain, readingOf } from '../../../src/leads/reading.ts'
import { FITTING, gathered, leadRecord, leadState, NOW } from '../../support/records.ts'

const config = await loadConfig('config', NOW)
const DISPOSABLE = { ...FITTING, email: 'kim@mailinator.com' }
const OWNED = { ...DISPOSABLE, hubspot_owner_id: '101' }
const REASON = 'disposable address of mailinator.com'

const by = (source: string, sourceId?: string): PropertyVersion => ({
  value: '101',
  at: NOW,
  source,
  ...(sourceId ? { sourceId } : {}),
})

function read(properties: Record<string, string>, history: Record<string, PropertyVersion[]> = {}) {
  const reading = readingOf(config, leadState(null, []), gathered(properties, { history }), NOW)
  return { reading, junk: reading.attributes.junk?.value }
}

describe('an owner', () => {
  it.each<[string, Record<string, PropertyVersion[]>, string | undefined]>([
    ['whom a person set', { hubspot_owner_id: [by('CRM_UI')] }, undefined],
    ['whom a person set on the phone', { hubspot_owner_id: [by('MOBILE_IOS')] }, undefined],
    ['whom nobody says who set', {}, undefined],
    ['whom a workflow set', { hubspot_owner_id: [by('AUTOMATION_PLATFORM', 'enrollmentId:1')] }, REASON],
    ['whom an app set', { hubspot_owner_id: [by('INTEGRATION', '123')] }, REASON],
  ])('%s', (_, history, expected) => {
    expect(read(OWNED, history).junk).toBe(expected)
  })

  it('is asked about only where a contact seems junk', () => {
    const contact = (properties: Record<string, string>) => ({ id: '42', createdAt: NOW, properties })
    expect(historyOfJunk(config, contact(OWNED))).toEqual(['hubspot_owner_id'])
    expect(historyOfJunk(config, contact(DISPOSABLE))).toEqual([])
    expect(historyOfJunk(config, contact({ ...FITTING, hubspot_owner_id: '101' }))).toEqual([])
  })

  it('whom a person set counts as well when the lead is computed again without asking', () => {
    const history = { hubspot_owner_id: [by('CRM_UI')] }
    const wanted = leadRecord({ ...read(OWNED, history).reading })
    expect(attributesAgain(config, wanted)).not.toHaveProperty('junk')
    const thrownOut = leadRecord({ ...read(OWNED, { hubspot_owner_id: [by('INTEGRATION')] }).reading })
    expect(attributesAgain(config, thrownOut).junk?.value).toBe(REASON)
  })
})

it('a contact without an owner is junk again when it is computed again, and by a mended address no more', () => {
  const { reading, junk } = read(DISPOSABLE)
  expect(junk).toBe(REASON)
  expect(attributesAgain(config, leadRecord(reading)).junk?.value).toBe(REASON)
  const state = leadState(leadRecord(reading), [])
  expect(readingOf(config, state, gathered(FITTING), NOW).attributes).not.toHaveProperty('junk')
})

it('nobody is junk by a profile that does not speak of it', () => {
  const { junk: _, ...icp } = config.icp
  const reading = readingOf({ ...config, icp }, leadState(null, []), gathered(DISPOSABLE), NOW)
  expect(reading.attributes).not.toHaveProperty('junk')
})
