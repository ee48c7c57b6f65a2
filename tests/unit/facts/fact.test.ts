import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FACT_FIELDS, FACT_TYPES, type Fact, type FactType, readFacts, writeFacts } from '../../../src/facts/fact.ts'
import { NOW } from '../../support/records.ts'

const types = Object.keys(FACT_TYPES) as FactType[]
const ENTRY = '3-1795014000000-0'
const read = (text: string) => readFacts(ENTRY, text)
/** As they are kept: each under an id of its own. */
const kept = (facts: Fact[]) => facts.map((fact, line) => ({ ...fact, id: `${ENTRY}.${line}` }))

// What comes back as it was: no tabs or line breaks, not longer than is kept, and nothing empty.
const word = fc.string({ minLength: 1, maxLength: 80, unit: 'grapheme-ascii' })
const facts: fc.Arbitrary<Fact[]> = fc.array(
  fc
    .record({
      type: fc.constantFrom(...types),
      at: fc.integer({ min: 0, max: 2 * NOW }),
      value: fc.option(fc.integer({ min: -10_000, max: 10_000_000 }).map((cents) => cents / 100)),
      fields: fc.record(Object.fromEntries(FACT_FIELDS.map((field) => [field, fc.option(word)]))),
      lead: word,
    })
    .map(({ type, at, value, fields, lead }) => {
      const said = Object.entries(fields).filter(([, text]) => text !== null)
      return { type, at, ...(value === null ? {} : { value }), ...Object.fromEntries(said), lead }
    }),
)

describe('facts as text', () => {
  it('come back as they were written, with what is absent absent', () => {
    fc.assert(
      fc.property(facts, (facts) => {
        expect(read(writeFacts(facts))).toEqual(kept(facts))
      }),
    )
  })

  it('are a line each, without what is empty at the end', () => {
    const seen: Fact = { type: 'seen', at: NOW, lead: 'a', kind: undefined, config: undefined }
    expect(writeFacts([seen, { type: 'waiting', at: NOW, lead: 'b', config: 'c' }])).toBe(
      [`seen\t${NOW.toString(36)}\t\ta`, `waiting\t${NOW.toString(36)}\t\tb${'\t'.repeat(11)}c`].join('\n'),
    )
  })

  it('of a type that this version does not know are left out, and those beside them are not', () => {
    const known = writeFacts([{ type: 'told', at: NOW, lead: 'a' }])
    const facts = read(`unheard-of\tx\t\tb\n${known}\nconstructor\tx\t\tc\n`)
    // Ids stay what they are when a later version knows more types.
    expect(facts).toEqual([{ id: `${ENTRY}.1`, type: 'told', at: NOW, lead: 'a' }])
    expect(read('')).toEqual([])
  })

  it.each([
    ['a tab and a line break', 'a\tb\r\nc', 'a b c'],
    ['more than is kept', 'x'.repeat(200), 'x'.repeat(80)],
  ])('%s in a field can break no line', (_, route, short) => {
    const seen: Fact = { type: 'seen', at: NOW, lead: 'a' }
    expect(read(writeFacts([{ ...seen, route }]))).toEqual(kept([{ ...seen, route: short }]))
  })

  it.each([
    [0, 0],
    [1.239, 1.24],
    [-2.5, -2.5],
  ])('the value %d reads %d', (value, rounded) => {
    expect(read(writeFacts([{ type: 'scored', at: NOW, lead: 'a', value }]))[0]?.value).toBe(rounded)
  })
})
