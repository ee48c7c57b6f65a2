import { describe, expect, test } from 'vitest'
import { routeScores } from '../../../src/calibrate/bands.ts'
import { calibrate } from '../../../src/calibrate/calibrate.ts'
import { casesOf, type KeptLead, storyOf, type Target } from '../../../src/calibrate/cases.ts'
import { inputsOf, rowOf, scoreOf } from '../../../src/calibrate/inputs.ts'
import type { Question } from '../../../src/calibrate/question.ts'
import { unreadOf } from '../../../src/calibrate/reads.ts'
import { calibrationText } from '../../../src/calibrate/text.ts'
import { fitWeights } from '../../../src/calibrate/weights.ts'
import { scoreLead } from '../../../src/rules/score.ts'
import {
  keptDecision,
  type Making,
  makeLeads,
  questionOf,
  rulesOf,
  storiesOf,
  TODAY,
  TRUE_SCALE,
  truthOf,
  WORLD,
  type World,
} from '../../support/generated-leads.ts'

const DAY = 24 * 60 * 60_000

/** What calibration says of made leads. */
function judge(making: Making, changes: Partial<Question> = {}) {
  const { world = WORLD } = making
  return calibrate(questionOf(world, changes), storiesOf(makeLeads(making), rulesOf(world), changes.target))
}
const verdictOn = (report: ReturnType<typeof calibrate>, name: string) => report.inputs.find((one) => one.name === name)

describe('what the data carry', () => {
  const report = judge({ seed: 1, count: 3_000 })

  test('the weights that are wrong move to what is true, on the scale of the config; the others stay', () => {
    expect(report.verdict).toBe('proposed')
    for (const { name, truth, points } of [...WORLD.fit, ...WORLD.signals]) {
      const { proposed, low, high } = verdictOn(report, name) ?? {}
      if (Math.abs(truth - points) <= 2) expect([name, proposed]).toEqual([name, null])
      else expect(Math.abs((proposed ?? Number.NaN) - truth), name).toBeLessThanOrEqual(3)
      expect([name, (low ?? 0) <= truth && truth <= (high ?? 0)]).toEqual([name, true])
    }
    expect(report.doubling).toBeGreaterThan(7)
    expect(report.doubling).toBeLessThan(9.5)
    expect(report.intervals).toBe('fit')
  })

  test('every change has its comment, and thresholds let as many leads through as before', () => {
    expect(report.proposals.find(({ path }) => path.join('.') === 'fit.rules.2.points')).toMatchObject({
      from: 5,
      why: expect.stringMatching(/^persona 5 → \d+, 95 % \d+…\d+, 556 leads, 59 % converted$/),
    })
    expect(report.proposals.filter(({ path }) => path[0] === 'bands').map(({ path }) => path[1])).toEqual([
      ...['medium', 'high', 'hot'],
    ])
    for (const [at, { passes }] of report.gates.now.entries()) {
      if (report.gates.now[at]?.gate === 'mql')
        expect(Math.abs((report.gates.proposed[at]?.passes ?? 0) - passes)).toBeLessThan(0.02 * 3_000)
    }
  })

  test('ranking, bands, reliability and volumes are judged on the newest three tenths', () => {
    expect([report.fitted.leads, report.judged.leads]).toEqual([2_100, 900])
    expect(report.ranking?.difference.low).toBeGreaterThan(0.05)
    expect(report.bands?.now.low.leads).toBeGreaterThan(100)
    const sum = (groups: { leads: number }[]) => groups.reduce((total, { leads }) => total + leads, 0)
    expect(sum(Object.values(report.bands?.proposed ?? {}))).toBe(900)
    expect(sum(report.reliability)).toBe(900)
    for (const { said, came } of report.reliability) expect(Math.abs(said - came)).toBeLessThan(0.15)
    expect(report.volumes.map(({ share, today }) => [share, today])).toEqual([
      ...[
        [1, true],
        [0.1, false],
        [0.2, false],
        [0.3, false],
      ],
    ])
    expect(report.volumes[3]?.proposed).toBeGreaterThan((report.volumes[3]?.now ?? 0) + 20)
  })

  test('the same leads give the same words', () => {
    expect(judge({ seed: 1, count: 3_000 })).toEqual(report)
  })
})

