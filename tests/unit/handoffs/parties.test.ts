import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import { buttonsNow, mayPress } from '../../../src/handoffs/buttons.ts'
import type { Handoff } from '../../../src/handoffs/handoff.ts'
import type { Button, HandoffKind } from '../../../src/handoffs/kinds.ts'
import { calendarFor, findParty, managerFor, type PartyContext } from '../../../src/handoffs/parties.ts'
import type { Party } from '../../../src/rules/outcomes.ts'
import { DAY, HOUR, NOW, started } from '../../support/records.ts'

const { team } = await loadConfig('config', NOW)

function context(more: Partial<PartyContext> = {}): PartyContext {
  return { team, owners: {}, handoffs: [], cover: 'stand-in', now: NOW, ...more }
}

const had = (rep: string, kind = 'mql-to-sales', startedAt = NOW - DAY): Handoff => ({
  ...started(),
  id: `42-${rep}`,
  kind,
  startedAt,
  holders: [{ rep, pool: 'sdr', since: startedAt, how: 'rotation', assignmentId: `${rep}-1` }],
})

describe('who gets a handoff', () => {
  it.each<[string, Party, Partial<PartyContext>, unknown]>([
    ['a pool, whose rotation chooses', { pool: 'ae' }, {}, { pool: 'ae' }],
    ['nobody, of a pool that is not there', { pool: 'gone' }, {}, undefined],
    ['a person who belongs to no pool', { person: 'marketing' }, {}, { who: 'marketing', how: 'named', pool: '' }],
    ['a rep by name, in their pool', { person: 'sdr-2' }, {}, { who: 'sdr-2', how: 'named', pool: 'sdr' }],
    ['a manager by name', { person: 'mgr-1' }, {}, { who: 'mgr-1', how: 'named', pool: '' }],
    ['nobody, of a name that is not there', { person: 'gone' }, {}, undefined],
    [
      'the owner of the contact',
      { owner: 'contact' },
      { owners: { contact: '101' } },
      { who: 'ae-1', how: 'owns-contact', pool: 'ae' },
    ],
    [
      'the owner of the company',
      { owner: 'company' },
      { owners: { company: '302' } },
      { who: 'cs-2', how: 'owns-company', pool: 'cs' },
    ],
    [
      'the owner of the deal',
      { owner: 'deal' },
      { owners: { deal: '102' } },
      { who: 'ae-2', how: 'owns-deal', pool: 'ae' },
    ],
    ['nobody, of what has no owner', { owner: 'contact' }, {}, undefined],
    ['who else, of what has no owner', { owner: 'deal', else: { pool: 'cs' } }, {}, { pool: 'cs' }],
    [
      'who else, of an owner whom Baton does not know',
      { owner: 'contact', else: { person: 'mgr-1' } },
      { owners: { contact: '900' } },
      { who: 'mgr-1', how: 'named', pool: '' },
    ],
    ['the manager of a pool', { managerOf: 'cs' }, {}, { who: 'cs-manager', how: 'manages', pool: '' }],
    [
      'the manager of whoever owns it',
      { managerOf: 'owner' },
      { owners: { contact: '301' } },
      { who: 'cs-manager', how: 'manages', pool: '' },
    ],
    ['who else, of a manager of nobody', { managerOf: 'owner', else: { pool: 'ae' } }, {}, { pool: 'ae' }],
    [
      'who had the last of some kinds',
      { lastWith: ['mql-to-sales'] },
      { handoffs: [had('sdr-2'), had('sdr-1', 'mql-to-sales', NOW - HOUR), had('ae-1', 'trial', NOW)] },
      { who: 'sdr-1', how: 'had-it', pool: 'sdr' },
    ],
    [
      'who else, where nobody had one',
      { lastWith: ['mql-to-sales'], else: { pool: 'sdr' } },
      { handoffs: [had('ae-1', 'trial')] },
      { pool: 'sdr' },
    ],
    [
      'the second way of going on',
      { owner: 'deal', else: { lastWith: ['mql-to-sales'], else: { pool: 'sdr' } } },
      { handoffs: [had('sdr-2')] },
      { who: 'sdr-2', how: 'had-it', pool: 'sdr' },
    ],
  ])('%s', (_, party, more, found) => expect(findParty(party, context(more))).toEqual(found))

  it('a stand-in of their pool, while the owner is away', () => {
    const away = { ...context({ owners: { contact: '101' } }), now: Date.parse('2026-12-22T15:00:00Z') }
    expect(findParty({ owner: 'contact' }, away)).toEqual({ pool: 'ae', standInFor: 'ae-1' })
    const kept = { ...away, cover: 'new-owner' as const }
    expect(findParty({ owner: 'contact' }, kept)).toMatchObject({ who: 'ae-1' })
  })

  it('nobody who has left', () => {
    const reps = { ...team.reps, 'ae-1': { ...team.reps['ae-1'], active: false } } as typeof team.reps
    const left = context({ team: { ...team, reps }, owners: { contact: '101' }, handoffs: [had('ae-1')] })
    expect(findParty({ owner: 'contact', else: { pool: 'ae' } }, left)).toEqual({ pool: 'ae' })
    expect(findParty({ lastWith: ['mql-to-sales'] }, left)).toBeUndefined()
    expect(findParty({ person: 'ae-1' }, left)).toBeUndefined()
  })

  it('and who hears of it besides: the manager of the pool that had it, or of its owner', () => {
    expect(managerFor(context({ handoffs: [had('sdr-1')] }))).toBe('mgr-1')
    expect(managerFor(context({ owners: { contact: '301' } }))).toBe('cs-manager')
    expect(managerFor(context())).toBeUndefined()
  })

  it('whose hours count: their own, else those of the kind, else none', () => {
    expect(calendarFor(team, 'ae-2', { calendar: 'us-east' })).toBe('europe')
    expect(calendarFor(team, 'mgr-1', { calendar: 'us-east' })).toBe('us-east')
    expect(calendarFor(team, 'mgr-1', {})).toBeUndefined()
  })
})

