import { expect, it } from 'vitest'
import { valueToFill } from '../../../src/leads/fill-value.ts'

const SIZES = ['1-5', '5-25', '25-50', '50-100', '100-500', '500-1000', '1000+']

it.each([
  ['what takes any text gets the value', [], '120', '120'],
  ['a number lies in a range', SIZES, '120', '100-500'],
  ['at an edge in the lower one', SIZES, '25', '5-25'],
  ['above all', SIZES, '40000', '1000+'],
  ['below all', SIZES, '0', undefined],
  [
    'an option is the same by code or label',
    ['COMPUTER_SOFTWARE', 'BANKING'],
    'computer software',
    'COMPUTER_SOFTWARE',
  ],
  ['no option says it', ['BANKING'], 'computer software', undefined],
  ['nor a text among ranges', SIZES, 'many', undefined],
])('%s', (_, options, value, filled) => expect(valueToFill(options, value)).toBe(filled))
