import { describe, expect, it } from 'vitest'
import { stageAfter, withStage } from '../../../src/leads/stage-moves.ts'
import { lifecycleFor, nextStage, type StageNews } from '../../../src/leads/stages.ts'
import type { Stage } from '../../../src/rules/stages.ts'
import { facts, HOUR, leadRecord, NOW, started } from '../../support/records.ts'

const SQL = 'salesqualifiedlead'
const MQL = 'marketingqualifiedlead'
const nothing = (shown: string): StageNews => ({
  shown,
  before: shown,
  given: undefined,
  out: undefined,
  gaveBack: false,
  wasSales: false,
  mql: false,
})

describe('the stage after what HubSpot shows', () => {
  it.each<[string, Stage, string | undefined, string, Stage]>([
    ['nothing moved', 'lead', 'lead', 'lead', 'lead'],
    ['a subscriber becomes a lead', 'subscriber', 'subscriber', 'lead', 'lead'],
    ['a person takes it on', 'mql', MQL, SQL, 'sql'],
    ['our own word comes back', 'sql', MQL, SQL, 'sql'],
    ['our own word comes back late', 'opportunity', MQL, SQL, 'opportunity'],
    ['a person sets it back', 'sql', SQL, 'lead', 'lead'],
    ['a person sets an opportunity back to SQL', 'opportunity', 'opportunity', SQL, 'sql'],
    ['a person clears it', 'sql', SQL, '', 'lead'],
    ['a person makes a subscriber of it', 'lead', '', 'subscriber', 'subscriber'],
    ['a stage of the portal’s own', 'sql', SQL, '1234567', 'sql'],
    ['from a stage of the portal’s own', 'sql', '1234567', 'opportunity', 'opportunity'],
    ['back from a stage of the portal’s own', 'sql', '1234567', 'lead', 'lead'],
    ['a customer', 'recycled', SQL, 'customer', 'customer'],
    ['a customer that tells of us', 'customer', 'customer', 'evangelist', 'evangelist'],
    ['a recycled one stays so', 'recycled', SQL, SQL, 'recycled'],
    ['a recycled one whose stage is not known to have moved', 'recycled', undefined, SQL, 'recycled'],
    ['a recycled one that a person takes on again', 'recycled', SQL, 'opportunity', 'opportunity'],
    ['a recycled one that is cleared', 'recycled', SQL, '', 'lead'],
    ['a merge brings a further one', 'lead', undefined, SQL, 'sql'],
    ['a merge brings one that is less far', 'opportunity', undefined, SQL, 'opportunity'],
  ])('%s', (_, stage, before, shown, after) => {
    expect(nextStage(stage, { ...nothing(shown), before })).toBe(after)
  })
})

describe('the stage after rules, sales and its score', () => {
  it.each<[string, Stage, string, Partial<StageNews>, Stage]>([
    ['a rule moves it forwards', 'lead', 'lead', { given: 'sql' }, 'sql'],
    ['a rule does not move it back', 'opportunity', 'opportunity', { given: 'sql' }, 'opportunity'],
    ['a deal is won', 'opportunity', 'opportunity', { given: 'customer' }, 'customer'],
    ['an evangelist', 'customer', 'customer', { given: 'evangelist' }, 'evangelist'],
    ['an opportunity is lost', 'opportunity', 'opportunity', { given: 'recycled' }, 'recycled'],
    ['an MQL is lost', 'mql', MQL, { given: 'recycled' }, 'mql'],
    ['a customer’s further deal is lost', 'customer', 'customer', { given: 'recycled' }, 'customer'],
    ['a recycled one downloads something', 'recycled', SQL, { given: 'lead' }, 'recycled'],
    [
      'one that a person took out downloads something',
      'disqualified',
      'lead',
      { given: 'lead', out: 'person' },
      'disqualified',
    ],
    ['a recycled one is taken on again', 'recycled', SQL, { given: 'sql' }, 'sql'],
    ['an SQL comes back from sales', 'sql', SQL, { gaveBack: true }, 'recycled'],
    ['an MQL comes back from sales', 'mql', MQL, { gaveBack: true }, 'mql'],
    ['a person takes an opportunity out', 'opportunity', 'opportunity', { out: 'person' }, 'disqualified'],
    ['a person takes a customer out', 'customer', 'customer', { out: 'person' }, 'customer'],
    ['rules take a lead out', 'mql', MQL, { out: 'rules', mql: true }, 'disqualified'],
    ['rules would take an SQL out', 'sql', SQL, { out: 'rules' }, 'sql'],
    ['one that was out comes back', 'disqualified', 'lead', {}, 'lead'],
    ['one that was out and qualifies comes back', 'disqualified', 'lead', { mql: true }, 'mql'],
    ['an SQL that was out comes back by a demo', 'disqualified', SQL, { given: 'lead' }, 'recycled'],
    ['an SQL that was out comes back', 'disqualified', SQL, {}, 'recycled'],
    ['one that was SQL in Slack alone comes back', 'disqualified', '', { wasSales: true }, 'recycled'],
    ['marketing takes an SQL back that was out', 'disqualified', SQL, { given: 'recycled' }, 'recycled'],
    ['it qualifies', 'lead', '', { mql: true }, 'mql'],
    ['a recycled one qualifies', 'recycled', SQL, { mql: true }, 'recycled'],
  ])('%s', (_, stage, shown, news, after) => {
    expect(nextStage(stage, { ...nothing(shown), ...news })).toBe(after)
  })
})