test('the truth lies within the intervals about as often as they say, of few leads', () => {
  let [held, all] = [0, 0]
  for (let seed = 1; seed <= 20; seed++) {
    const { cases } = casesOf(storiesOf(makeLeads({ seed, count: 500 })), TODAY)
    const { inputs } = questionOf()
    const weights = fitWeights(
      inputs,
      [...inputs.keys()],
      cases.map(({ row }) => row),
      cases.map(({ outcome }) => outcome),
    )
    for (const [at, truth] of truthOf(WORLD).entries()) {
      const { low, high } = weights?.of[at]?.interval ?? { low: 0, high: 0 }
      const there = (truth * (weights?.scale ?? 0)) / TRUE_SCALE
      all += 1
      if (low <= there && there <= high) held += 1
    }
  }
  expect(held / all).toBeGreaterThanOrEqual(0.9)
  expect(held / all).toBeLessThanOrEqual(0.99)
})

test('of outcomes that mean nothing it proposes nothing', () => {
  const proposing = Array.from({ length: 20 }, (_, seed) => judge({ seed, count: 1_000, shuffled: true }))
  expect(proposing.filter(({ proposals }) => proposals.length > 0).length).toBeLessThanOrEqual(1)
  expect(proposing[0]?.verdict).toBe('no evidence')
  expect(calibrationText(proposing[0] as ReturnType<typeof calibrate>, 'text')).toContain('No evidence')
})

