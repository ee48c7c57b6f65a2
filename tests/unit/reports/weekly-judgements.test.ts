import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { describe, expect, it } from 'vitest'
import type { KeptFact } from '../../../src/facts/fact.ts'
import { outside } from '../../../src/reports/weekly-acceptance.ts'
import { anomalyOf } from '../../../src/reports/weekly-anomalies.ts'
import { against, type Figure } from '../../../src/reports/weekly-part.ts'
import { comes, fact, findingOf, mql, on, reportOf } from '../../support/weekly-facts.ts'

const BAND = { from: 0.4, to: 0.6 }

describe('when acceptance has left its band', () => {
  it.each([
    // [MQLs handed over, accepted, undecided]
    ['one of ten', 10, 1, 0, 'below'],
    ['nine of ten', 10, 9, 0, 'above'],
    ['three of ten, as may be by chance', 10, 3, 0, null],
    ['seven of ten likewise', 10, 7, 0, null],
    ['none of two: two leads say nothing', 2, 0, 0, null],
    ['none of four', 4, 0, 0, null],
    ['none of five', 5, 0, 0, 'below'],
    ['one of ten, and nine undecided', 10, 1, 9, null],
    ['all of five that are decided, of twenty', 20, 5, 15, null],
    ['thirty of a hundred', 100, 30, 0, 'below'],
    ['thirty of a hundred, and ten undecided', 100, 30, 10, null],
    ['half', 1_000, 500, 0, null],
    ['of nothing', 0, 0, 0, null],
  ])('%s', (_, handed, accepted, open, expected) => {
    expect(outside({ handed, accepted, open, declined: handed - accepted - open }, BAND)).toBe(expected)
  })

  // Leads that are MQLs, handed over on a day, of which so many are accepted and the others rejected.
  const handedOver = (day: number, all: number, accepted: number): KeptFact[] =>
    Array.from({ length: all }, (_, index) => {
      const lead = `${day}-${index}`
      const about = { handoff: '1', kind: 'mql-to-sales', pool: 'sdr', rep: 'sdr-1' }
      const end =
        index < accepted
          ? fact(lead, on(day, 12), 'outcome', { stage: 'salesqualifiedlead' })
          : fact(lead, on(day, 12), 'rejected', { ...about, reason: 'no need' })
      return [...comes(lead, on(day)), mql(lead, on(day)), fact(lead, on(day), 'assigned', { ...about, value: 1 }), end]
    }).flat()

  it.each([
    ['below: scoring is too loose', 1, 'scoring is too loose'],
    ['above 70 %: the bar is too low', 9, 'the bar is too low'],
  ])('an alert says so, first of all, and what it means: %s', async (_, accepted, meaning) => {
    const { findings, sections } = await reportOf(handedOver(1, 10, accepted))
    const table = sections.find(({ id }) => id === 'acceptance')
    expect(table?.rows[0]).toMatchObject({ target: accepted === 1 ? 'below' : 'above' })
    expect(findings[0]).toMatchObject({ id: 'acceptance', level: 'warn', alert: true })
    expect(findings[0]?.text).toContain(`${accepted} of 10 MQLs`)
    expect(findings[0]?.text).toContain(meaning)
  })

  it('in the band there is none', async () => {
    const finding = findingOf(await reportOf(handedOver(1, 10, 5)), 'acceptance')
    expect(finding).toMatchObject({ level: 'good' })
    expect(finding).not.toHaveProperty('alert')
  })

  it('while none is decided on there is no share, and no alarm', async () => {
    const open = handedOver(6, 5, 0).filter(({ type }) => type !== 'rejected')
    const { findings, sections } = await reportOf(open)
    expect(findings.find(({ id }) => id === 'acceptance')).toEqual({
      ...{ id: 'acceptance', level: 'info' },
      text: 'Sales has decided on none of the 5 MQLs handed over in this week; target 40 % to 60 %.',
    })
    const table = sections.find(({ id }) => id === 'acceptance')
    expect(table?.rows[0]).toMatchObject({ handed: 5, open: 5, share: null, target: 'cannot tell' })
    expect(table?.columns.some(({ target }) => target)).toBe(false)
  })

  it('the four weeks before are judged as well: most of the last one’s leads are undecided when it is reported', async () => {
    const finding = findingOf(await reportOf([...handedOver(-10, 10, 1), ...handedOver(1, 2, 1)]), 'acceptance')
    expect(finding).toMatchObject({
      alert: true,
      text: expect.stringContaining('Of the 4 weeks before: 1 of 10 (10 %).'),
    })
  })

  it.each([
    ['at the very edge of the band', 0.4, 0.15],
    ['in the middle of it', 0.5, 0.05],
  ])('raises few false alarms of 20 leads a week %s', (_, share, most) => {
    const draw = seeded(1)
    const weeks = Array.from({ length: 2_000 }, () => binomial(draw, 20, share))
    const alarms = weeks.filter((accepted) => outside({ handed: 20, accepted, open: 0, declined: 20 - accepted }, BAND))
    expect(alarms.length / weeks.length).toBeLessThan(most)
    expect(alarms.length).toBeGreaterThan(0)
  })
})