describe('what is written to HubSpot', () => {
  it.each<[Stage, string, string | undefined]>([
    ['mql', '', MQL],
    ['mql', 'lead', MQL],
    ['sql', MQL, SQL],
    ['sql', SQL, undefined],
    ['sql', 'opportunity', undefined],
    ['sql', '1234567', undefined],
    ['lead', '', undefined],
    ['lead', 'subscriber', 'lead'],
    ['recycled', SQL, undefined],
    ['disqualified', 'lead', undefined],
    ['evangelist', 'customer', 'evangelist'],
  ])('%s where HubSpot shows "%s": %s', (stage, shown, word) => {
    expect(lifecycleFor(stage, shown)).toBe(word)
  })
})

describe('the stage of a lead after a change', () => {
  const lead = leadRecord({
    attributes: facts({ lifecycleStage: SQL }),
    stage: { name: 'sql', since: NOW - HOUR },
  })
  const state = { lead, written: { lifecyclestage: SQL } }
  const contact = (lifecyclestage: string | null) => ({ properties: { lifecyclestage } })

  it('stands since it came about', () => {
    expect(stageAfter(state, lead, [], contact(SQL), NOW)).toEqual({ name: 'sql', since: NOW - HOUR })
    expect(stageAfter(state, lead, [], contact('opportunity'), NOW)).toEqual({ name: 'opportunity', since: NOW })
  })

  it('does not move by a click that came before HubSpot was read again', () => {
    const behind = { ...lead, attributes: facts({ lifecycleStage: MQL }) }
    expect(stageAfter({ ...state, lead: behind }, behind, [], undefined, NOW).name).toBe('sql')
  })

  it('is recycled when sales gave it back since, and nobody goes on with it', () => {
    const back = { ...lead, ended: { how: 'returned', at: NOW - 1 } as const }
    expect(stageAfter(state, back, [], undefined, NOW).name).toBe('recycled')
    expect(stageAfter(state, back, [started()], undefined, NOW).name).toBe('sql')
    const toOpen = [{ kind: 'mql-to-sales', by: { what: 'handoff', name: 'x' } as const, at: NOW }]
    expect(stageAfter(state, { ...back, toOpen }, [], undefined, NOW).name).toBe('sql')
    const before = { ...back, ended: { how: 'returned', at: NOW - 2 * HOUR } as const }
    expect(stageAfter(state, before, [], undefined, NOW).name).toBe('sql')
  })

  it('is given once: what a person sets afterwards stands', () => {
    const stageGiven = { name: 'opportunity', by: { what: 'handoff', name: 'x' }, at: NOW } as const
    expect(stageAfter(state, { ...lead, stageGiven }, [], contact(SQL), NOW).name).toBe('opportunity')
    const given = { lead: { ...lead, stageGiven }, written: state.written }
    expect(stageAfter(given, given.lead, [], contact(SQL), NOW).name).toBe('sql')
  })

  it('says so in the history, and what begins by it is to begin', () => {
    const kind = { starts: [{ stage: 'recycled' as const }] }
    const config = { handoffs: { kinds: { back: kind as never }, comesBack: { points: 20 } } }
    const back = { ...lead, ended: { how: 'returned', at: NOW } as const }
    const change = withStage(
      config,
      { ...state, id: '42', handoffs: {}, messages: {}, inbox: [], freshPseudonym: 'x' },
      { lead: back, handoffs: [], posts: [], history: [], toWrite: false },
      NOW,
    )
    expect(change).toMatchObject({
      lead: { stage: { name: 'recycled', since: NOW }, toOpen: [{ kind: 'back' }] },
      history: [{ what: 'stage', reason: 'sql to recycled' }],
      toWrite: true,
      refresh: true,
    })
  })
})