describe('how much data it takes', () => {
  const rare: World = { ...WORLD, base: -6.2 }

  test('fewer than 20 of the rarer outcome: refused, with the number that is missing', () => {
    const { refusal, verdict, proposals } = judge({ seed: 3, count: 300, world: rare })
    expect([verdict, proposals]).toEqual(['refused', []])
    const missing = refusal?.missing ?? 0
    expect(missing).toBeGreaterThan(0)
    expect(refusal?.message).toContain(
      `${20 - missing} of 300 leads are with the outcome sql: 20 are needed, ${missing} are missing`,
    )
    // The rarer outcome may be "no".
    const often = judge({ seed: 3, count: 60, world: { ...WORLD, base: 3 } })
    expect(often.refusal?.message).toContain('leads are without the outcome')
  })

  test('20 to 99: the ranking, marked as weak, and no proposal', () => {
    const report = judge({ seed: 3, count: 1_000, world: { ...WORLD, base: -5.4 } })
    expect(report.converted).toBeGreaterThanOrEqual(20)
    expect(report.converted).toBeLessThan(100)
    expect([report.verdict, report.proposals]).toEqual(['weak', []])
    expect(report.ranking).not.toBeNull()
    expect(report.inputs.every(({ proposed }) => proposed === null)).toBe(true)
    expect(report.warnings.join()).toContain(`weak: ${report.converted} leads`)
  })

  test('a weight stays whose leads have too few of the rarer outcome, however wrong it is', () => {
    const few: World = { ...WORLD, fit: [...WORLD.fit, { name: 'phone', chance: 0.01, points: -30, truth: 60 }] }
    const report = judge({ seed: 4, count: 3_000, world: few })
    expect(verdictOn(report, 'phone')).toMatchObject({
      proposed: null,
      reason: expect.stringMatching(/^\d+ without the outcome, 30 needed$/),
    })
    expect(report.verdict).toBe('proposed')
  })

  test('one that all convert with costs the others no interval', () => {
    const certain: World = { ...WORLD, fit: [...WORLD.fit, { name: 'won', chance: 0.02, points: 10, truth: 400 }] }
    const report = judge({ seed: 4, count: 2_000, world: certain })
    expect(verdictOn(report, 'won')).toMatchObject({
      low: null,
      proposed: null,
      reason: '0 without the outcome, 30 needed',
    })
    expect(report.intervals).toBe('fit')
    expect(verdictOn(report, 'demo')?.proposed).toBeGreaterThan(14)
  })

  test('where the fit without a penalty has no answer, the intervals are from a bootstrap, and it says so', () => {
    const twins: World = { ...WORLD, fit: WORLD.fit.map((one) => ({ ...one })) }
    const leads = makeLeads({ seed: 5, count: 1_200, world: twins }).map((lead): KeptLead => {
      const decisions = lead.decisions.map((one) => {
        const { 'hubspot.size': size } = one.attributes
        return { ...one, attributes: { ...one.attributes, ...(size ? { 'hubspot.twin': size } : {}) } }
      })
      return { ...lead, decisions }
    })
    const world: World = { ...WORLD, fit: [...WORLD.fit, { name: 'twin', chance: 0, points: 4, truth: 0 }] }
    const report = calibrate(questionOf(world), storiesOf(leads, rulesOf(world)))
    expect(report.intervals).toBe('bootstrap')
    expect(verdictOn(report, 'demo')?.low).toBeLessThan(verdictOn(report, 'demo')?.high ?? 0)
    expect(calibrationText(report, 'text')).toContain('seeded bootstrap')
    for (const { why, path } of report.proposals)
      if (path[0] !== 'bands' && path[0] !== 'mql') expect(why).toContain('(bootstrap)')
  })

  test('a weight moves only when its interval leaves out what it is now', () => {
    const verdicts = [21, 22, 23].flatMap((seed) => judge({ seed, count: 1_500 }).inputs)
    const held = verdicts.filter(({ now, low, high }) => (low ?? 0) <= now && now <= (high ?? 0))
    expect(held.length).toBeGreaterThan(5)
    for (const { name, proposed, reason } of held)
      expect([name, proposed, reason]).toEqual([name, null, 'the interval holds the present points'])
    expect(verdicts.filter(({ proposed }) => proposed !== null).length).toBeGreaterThan(5)
  })

  test('points stay within what the config takes', () => {
    const wild: World = { ...WORLD, signals: [...WORLD.signals, { name: 'chat', chance: 0.3, points: 10, truth: -25 }] }
    const report = judge({ seed: 6, count: 3_000, world: wild })
    const chat = verdictOn(report, 'chat')
    const input = questionOf(wild).inputs.find(({ name }) => name === 'chat')
    expect(chat?.proposed).toBeGreaterThanOrEqual(input?.least ?? 0)
    expect(chat?.proposed).toBeLessThan(3)
    if (input?.least === 0) expect(chat?.reason).toMatch(/^at the bound: wants -\d+$/)
  })
})

describe('selection', () => {
  const sentFrom25 = { isSent: (score: number) => score >= 25 }

  test('leads that the present rules chose alone are refused, unless a person says so', () => {
    const { refusal } = judge({ seed: 7, count: 3_000, ...sentFrom25 })
    expect(refusal).toMatchObject({ why: 'selection', message: expect.stringContaining('--accept-selection') })
    const told = judge({ seed: 7, count: 3_000, ...sentFrom25 }, { acceptSelection: true })
    expect(told.refusal).toBeNull()
    expect(told.warnings.join()).toContain('what they miss is not seen')
  })

  test('with a random sample it is learnt from; one that was never worked is unknown, and no "no"', () => {
    const making = { seed: 8, count: 6_000, ...sentFrom25, share: 0.1 }
    const report = judge(making)
    expect(report.refusal).toBeNull()
    expect(report.sampled).toBeGreaterThan(200)
    const sent = makeLeads(making).filter(({ decisions }) => decisions[0]?.action === 'assign').length
    expect(report.leads).toBe(sent)
    expect(report.leftOut.neverSent).toBe(6_000 - sent)
    for (const [at, truth] of truthOf(WORLD).entries()) {
      const { name, low, high } = report.inputs[at] ?? {}
      expect([name, (low ?? 0) - 2 <= truth && truth <= (high ?? 0) + 2]).toEqual([name, true])
    }
  })

  test('each of a sample stands for those that were not drawn, where all leads are judged', () => {
    const report = judge({ seed: 8, count: 6_000, ...sentFrom25, share: 0.1 })
    const leads = Object.values(report.bands?.now ?? {}).reduce((sum, group) => sum + group.leads, 0)
    expect(leads).toBeGreaterThan(report.judged.leads * 1.5)
    expect(Math.abs(leads - 1_800)).toBeLessThan(500)
  })

  test('one that was sent and that nobody worked is left out', () => {
    const leads = makeLeads({ seed: 9, count: 1_000 })
    const unworked = leads.map((lead, at) =>
      at % 2 === 0 && !lead.outcomes.salesqualifiedlead ? { ...lead, outcomes: {} } : lead,
    )
    const report = calibrate(questionOf(), storiesOf(unworked))
    const left = unworked.filter(({ outcomes }) => Object.keys(outcomes).length === 0).length
    expect(report.leftOut.unworked).toBe(left)
    expect(report.leads).toBe(1_000 - left)
  })
})

