import { describe, expect, test } from 'vitest'
import { cutText, tableLines, textWidth, visible } from '../../../src/rules/table-text.ts'

describe('how wide a text is on a terminal', () => {
  test.each([
    ['Dana Ruiz', 9],
    ['Łukasz Müller', 13],
    ['部長', 4],
    ['한국어', 6],
    ['ｱ', 1],
    ['🚀', 2],
    ['👩‍💻 dev', 6],
    ['❤️', 2],
    ['🇩🇪', 2],
    ['e\u0301', 1],
    ['می‌خواهم', 7],
    ['', 0],
  ])('%j', (text, width) => expect(textWidth(text)).toBe(width))
})

test.each([
  ['Northwind Traders', 9, 'Northwin…'],
  ['部長部長部長', 5, '部長…'],
  ['👩‍💻👩‍💻👩‍💻', 4, '👩‍💻…'],
  ['𝒜𝒜𝒜', 2, '𝒜…'],
  ['short', 5, 'short'],
])('%j in %i columns', (text, width, cut) => {
  expect(cutText(text, width)).toBe(cut)
  expect(textWidth(cut)).toBeLessThanOrEqual(width)
})

test('what steers a terminal is written out; joiners stay', () => {
  expect(visible('\u001b[2J\nforged\u202e')).toBe('\\u{1b}[2J\\u{a}forged\\u{202e}')
  expect(visible('👩‍💻 می‌خواهم')).toBe('👩‍💻 می‌خواهم')
})

const LEADS = {
  head: ['id', 'name', 'company', 'score', 'route', 'track', 'why'],
  rows: [
    ['401000000001', 'Dana Ruiz', '株式会社ノースウィンド', '92', 'tier-1-mql', '', 'a reason '.repeat(20)],
    ['401000000002', '👩‍💻'.repeat(40), 'Bjørk', '7', 'nurture', '', '\u001b[31mred\nline'],
  ],
}

describe.each([80, 120])('a table in %i columns', (width) => {
  const lines = tableLines(LEADS, width)

  test('no line is wider, and a row is a line', () => {
    expect(lines).toHaveLength(3)
    for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(width)
    expect(lines.join('').includes('\u001b')).toBe(false)
  })

  test('columns stand below each other, whatever is in them; ids and numbers are whole', () => {
    const startOf = (line: string | undefined, cell: string) => textWidth(line?.slice(0, line.indexOf(cell)) ?? '')
    expect(lines[1]).toContain('401000000001')
    expect(startOf(lines[0], 'route')).toBe(startOf(lines[1], 'tier-1-mql'))
    expect(startOf(lines[1], 'tier-1-mql')).toBe(startOf(lines[2], 'nurture'))
    expect(startOf(lines[1], '92')).toBe(startOf(lines[2], '7  ') - 1)
  })

  test('a column in which nothing stands is left out', () => expect(lines[0]).not.toContain('track'))
})

test('what does not fit even when cut goes on below, with its first column', () => {
  const head = Array.from({ length: 12 }, (_, at) => `column ${at} of many`)
  const lines = tableLines({ head, rows: [head.map((_, at) => `${at},000 → ${at},500`)] }, 80)
  expect(lines.every((line) => textWidth(line) <= 80)).toBe(true)
  for (const at of head.keys()) expect(lines.join('\n')).toContain(`${at},000 → ${at},500`)
  expect(lines.filter((line) => line.trimStart().startsWith('column 0')).length).toBeGreaterThan(1)
})

test('columns that are said to hold numbers stand to the right, and as much of the names is shown as is asked for', () => {
  const table = {
    head: ['what', 'median', 'longest of all'],
    rows: [
      ['MQLs of the four weeks before', '38 min', '2 h 05 min'],
      ['others', '–', '4 min'],
    ],
  }
  const numbers = [false, true, true]
  expect(tableLines({ ...table, numbers, names: 20 }, 45)).toEqual([
    'what                   median  longest of all',
    'MQLs of the four wee…  38 min      2 h 05 min',
    'others                      –           4 min',
  ])
  // Eight letters of a name are enough unless more is asked for; else the table goes on below.
  expect(tableLines({ ...table, numbers }, 34)[1]).toMatch(/^MQLs of t…/)
  expect(tableLines({ ...table, numbers, names: 20 }, 34)).toHaveLength(7)
})
