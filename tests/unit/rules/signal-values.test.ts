import { describe, expect, it } from 'vitest'
import type { Signal } from '../../../src/rules/attributes.ts'
import { dropOf, sumOf } from '../../../src/rules/signal-values.ts'
import { DAY, HOUR, NOW } from '../../support/records.ts'

/** Reports of so many days before `NOW`, with what they said. */
function reports(...given: [daysAgo: number, value: string | undefined][]): Signal[] {
  return given.map(([ago, value], index) => ({
    id: `u${index}`,
    type: 'weekly_usage',
    at: NOW - ago * DAY,
    ...(value === undefined ? {} : { value }),
  }))
}

describe('the sum of what came with signals', () => {
  it.each<[string, Signal[], number | undefined]>([
    ['adds up', reports([3, '40'], [2, '2.5'], [1, '-1']), 41.5],
    ['leaves out what is no number', reports([2, '40'], [1, 'many'], [1, ''], [1, undefined], [1, ' ']), 40],
    ['is unknown where none has a number', reports([1, 'many'], [1, undefined]), undefined],
    ['is unknown without any signal', [], undefined],
    ['of a zero is zero, which is known', reports([1, '0']), 0],
  ])('%s', (_, signals, sum) => expect(sumOf(signals)).toBe(sum))
})

describe('the drop week over week, in per cent', () => {
  const drop = (...given: Parameters<typeof reports>) => dropOf(reports(...given), 7 * DAY, NOW)

  it.each<[string, Parameters<typeof reports>, number | undefined]>([
    [
      'of the newest against a week before',
      [
        [7, '100'],
        [0, '40'],
      ],
      60,
    ],
    [
      'of exactly half',
      [
        [7, '70'],
        [0, '35'],
      ],
      50,
    ],
    [
      'of everything',
      [
        [7, '70'],
        [0, '0'],
      ],
      100,
    ],
    [
      'is negative when it has risen',
      [
        [7, '100'],
        [0, '150'],
      ],
      -50,
    ],
    [
      'whatever the order in which they came',
      [
        [0, '40'],
        [7, '100'],
      ],
      60,
    ],
    [
      'of reports that come some hours early',
      [
        [6.5, '100'],
        [0, '40'],
      ],
      60,
    ],
    [
      'is not seen within the same week',
      [
        [6, '100'],
        [0, '40'],
      ],
      undefined,
    ],
    [
      'of the newest that is a week older, not an older one',
      [
        [14, '10'],
        [7, '100'],
        [0, '40'],
      ],
      60,
    ],
    [
      'of daily reports against the day a week before',
      [
        [8, '90'],
        [7, '80'],
        [3, '60'],
        [0, '40'],
      ],
      50,
    ],
    [
      'is unknown against what is more than two weeks older',
      [
        [15, '100'],
        [0, '40'],
      ],
      undefined,
    ],
    [
      'is unknown where the one before was zero',
      [
        [7, '0'],
        [0, '40'],
      ],
      undefined,
    ],
    [
      'is unknown where the one before is no number',
      [
        [7, 'many'],
        [0, '40'],
      ],
      undefined,
    ],
    [
      'leaves out a newest that is no number',
      [
        [8, '100'],
        [1, '40'],
        [0, 'few'],
      ],
      60,
    ],
    ['is unknown with one report', [[0, '40']], undefined],
    [
      'is over once the newest report is a week old itself',
      [
        [14, '100'],
        [7, '40'],
      ],
      undefined,
    ],
    [
      'holds until then',
      [
        [14, '100'],
        [6.9, '40'],
      ],
      60,
    ],
  ])('%s', (_, given, percent) => expect(drop(...given)).toBe(percent))

  it('is exact where a share is no number of two', () => {
    const given = reports([7, '0.3'], [0, '0.21'])
    expect(dropOf(given, 7 * DAY, NOW)).toBe(30)
  })

  it('takes any span', () => {
    const given = reports([1, '10'], [0, '4'])
    expect(dropOf(given, DAY, NOW)).toBe(60)
    expect(dropOf(given, 25 * HOUR, NOW)).toBe(60)
    expect(dropOf(given, 7 * DAY, NOW)).toBeUndefined()
  })
})