test('acts of sales are left out, and named', () => {
  const sms = { name: 'sms', chance: 0.4, points: 10, truth: 40, by: 'sales' as const }
  const report = judge({ seed: 10, count: 3_000, world: { ...WORLD, signals: [...WORLD.signals, sms] } })
  expect(verdictOn(report, 'sms')).toMatchObject({ proposed: null, low: null, reason: 'act of sales' })
  expect(calibrationText(report, 'text')).toContain('Inputs left out: sms (act of sales)')
})

test('what changes after the first handover does not count, nor where the lead stands today', () => {
  const rules = rulesOf(WORLD)
  const inputs = inputsOf(rules.scoring)
  const first = keptDecision({ at: TODAY - 90 * DAY, signals: [{ id: 'd', type: 'demo', at: TODAY - 91 * DAY }] })
  const nurtured = keptDecision({ at: TODAY - 95 * DAY, action: 'nurture', number: 0 })
  const late = keptDecision({
    ...{ at: TODAY - 10 * DAY, number: 2, action: 'stay-with-sales' },
    attributes: { 'hubspot.size': { value: 'yes', source: 'hubspot' } },
    signals: [...first.signals, { id: 'p', type: 'pricing', at: TODAY - 11 * DAY }],
  })
  const kept = { outcomes: { answered: { at: TODAY - 89 * DAY } }, acceptedAt: undefined }
  const story = storyOf(rules, inputs, { ...kept, decisions: [nurtured, first, late] }, 'sql', 0)
  expect(story).toMatchObject({ at: first.at, row: rowOf(rules, inputs, first).row, sent: true, worked: true })
  // A signal that fades is worth what it was worth then.
  const fading = rulesOf(WORLD)
  fading.scoring.engagement.signals.demo = { points: 8, halfLife: 1 * DAY }
  expect(rowOf(fading, inputs, first).row.of).toEqual([0.5])
})

test('a row gives the score that the rules gave', () => {
  for (const [index, lead] of makeLeads({ seed: 11, count: 200 }).entries()) {
    const rules = rulesOf(WORLD)
    rules.scoring.fit.max = 25
    rules.scoring.engagement = {
      ...rules.scoring.engagement,
      ...{ max: 20, window: 30 * DAY, inactivity: { points: -3, every: 1 * DAY } },
      signals: {
        ...rules.scoring.engagement.signals,
        pricing: { points: 5, halfLife: 2 * DAY, cap: { count: 1, per: DAY } },
      },
    }
    const [decision] = lead.decisions
    if (!decision) throw new Error('no decision')
    const later = { ...decision, at: decision.at + (index % 4) * DAY }
    const inputs = inputsOf(rules.scoring)
    const score = scoreLead(rules, later.attributes, later.signals, later.at)
    const { row } = rowOf(rules, inputs, later)
    expect(
      scoreOf(
        rules.scoring,
        inputs,
        inputs.map(({ points }) => points),
        row,
      ),
    ).toEqual({
      ...{ fit: score.fit.points, engagement: score.engagement.points, total: score.total },
    })
  }
})

