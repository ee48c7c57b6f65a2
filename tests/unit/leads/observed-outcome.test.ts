import { beforeAll, describe, expect, test } from 'vitest'
import type { Config } from '../../../src/config/config.ts'
import type { Handover } from '../../../src/handoffs/handover.ts'
import { agrees, isLate, type ObservedOutcome, outcomeOf, sumObserved } from '../../../src/leads/observed-outcome.ts'
import { HOUR, MINUTE, NOW } from '../../support/records.ts'
import { loadTestConfig } from '../../support/stage.ts'

let config: Config
beforeAll(async () => {
  config = await loadTestConfig({}, NOW)
})

const handover = (more: Partial<Handover> = {}): Handover => ({
  ...{
    id: '42-1',
    leadId: '42',
    route: 'mql',
    kind: 'mql-to-sales',
    withSales: true,
    pool: 'sdr',
    rep: 'sdr-1',
    at: NOW,
  },
  ...{ dueAt: NOW + HOUR, owner: '', baseline: { num_contacted_notes: '0' } },
  ...more,
})
const set = (value: string, at: number, source = 'CRM_UI') => ({ value, at, source })
const contact = (properties: Record<string, string>) => ({ id: '42', createdAt: 0, properties })
const LATER = NOW + 5 * HOUR

describe('what happened', () => {
  test.each([
    ['nobody got it', {}, [], {}],
    [
      'somebody got it later',
      { hubspot_owner_id: '202' },
      [set('202', NOW + 9)],
      { owner: { id: '202', at: NOW + 9 } },
    ],
    [
      'the first who got it counts, and not who has it by now',
      { hubspot_owner_id: '201' },
      [set('201', NOW + 99), set('', NOW + 50), set('202', NOW + 9)],
      { owner: { id: '202', at: NOW + 9 } },
    ],
    ['what was set before and taken away counts for nothing', {}, [set('', NOW - 5), set('202', NOW - 9)], {}],
    ['without a history, as of now', { hubspot_owner_id: '202' }, [], { owner: { id: '202', at: LATER } }],
  ])('%s', (_, properties, versions, expected) => {
    const history = { hubspot_owner_id: versions }
    const { handover: __, ...found } = outcomeOf(config, handover(), { contact: contact(properties), history }, LATER)
    expect(found).toEqual(expected)
  })

  test('whoever had it already got it at once', () => {
    const looked = {
      contact: contact({ hubspot_owner_id: '202' }),
      history: { hubspot_owner_id: [set('202', NOW - 9)] },
    }
    expect(outcomeOf(config, handover({ owner: '202' }), looked, LATER).owner).toEqual({ id: '202', at: NOW })
  })

  test.each([
    ['with the owner of then', {}, '202'],
    ['and whoever made it is named, whose ever the lead is', { hubspot_owner_id: '101' }, '101'],
  ])('an attempt of a rep answers, %s', (_, made, owner) => {
    const looked = {
      contact: contact({ num_contacted_notes: '1', hubspot_owner_id: '201' }),
      history: { hubspot_owner_id: [set('201', NOW + 3 * HOUR), set('202', NOW + MINUTE)] },
      activities: {
        found: [
          {
            type: 'calls' as const,
            at: NOW + HOUR,
            createdAt: NOW + HOUR,
            properties: { hs_call_direction: 'OUTBOUND', ...made },
          },
        ],
        unread: [],
      },
    }
    expect(outcomeOf(config, handover(), looked, LATER).answered).toEqual({ at: NOW + HOUR, owner })
  })
})

describe('a day of it', () => {
  const ownerOf = (rep: string) => ({ 'sdr-1': '201', 'sdr-2': '202' })[rep]
  const one = (more: Partial<ObservedOutcome>, by: Partial<Handover> = {}): ObservedOutcome => ({
    handover: handover(by),
    ...more,
  })

  test('counts, medians and the share of agreement', () => {
    const outcomes = [
      one({ owner: { id: '201', at: NOW + 10 * MINUTE }, answered: { at: NOW + 30 * MINUTE, owner: '201' } }),
      one({ owner: { id: '202', at: NOW + 30 * MINUTE }, answered: { at: NOW + 2 * HOUR, owner: '202' } }),
      one({ owner: { id: '201', at: NOW + 20 * MINUTE } }),
      one({}, { rep: null, dueAt: null }),
      one({}, { dueAt: NOW + 9 * HOUR }),
      one({ missing: true }),
    ]
    expect(sumObserved(outcomes, ownerOf, LATER)).toEqual({
      ...{ count: 6, nobodyFree: 1, owned: 3, agreed: 2, untilOwned: 20 * MINUTE },
      ...{ answered: 2, untilAnswered: 75 * MINUTE, late: 2, running: 1 },
    })
  })

  test('of nothing', () => {
    expect(sumObserved([], ownerOf, NOW)).toMatchObject({ count: 0, untilOwned: null, untilAnswered: null, agreed: 0 })
  })

  test.each([
    ['the same rep', one({ owner: { id: '201', at: NOW } }), true],
    ['another one', one({ owner: { id: '202', at: NOW } }), false],
    ['nobody got it', one({}), false],
    ['nobody would have', one({ owner: { id: '201', at: NOW } }, { rep: null }), false],
    ['one who has no owner id', one({ owner: { id: '201', at: NOW } }, { rep: 'gone' }), false],
  ])('agrees: %s', (_, outcome, expected) => {
    expect(agrees(outcome, ownerOf)).toBe(expected)
  })

  test.each([
    ['no answer, and the time is over', one({}), true],
    ['an answer in time', one({ answered: { at: NOW + HOUR, owner: '' } }), false],
    ['an answer too late', one({ answered: { at: NOW + HOUR + 1, owner: '' } }), true],
    ['still time', one({}, { dueAt: LATER }), false],
    ['no clock', one({}, { dueAt: null }), false],
    ['no contact any more', one({ missing: true }), false],
  ])('late: %s', (_, outcome, expected) => {
    expect(isLate(outcome, LATER)).toBe(expected)
  })
})
