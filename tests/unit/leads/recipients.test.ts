import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import { type AboutLead, nextInLine, poolFor, recipientOf, slackIdOf } from '../../../src/leads/recipients.ts'
import { NOW, started } from '../../support/records.ts'

const { team } = await loadConfig('config', NOW)
const about = (more: Partial<AboutLead> = {}): AboutLead => ({ owners: {}, handoffs: [], ...more })

describe('who hears of it', () => {
  it.each<[string, AboutLead, object]>([
    ['owner', about({ owners: { contact: '201' } }), { to: 'sdr-1' }],
    ['owner', about({ handoffs: [started()] }), { to: 'ae-1' }],
    ['owner', about({ pool: 'sdr' }), { to: 'mgr-1' }],
    ['owner', about({ pool: 'cs' }), { to: 'cs-manager' }],
    ['owner', about({ owners: { contact: '900' }, pool: 'cs' }), { to: 'cs-manager', for: '900' }],
    ['company-owner', about({ owners: { contact: '201', company: '301' } }), { to: 'cs-1' }],
    ['company-owner', about({ owners: { contact: '201' } }), { to: 'sdr-1' }],
    ['deal-owner', about({ owners: { deal: '102' } }), { to: 'ae-2' }],
    ['holder', about({ owners: { contact: '201' }, handoffs: [started()] }), { to: 'ae-1' }],
    ['host', about({ owners: { contact: '201' }, host: '102' }), { to: 'ae-2' }],
    ['host', about({ host: '900' }), { to: 'mgr-1', for: '900' }],
    ['manager', about({ owners: { contact: '301' } }), { to: 'cs-manager' }],
    ['vp-sales', about(), { to: 'vp-sales' }],
    ['gone', about({ pool: 'cs' }), { to: 'cs-manager' }],
  ])('%s', (who, lead, recipient) => {
    expect(recipientOf(team, lead, who)).toEqual(recipient)
  })

  it('is nobody who has left', () => {
    const reps = { ...team.reps, 'sdr-1': { ...team.reps['sdr-1'], active: false } } as typeof team.reps
    const left = { ...team, reps }
    expect(recipientOf(left, about({ owners: { contact: '201' } }), 'owner')).toEqual({ to: 'mgr-1', for: '201' })
    expect(recipientOf(left, about(), 'sdr-1')).toEqual({ to: 'mgr-1' })
    expect(slackIdOf(left, 'sdr-1')).toBeUndefined()
  })
})

it('the pool that answers for a lead is that of who has it, of its owner, of its route, else the first', () => {
  expect(poolFor(team, about({ owners: { contact: '301' }, handoffs: [started()], pool: 'sdr' }))).toBe('ae')
  expect(poolFor(team, about({ owners: { contact: '301' }, pool: 'sdr' }))).toBe('cs')
  expect(poolFor(team, about({ pool: 'sdr' }))).toBe('sdr')
  expect(poolFor(team, about({ pool: 'gone' }))).toBe('ae')
})

it('who cannot be told is followed by the manager, the channel and the other managers, each once', () => {
  const line = ['cs-1']
  for (let next = nextInLine(team, 'cs', 'cs-1'); next !== undefined; next = nextInLine(team, 'cs', next))
    line.push(next)
  expect(line).toEqual(['cs-1', 'cs-manager', 'cs', 'mgr-1'])
})