test('a row gives the score also of base points, amounts, steps and points below zero', () => {
  const rules = rulesOf(WORLD)
  const { scoring } = rules
  scoring.base = 7
  Object.assign(scoring.engagement.signals, {
    minutes: { points: { per: 10, of: 2 }, halfLife: 2 * DAY },
    pages: { points: { per: 1, of: 3, atMost: 8 } },
    visits: {
      points: {
        steps: [
          { from: 2, points: 4 },
          { from: 5, points: 9 },
        ],
      },
    },
    complained: { points: -6 },
    greeted: { points: 4 },
  })
  const inputs = inputsOf(scoring)
  const signal = (type: string, value?: string) => ({ id: type, type, at: TODAY - DAY, ...(value ? { value } : {}) })
  const signals = [
    signal('minutes', '45'),
    signal('pages', '6'),
    signal('visits', '3'),
    signal('complained'),
    signal('demo'),
  ]
  const score = scoreLead(rules, {}, signals, TODAY)
  const rowWith = (more: typeof signals) => rowOf(rules, inputs, keptDecision({ signals: [...signals, ...more] })).row
  const points = inputs.map((input) => input.points)
  expect(score.total).toBe(7 + Math.round(9 * Math.SQRT1_2 + 8 + 4 - 6 + 8))
  expect(scoreOf(scoring, inputs, points, rowWith([])).total).toBe(score.total)
  // What can be moved as one number says where it stands; what cannot is left to people.
  const moved = Object.fromEntries(
    inputs.map(({ name, points, path, byHand }) => [name, byHand ?? [points, path.at(-1)]]),
  )
  expect(moved).toMatchObject({
    ...{ minutes: [2, 'of'], pages: 'has an end', visits: 'goes by steps', complained: [-6, 'points'] },
  })
  // What our own people did is no act of the lead, whatever the rules say of its kind.
  expect(rowWith([{ ...signal('greeted'), by: 'sales' } as (typeof signals)[0]])).toEqual(rowWith([]))
})

describe('young leads', () => {
  const rules = rulesOf(WORLD)
  const inputs = inputsOf(rules.scoring)
  /** A lead that was sent so many days ago, and converted after so many. */
  const lead = (days: number, after?: number): KeptLead => ({
    outcomes: {
      answered: { at: TODAY - days * DAY },
      ...(after === undefined ? {} : { salesqualifiedlead: { at: TODAY - days * DAY + after * DAY } }),
    },
    acceptedAt: undefined,
    decisions: [keptDecision({ at: TODAY - days * DAY })],
  })
  const casesFrom = (...leads: KeptLead[]) => {
    return casesOf(
      leads.flatMap((one) => storyOf(rules, inputs, one, 'sql', 0) ?? []),
      TODAY,
    )
  }

  test('a "no" counts only when four of five outcomes would have come by then', () => {
    const waits = [10, 20, 30, 40, 50, 60].map((after) => lead(200, after))
    const { cases, patience, leftOut } = casesFrom(...waits, lead(200), lead(51), lead(49), lead(5), lead(20, 10))
    expect(patience / DAY).toBeCloseTo(48, 5)
    // Of the young ones only the fast have converted: they would make the youngest look best.
    expect(leftOut).toMatchObject({ young: 1, youngWithOutcome: 1 })
    expect(cases.filter(({ outcome }) => !outcome)).toHaveLength(3)
  })

  test('a lead that had come so far before it was sent says nothing of its score', () => {
    expect(casesFrom(lead(100, 10), lead(100, -5)).leftOut.before).toBe(1)
  })

  test('the report says how many', () => {
    const report = judge({ seed: 12, count: 2_000, days: 60, wait: (part) => 60 * part })
    expect(report.leftOut.young).toBeGreaterThan(100)
    expect(calibrationText(report, 'text')).toMatch(
      /younger than \d+\.\d days, .* [\d,]+ \(\d+ of them converted already\)/,
    )
  })
})

