import { describe, expect, it } from 'vitest'
import type { Config } from '../../../src/config/config.ts'
import type { KeptDecision } from '../../../src/leads/history.ts'
import { compareLead } from '../../../src/what-if/compare.ts'
import { movesOf } from '../../../src/what-if/moves.ts'
import { MINUTE, NOW } from '../../support/records.ts'
import { loadTestConfig } from '../../support/stage.ts'
import { FREE, kept } from './decisions.ts'

const config = await loadTestConfig({ 'routing-cases.yaml': 'cases: []\n' }, NOW)

function changed(edit: (config: Config) => void): Config {
  const after = structuredClone({ ...config, version: 'other' })
  edit(after)
  return after
}

function compare(
  decisions: KeptDecision[],
  after: Config,
  configOf: (version: string) => Config | string = () => config,
) {
  return compareLead('42', { configOf, after, attributesUnder: (_, { attributes }) => attributes }, decisions)
}

/** What each decision was and what it becomes. */
function actions(decisions: KeptDecision[], after: Config): [string, string][] {
  return compare(decisions, after).compared.map(({ was, becomes }) => [was.action, becomes.action])
}

const worth = (points: number) =>
  changed(({ scoring }) => {
    scoring.engagement.signals.demo_requested = { points }
  })
const LATER = { at: NOW + MINUTE, number: 2 }
const WITH_SALES = { ...FREE, withSales: true }

describe('a decision that is made again', () => {
  it('is the same under its own config, and not computed twice', () => {
    const { compared, failed } = compare([kept(config, ['demo_requested'])], config)
    expect(failed).toEqual([])
    expect(compared[0]?.was).toBe(compared[0]?.becomes)
  })

  it.each([
    ['is not kept', { score: 71 }, () => 'the config that made it is not kept', 'the config that made it is not kept'],
    [
      'was scored otherwise',
      { score: 71, engagement: 21 },
      () => config,
      'this release computes otherwise: engagement, score',
    ],
    [
      'was routed otherwise',
      { route: 'mql', action: 'nurture' },
      () => config,
      'this release computes otherwise: route, action',
    ],
    ['breaks', {}, () => ({ ...config, scoring: undefined }) as never, 'it cannot be computed again: '],
  ] as [string, Partial<KeptDecision>, () => Config | string, string][])(
    'is left out when it %s',
    (_, more, configOf, why) => {
      const { compared, failed } = compare([{ ...kept(config, ['demo_requested']), ...more }], worth(0), configOf)
      expect(compared).toEqual([])
      expect(failed[0]?.why).toContain(why)
    },
  )
})

describe('what sales has under the other rules', () => {
  it('a lead that sales would not have got is not with sales at its next decision', () => {
    const decisions = [
      kept(config, ['demo_requested']),
      kept(config, ['demo_requested', 'trial_started'], { ...LATER, standing: WITH_SALES }),
    ]
    expect(actions(decisions, worth(0))).toEqual([
      ['assign', 'nurture'],
      ['stay-with-sales', 'assign'],
    ])
  })

  it('a lead that sales would have got earlier is not given away twice', () => {
    const decisions = [kept(config, []), kept(config, ['demo_requested'], LATER)]
    const after = changed(({ routing }) => {
      for (const route of routing.routes) if (route.name === 'medium-good-fit') route.to = { pool: 'sdr' }
    })
    expect(actions(decisions, after)).toEqual([
      ['nurture', 'assign'],
      ['assign', 'stay-with-sales'],
    ])
  })

  it('a lead that sales never got does not rest after it; what a person said of it stands', () => {
    const resting = { ...FREE, resting: true, restsIn: 'signal-based' }
    const rejected = { ...FREE, rejected: true }
    const first = kept(config, ['demo_requested'])
    expect(actions([first, kept(config, ['demo_requested'], { ...LATER, standing: resting })], worth(0))[1]).toEqual([
      'stay-in-nurture',
      'nurture',
    ])
    expect(actions([first, kept(config, ['demo_requested'], { ...LATER, standing: rejected })], worth(0))[1]).toEqual([
      'stay-rejected',
      'stay-rejected',
    ])
    const ended = kept(config, ['demo_requested'], {
      ...LATER,
      standing: { ...FREE, withSales: true, comesBack: true },
    })
    expect(actions([first, ended], worth(0))[1]).toEqual(['assign', 'nurture'])
  })

  it('an old contact of whom other rules think more stays left alone', () => {
    const adopted = { ...FREE, adopted: { band: 'medium' } }
    expect(
      actions(
        [kept(config, [], { standing: adopted })],
        changed(({ scoring }) => {
          scoring.fit.max = 50
        }),
      ),
    ).toEqual([['stay-adopted', 'stay-adopted']])
    const higher = changed(({ scoring }) => {
      scoring.bands.high = 40
    })
    expect(actions([kept(config, [], { standing: adopted })], higher)).toEqual([['stay-adopted', 'stay-adopted']])
  })
})

describe('which rules move a lead', () => {
  const moves = (types: string[], after: Config) => {
    const [one] = compare([kept(config, types)], after).compared
    return one ? movesOf(one.was, one.becomes) : []
  }
  it.each([
    ['points of a signal', ['demo_requested'], worth(5), [{ rule: 'signal demo_requested', points: -15 }]],
    [
      'a fit rule',
      [],
      changed(({ scoring }) => {
        scoring.fit.rules.splice(2, 1)
      }),
      [{ rule: 'fit buyer-persona', points: -15 }],
    ],
    [
      'the maximum of fit',
      [],
      changed(({ scoring }) => {
        scoring.fit.max = 40
      }),
      [{ rule: 'scoring.yaml: fit.max', points: -10 }],
    ],
    [
      'bands',
      [],
      changed(({ scoring }) => {
        scoring.bands.high = 45
      }),
      [{ rule: 'scoring.yaml: the bands', points: 0 }],
    ],
    [
      'tiers',
      [],
      changed(({ icp }) => {
        icp.tiers = []
      }),
      [
        { rule: 'fit company-size-tier-1', points: -20 },
        { rule: 'fit industry-tier-1', points: -15 },
      ],
    ],
    [
      'routes',
      [],
      changed(({ routing }) => {
        routing.routes = routing.routes.filter(({ name }) => name !== 'medium-good-fit')
      }),
      [{ rule: 'routing.yaml: the routes', points: 0 }],
    ],
    [
      'a signal that is called like what every object has',
      ['constructor', 'constructor'],
      changed(({ scoring }) => {
        scoring.engagement.signals.constructor = { points: 4 } as never
      }),
      [{ rule: 'signal constructor', points: 8 }],
    ],
    [
      'nothing',
      ['demo_requested'],
      changed(({ scoring }) => {
        scoring.engagement.signals.webinar_attended = { points: 1 }
      }),
      [],
    ],
  ] as [string, string[], Config, object[]][])('%s', (_, types, after, expected) => {
    expect(moves(types, after)).toEqual(expected)
  })
})