describe('the buttons of a kind', () => {
  const button = (name: string, more: Partial<Button> = {}): Button => ({
    name,
    label: name,
    act: 'answer',
    do: [],
    ...more,
  })
  const kind = {
    buttons: [
      button('contacted'),
      button('accept', { act: 'end', ending: 'accepted' }),
      button('failed', { act: 'end', ending: 'rejected', after: 'answer' }),
      button('attempt', { act: 'attempt' }),
      button('pass-on', { act: 'pass-on' }),
      button('explain', { act: 'explain' }),
    ],
  }
  const names = (state: Handoff['state']) => buttonsNow(kind, { state }).map(({ name }) => name)

  it('are shown when they make sense', () => {
    expect(names('open')).toEqual(['contacted', 'accept', 'pass-on', 'explain'])
    expect(names('answered')).toEqual(['accept', 'failed', 'explain'])
    expect(names('waiting')).toEqual([])
    expect(names('ended')).toEqual([])
  })

  it('are the usual ones of a kind that has left the config; after the answer nothing is to settle', () => {
    expect(buttonsNow(undefined, { state: 'open' }).map(({ name }) => name)).toEqual([
      'contacted',
      'pass-on',
      'disqualify',
      'explain',
    ])
    expect(buttonsNow(undefined, { state: 'answered' })).toEqual([])
  })

  it.each<[string, Partial<Handoff>, Partial<HandoffKind>, string | undefined, string, boolean]>([
    ['its holder', {}, {}, undefined, 'U0000AE1', true],
    ['another member of the pool', {}, {}, undefined, 'U0000AE2', true],
    ['the manager of the pool', {}, {}, undefined, 'U000MGR1', true],
    ['nobody of another pool', {}, {}, undefined, 'U000SDR1', false],
    ['whom the kind tells', {}, { tells: ['vp-sales'] }, undefined, 'U0000VPS', true],
    ['the members of a pool that it tells', {}, { tells: ['cs'] }, undefined, 'U0000CS2', true],
    ['the owner, whom it tells', {}, { tells: ['owner'] }, '201', 'U000SDR1', true],
    [
      'whom its ladder tells',
      {},
      { ladder: [{ at: { ms: HOUR }, do: 'tell', tell: 'cs-manager' }] },
      undefined,
      'U000CSMG',
      true,
    ],
    ['the manager whom it names itself', { pool: '', manager: 'cs-manager' }, {}, undefined, 'U000CSMG', true],
    ['whom the reason is asked of', { wantsReason: { of: 'sdr-1', at: NOW } }, {}, undefined, 'U000SDR1', true],
    ['no stranger', {}, { tells: ['vp-sales'] }, undefined, 'U0STRANGER', false],
  ])('are pressed by %s', (_, more, kind, owner, user, may) => {
    const rules = { tells: [], ladder: [], ...kind }
    expect(mayPress(team, rules, { ...started(), ...more }, owner, user)).toBe(may)
  })
})