test.each<[Target, number | undefined, Record<string, { at: number }>, number | null]>([
  ['accepted', 5, {}, 5],
  ['accepted', undefined, { opportunity: { at: 7 } }, 7],
  ['accepted', 5, { salesqualifiedlead: { at: 3 } }, 3],
  ['sql', 5, {}, null],
  ['sql', 5, { salesqualifiedlead: { at: 6 }, customer: { at: 9 } }, 6],
  ['opportunity', 5, { salesqualifiedlead: { at: 6 }, customer: { at: 9 } }, 9],
  ['customer', 5, { opportunity: { at: 6 } }, null],
])('%s is what a lead came to, or further: accepted %s, %j', (target, acceptedAt, outcomes, outcomeAt) => {
  const rules = rulesOf(WORLD)
  const decisions = [keptDecision({ at: 0 })]
  expect(storyOf(rules, inputsOf(rules.scoring), { outcomes, acceptedAt, decisions }, target, 0)?.outcomeAt).toBe(
    outcomeAt,
  )
})

test('when the halves differ, a warning says so; --since leaves the older out', () => {
  const changed = [
    ...makeLeads({ seed: 13, count: 600, days: 300, world: { ...WORLD, base: -6 } }),
    ...makeLeads({ seed: 14, count: 600, days: 120 }),
  ]
  const story = (since: number) => {
    const rules = rulesOf(WORLD)
    return changed.flatMap((one) => storyOf(rules, inputsOf(rules.scoring), one, 'sql', since) ?? [])
  }
  expect(calibrate(questionOf(), story(0)).warnings.join()).toMatch(/the older half converted \d.*the newer .*--since/)
  const newer = calibrate(questionOf(), story(TODAY - 120 * DAY))
  expect(newer.warnings.join()).not.toContain('the older half')
  expect(newer.population).toBeLessThan(1_000)
})

test('an input that alone tells the outcome is refused without a word of a person', () => {
  const leak: World = {
    ...WORLD,
    base: -6,
    fit: [...WORLD.fit, { name: 'won-property', chance: 0.3, points: 5, truth: 150 }],
  }
  const { refusal } = judge({ seed: 15, count: 1_500, world: leak })
  expect(refusal).toMatchObject({ why: 'telling', message: expect.stringContaining('--allow won-property') })
  expect(judge({ seed: 15, count: 1_500, world: leak }, { allowed: ['won-property'] }).refusal).toBeNull()
})

describe('what was never kept', () => {
  const world: World = { ...WORLD, fit: [...WORLD.fit, { name: 'city', chance: 0.5, points: 15, truth: 10 }] }
  const stories = storiesOf(makeLeads({ seed: 16, count: 1_500 }), rulesOf(world))

  test('a property that the config reads and no decision knows is named, and its rule stays', () => {
    const unread = unreadOf(rulesOf(world), stories)
    expect(unread).toEqual({ byRule: { city: ['hubspot.city'] }, since: [] })
    const report = calibrate(questionOf(world, { unread }), stories)
    expect(verdictOn(report, 'city')).toMatchObject({
      proposed: null,
      reason: 'reads hubspot.city, which no kept decision knows',
    })
    expect(calibrationText(report, 'text')).toContain('Never kept, so counted as 0: hubspot.city')
  })

  test('what the profile and the job title say is taken back to what they are worked out of', () => {
    const rules = rulesOf(world)
    rules.icp.personas.push({ name: 'boss', when: { kind: 'test', attribute: 'title.seniority', test: { is: 'vp' } } })
    rules.icp.tiers.push({ tier: 1, size: [5, 50], industries: ['retail'] })
    const rule = (id: string, attribute: string) => {
      return { id, points: 5, when: { kind: 'test' as const, attribute, test: { known: true } } }
    }
    rules.scoring.fit.rules = [rule('who', 'persona'), rule('what', 'icp.tier'), rule('small', 'company.belowMinimum')]
    const known = stories.map((story) => ({ ...story, known: ['company.size'] }))
    expect(unreadOf(rules, known).byRule).toEqual({ who: ['jobTitle'], what: ['company.industry'] })
  })

  test('one that is read only since some day is named with the day', () => {
    const half = stories.map((story, at) => (at < 700 ? story : { ...story, known: [...story.known, 'hubspot.city'] }))
    const unread = unreadOf(rulesOf(world), half)
    expect(unread).toEqual({ byRule: {}, since: [{ attribute: 'hubspot.city', at: half[700]?.at }] })
    expect(calibrate(questionOf(world, { unread }), half).warnings.join()).toContain(
      'hubspot.city is known of no lead before',
    )
  })
})

