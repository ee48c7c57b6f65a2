import { describe, expect, it } from 'vitest'
import { amountValue, type Counted, numberFor, readAmount } from '../../../src/rules/numbers.ts'
import { plainNumber } from '../../../src/rules/plain-number.ts'

const reading = (text: string, counted?: Counted) => {
  const amount = readAmount(text, counted)
  return amount && amountValue(amount)
}

type Table = [string, number | string | undefined][]

describe('people', () => {
  const table = (rows: Table) =>
    it.each(rows)('%j is %s', (text, size) => {
      expect(reading(text, 'people')).toBe(size)
    })

  describe('thousands in every locale', () => {
    table([
      ...(['1200', '1,200', '1.200', "1'200", '1’200', '1 200', '1\u00a0200', '1\u2009200', '1\u202f200', '1_200'].map(
        (text) => [text, 1200],
      ) as Table),
      ['10,00,000', 1_000_000],
      ['1.234.567', 1_234_567],
      ['1,200.00', 1200],
      ['1.200,0', 1200],
      ['２００', 200],
      ['１，２００', 1200],
      ['1.0E3', 1000],
      ['1.5k', 1500],
      ['1,5k', 1500],
      ['10K+', 10_000],
      ['1M', 1_000_000],
      ['1,5 Mio', 1_500_000],
      ['2 thousand', 2000],
      ['3 Tsd.', 3000],
      ['1.2k', 1200],
    ])
  })

  describe('ranges count as their upper end, open ones as their start', () => {
    table([
      ...(['11-50', '11–50', '11—50', '11 - 50', '11 to 50', '11 bis 50', '11..50', '11…50', '11à 50'].map((text) => [
        text,
        50,
      ]) as Table),
      ['between 11 and 50', 50],
      ['zwischen 11 und 50', 50],
      ['1,001-5,000', 5000],
      ['1.001–5.000', 5000],
      ['1-5k', 5000],
      ['500-1k', 1000],
      ['51-200 employees', 200],
      ['51-200+', 200],
      ['1000+', 1000],
      ['10,001+', 10_001],
      ['10 000+', 10_000],
      ['500 or more', 500],
      ['mind. 50', 50],
      ['≥ 500', 500],
      ['at least 50', 50],
      ['up to 50', 50],
      ['bis zu 50', 50],
      ['<= 50', 50],
      ['50 or less', 50],
      ['no more than 50', 50],
    ])
  })

  describe('what lies beyond a number is told so', () => {
    table([
      ['< 5', 'below 5'],
      ['<5', 'below 5'],
      ['under 10', 'below 10'],
      ['less than 1.000', 'below 1000'],
      ['weniger als 10 Mitarbeiter', 'below 10'],
      ['moins de 10 salariés', 'below 10'],
      ['below 5', 'below 5'],
      ['> 500', 'above 500'],
      ['over 500', 'above 500'],
      ['more than 1k employees', 'above 1000'],
      ['über 500', 'above 500'],
      ['plus de 500 salariés', 'above 500'],
      ['above 500', 'above 500'],
    ])
  })

  describe('words that go with a number', () => {
    table([
      ['2.000 Mitarbeiter', 2000],
      ['45 Mitarbeiter*innen', 45],
      ['45 Mitarbeiter:innen', 45],
      ['about 200 (2024)', 200],
      ['~200', 200],
      ['ca. 200', 200],
      ['approx. 200 people', 200],
      ['200 FTE (headcount 240)', 200],
      ['Employees: 200', 200],
      ['# of employees: 50', 50],
      ['Company size: 51-200', 200],
      ['51–200 employés', 200],
      ['1.500 empleados', 1500],
      ['200 full-time employees', 200],
      ['51-200 employees, 3 offices', 200],
      ['3 offices, 51-200 employees', 200],
      ['200 employees in 3 offices', 200],
      ['200 employees, $50M revenue', 200],
      ['200 employees (since 2019)', 200],
      ['2024: 200 employees', 200],
    ])
  })

  describe('what cannot be read surely is unknown', () => {
    table(
      [
        ...[
          '',
          ' ',
          'none',
          'n/a',
          '-',
          'unknown',
          'many',
          'self-employed',
          '3 offices',
          'since 2019',
          '50%',
          '-5',
          '1.5',
          '1,5',
        ],
        ...['50, 200', '1 or 2', '50 and 100', '5-1', '10/50', '10-12-2024', 'Nov-50', '2020-2024', '1.500k', '1,500M'],
        ...[
          '2 mil empleados',
          '5 00',
          '12.34.56',
          '1,2,3',
          '1234,567',
          '02134',
          '$50M',
          '9'.repeat(20),
          '9'.repeat(400),
        ],
        ...['200 employees in Berlin, 5000 employees worldwide', '< 5-10', 'two hundred', '24/7', '10+ years'],
      ].map((text) => [text, undefined]),
    )
  })
})

describe('money', () => {
  it.each<[string, number | string | undefined]>([
    ['10000000', 10_000_000],
    ['1500.5', 1500.5],
    ['1.0E7', 10_000_000],
    ['1.2E+7', 12_000_000],
    ['$10M', 10_000_000],
    ['10M$', 10_000_000],
    ['US$ 5M', 5_000_000],
    ['$10,000,000', 10_000_000],
    ['$1,000,000.00', 1_000_000],
    ['€ 1.500.000', 1_500_000],
    ['1.500.000 €', 1_500_000],
    ['1.500,50 €', 1500.5],
    ["CHF 1'200'000", 1_200_000],
    ['kr 5 000 000', 5_000_000],
    ['₹10,00,000', 1_000_000],
    ['Rs 10 crore', 100_000_000],
    ['10 lakh', 1_000_000],
    ['1,5 Mio €', 1_500_000],
    ['EUR 2 Mio.', 2_000_000],
    ['Umsatz: 2 Mrd. €', 2_000_000_000],
    ['$1.5 billion', 1_500_000_000],
    ['£2bn', 2_000_000_000],
    ['10MM', 10_000_000],
    ['500 k€', 500_000],
    ['500 T€', 500_000],
    ['500 TEUR', 500_000],
    ['€5-10M', 10_000_000],
    ['$5M - $10M', 10_000_000],
    ['1 Mio. bis 5 Mio. Euro', 5_000_000],
    ['10 million USD per year', 10_000_000],
    ['$1M+', 1_000_000],
    ['< $1M', 'below 1000000'],
    ['over 10M', 'above 10000000'],
    ['200 employees, $50M revenue', 50_000_000],
    ['200 employees', undefined],
    ['$2M per month', undefined],
    ['MRR 20k', undefined],
    ['k€ 500', undefined],
    ['$1,500M', undefined],
    ['12%', undefined],
    ['n/a', undefined],
    ['10 Mio. € (2023), 12 Mio. €', undefined],
  ])('%j is %s', (text, revenue) => {
    expect(reading(text, 'money')).toBe(revenue)
  })
})

it('what lies beyond a number is at least one away from it', () => {
  expect(['< 5', '5', '> 5'].map((text) => numberFor(readAmount(text) ?? { number: Number.NaN }))).toEqual([4, 5, 6])
})

it.each<[string, number | undefined]>([
  ['7', 7],
  ['-1.5', -1.5],
  ['1.50', 1.5],
  ['1.2345', 1.2345],
  ['1.234', undefined],
  ['1.200', undefined],
  ['02134', undefined],
  ['1234567890123456', undefined],
  ['1e5', undefined],
  ['1,200', undefined],
])('%j is surely the number %s', (text, number) => {
  expect(plainNumber(text)).toBe(number)
})