describe('a share against its target', () => {
  it.each([
    [9, 10, 'good'],
    [3, 4, 'info'],
    [1, 4, 'warn'],
    [0, 2, 'info'],
    [0, 3, 'warn'],
    [0, 0, 'info'],
    [80, 100, 'warn'],
  ] as const)('%d of %d against 90 %%', (count, all, level) => {
    expect(against(count, all, 0.9)).toBe(level)
  })
})

describe('a figure outside what its last eight weeks make likely', () => {
  const counts = (...values: number[]): Figure => ({ name: 'Leads', unit: 'count', values })
  const steady = [10, 9, 11, 12, 8, 10, 10, 9]

  it.each([
    ['thrice as many', counts(30, ...steady), 8, true],
    ['none at all', counts(0, ...steady), 8, true],
    ['some more', counts(16, ...steady), 8, false],
    ['some less', counts(5, ...steady), 8, false],
    ['five in place of three', counts(5, ...steady.map(() => 3)), 8, false],
    ['a first one', counts(1, ...steady.map(() => 0)), 8, false],
    ['thrice as many, also after one odd week', counts(30, 90, ...steady.slice(1)), 8, true],
    ['as always, after one odd week', counts(10, 90, ...steady.slice(1)), 8, false],
    ['thrice as many, where only five weeks are known', counts(30, ...steady), 5, false],
    ['thrice as many, where six weeks are known', counts(30, ...steady), 6, true],
  ])('%s', (_, figure, known, expected) => {
    expect(anomalyOf(figure, known) !== null).toBe(expected)
  })

  it('is told with its numbers', async () => {
    const week = (day: number, count: number) =>
      Array.from({ length: count }, (_, at) => comes(`${day}-${at}`, on(day))).flat()
    const facts = [...steady.flatMap((count, at) => week(-7 * (at + 1), count)), ...week(0, 30)]
    const finding = findingOf(await reportOf(facts), 'anomaly-leads')
    expect(finding).toEqual({
      id: 'anomaly-leads',
      level: 'warn',
      text: 'Leads: 30, more than the last 8 weeks make likely (2 to 23, usually 10).',
    })
    // A service of three weeks knows of no eight, and half a week is no week.
    expect(findingOf(await reportOf(facts, { since: on(-21) }), 'anomaly-leads')).toBeUndefined()
    expect(findingOf(await reportOf(facts, { now: on(2) }), 'anomaly-leads')).toBeUndefined()
  })

  const share = (...values: [number, number][]): Figure => ({
    ...{ name: 'Answered in time', unit: 'share' },
    values: values.map(([count, all]) => ({ count, all })),
  })
  const inTime = Array.from({ length: 8 }, (): [number, number] => [18, 20])

  it.each([
    ['a share that falls far', share([8, 20], ...inTime), true],
    ['one that falls by two', share([16, 20], ...inTime), false],
    ['one of two', share([1, 2], ...inTime), false],
    ['a share of nothing', share([0, 0], ...inTime), false],
  ])('%s', (_, figure, expected) => {
    expect(anomalyOf(figure, 8) !== null).toBe(expected)
  })

  it.each([
    // [mean of a week, by how much weeks differ besides chance, at most so many false alarms]
    [1, 0, 0.01],
    [10, 0, 0.01],
    [100, 0, 0.01],
    [10, 0.3, 0.05],
    [100, 0.3, 0.05],
  ])('is seldom a false alarm: %d a week, which differ by %d', (mean, apart, most) => {
    const draw = seeded(7)
    const week = () => poisson(draw, mean * Math.exp(apart * gauss(draw)))
    const alarms = Array.from({ length: 2_000 }, () => anomalyOf(counts(...Array.from({ length: 9 }, week)), 8))
    expect(alarms.filter((one) => one !== null).length / 2_000).toBeLessThan(most)
  })

  it('is found most of the time when a figure has fallen to a fifth, or risen threefold', () => {
    const draw = seeded(9)
    const found = (factor: number) =>
      Array.from({ length: 500 }, () =>
        anomalyOf(counts(poisson(draw, 20 * factor), ...Array.from({ length: 8 }, () => poisson(draw, 20))), 8),
      ).filter((one) => one !== null).length / 500
    expect(found(0.2)).toBeGreaterThan(0.7)
    expect(found(3)).toBeGreaterThan(0.9)
  })
})

/** Numbers between 0 and 1, the same ones each time. */
function seeded(seed: number): () => number {
  const generator = xoroshiro128plus(seed)
  return () => 1 - uniformFloat64(generator)
}

function gauss(draw: () => number): number {
  return Math.sqrt(-2 * Math.log(draw())) * Math.cos(2 * Math.PI * draw())
}

function poisson(draw: () => number, mean: number): number {
  // Gaps between events are exponential.
  let [count, at] = [0, -Math.log(draw())]
  while (at < mean) {
    count += 1
    at -= Math.log(draw())
  }
  return count
}

function binomial(draw: () => number, all: number, share: number): number {
  return Array.from({ length: all }, draw).filter((one) => one < share).length
}