test('nobody is ranked: a report names no rep, no lead and no pool', () => {
  const leads = makeLeads({ seed: 1, count: 1_500 }).map((lead, at): KeptLead => {
    const decisions = lead.decisions.map((one) => ({
      ...one,
      rep: `rep-canary-${at % 3}`,
      to: { pool: 'pool-canary' },
    }))
    return { ...lead, decisions }
  })
  const report = calibrate(questionOf(), storiesOf(leads))
  expect(JSON.stringify(report) + calibrationText(report, 'md')).not.toContain('canary')
})

test('gates that never pass and bands that convert the wrong way are told', () => {
  const upside: World = {
    ...WORLD,
    fit: [{ name: 'size', chance: 0.4, points: 40, truth: -20 }, ...WORLD.fit.slice(2)],
  }
  const question = questionOf(upside)
  question.scoring.mql = { score: 40, fit: 20, engagement: 60 }
  const report = calibrate(question, storiesOf(makeLeads({ seed: 17, count: 2_500, world: upside }), rulesOf(upside)))
  expect(report.inversions.now.length).toBeGreaterThan(0)
  const text = calibrationText(report, 'text')
  expect(text).toMatch(/Inversion, now: \w+ \(\d+ %\) converts below \w+ \(\d+ %\)\./)
  expect(text).toMatch(/The MQL gate hardly ever passes: \d+ of 2,500; mql.engagement is the narrowest\./)
  // In a narrow terminal the reasons stand below the numbers; a file is as wide as it is.
  const rows = (shown: string) => shown.split('\n').filter((line) => line.startsWith('|'))
  const narrow = calibrationText(report, 'text', 80)
  expect(Math.max(...rows(text).map(({ length }) => length))).toBeGreaterThan(80)
  expect(Math.max(...rows(narrow).map(({ length }) => length))).toBeLessThanOrEqual(80)
  for (const { name, reason } of report.inputs) if (reason) expect(narrow).toContain(`\n${name}: ${reason}`)
  expect(calibrationText(report, 'md', 80).replace(/^### /, '')).toContain(rows(text)[0])
})

test('routes that ask for a score get the one that lets as many through', () => {
  const when = (attribute: string, atLeast: number) => ({ kind: 'test' as const, attribute, test: { atLeast } })
  const routes = routeScores([
    { name: 'a', when: { kind: 'all', of: [when('score', 40), when('company.size', 5)] }, to: { pool: 'ae' } },
    { name: 'b', when: { kind: 'not', of: when('score.fit', 20) }, to: { nurture: 'x' } },
    { name: 'c', to: { nurture: 'x' } },
  ])
  expect(routes).toEqual([
    { route: 'a', part: 'total', least: 40 },
    { route: 'b', part: 'fit', least: 20 },
  ])
  const report = judge({ seed: 1, count: 3_000 }, { routes })
  expect(report.thresholds?.routes[0]).toEqual({ ...routes[0], then: report.thresholds?.bands.high })
})

test('the capacity of sales gets its threshold', () => {
  const { thresholds } = judge({ seed: 1, count: 3_000 }, { capacity: 3 })
  expect(thresholds?.capacity?.leadsPerDay).toBeCloseTo(3_000 / 280, 1)
  const stories = storiesOf(makeLeads({ seed: 1, count: 3_000 }))
  const { scoring, inputs } = questionOf()
  const points = inputs.map((input) => input.points)
  const through = stories.filter(
    ({ row }) => scoreOf(scoring, inputs, points, row).total >= (thresholds?.capacity?.now ?? 0),
  )
  expect(Math.abs(through.length - 3 * 280)).toBeLessThan(100)
})
