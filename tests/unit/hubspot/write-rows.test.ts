import { describe, expect, test } from 'vitest'
import { faultsOf, type Row } from '../../../src/hubspot/refusals.ts'
import { type Update, writeRows } from '../../../src/hubspot/write-rows.ts'
import { OutsideError } from '../../../src/platform/errors.ts'

/** How a HubSpot tells of its refusals: whole batches with or without words, or each row alone. */
type Manner = 'named' | 'unquoted' | 'nameless' | 'rows' | 'nameless rows'

/** A HubSpot that refuses these values, or whole contacts; `held` is what it took, `sizes` how many rows each call had. */
function fakeHubSpot(manner: Manner, bad: (property: string, value: string) => boolean, badIds: string[] = []) {
  const held = new Map<string, Record<string, string>>()
  const sizes: number[] = []
  const faultOf = ({ id, properties }: Row) =>
    badIds.includes(id) ? ['row', ''] : Object.entries(properties).find(([name, value]) => bad(name, value))
  const update: Update = async (rows) => {
    sizes.push(rows.length)
    const wrong = rows.filter(faultOf)
    const alone = manner.endsWith('rows')
    const told = (row: Row | undefined) => {
      const [name, value] = (row && faultOf(row)) ?? []
      const quoted = manner === 'unquoted' ? 'That value' : value
      const list = JSON.stringify([{ isValid: false, message: `${quoted} was not valid`, error: 'INVALID', name }])
      return {
        category: 'VALIDATION_ERROR',
        message: manner.startsWith('nameless') || name === 'row' ? 'Bad.' : `Property values were not valid: ${list}`,
      }
    }
    if (wrong.length > 0 && !alone)
      return { failure: new OutsideError('hubspot', 'refused', '400'), body: told(wrong[0]) }
    const good = rows.filter((row) => !wrong.includes(row))
    for (const { id, properties } of good) held.set(id, { ...held.get(id), ...properties })
    return {
      results: good.map(({ id }) => ({ id })),
      errors: wrong.map((row) => ({ ...told(row), context: { ids: [row.id] } })),
    }
  }
  return { update, held, sizes }
}

const rowsOf = (count: number, owners: string[]): Row[] =>
  Array.from({ length: count }, (_, index) => ({
    id: String(index + 1),
    properties: {
      hubspot_owner_id: owners[index % owners.length] ?? '',
      lifecyclestage: 'marketingqualifiedlead',
      ...Object.fromEntries(Array.from({ length: 15 }, (_, at) => [`baton_${at}`, at < 5 ? `${index}-${at}` : 'same'])),
    },
  }))
const without = ({ properties }: Row, ...names: string[]) =>
  Object.fromEntries(Object.entries(properties).filter(([name]) => !names.includes(name)))

describe('one refused property costs that property alone, and few calls', () => {
  const isWrongOwner = (property: string, value: string) => property === 'hubspot_owner_id' && value.startsWith('9')
  test.each<[Manner, string[], number]>([
    ['named', ['900'], 2],
    ['named', ['101', '900'], 2],
    ['named', ['101', '900', '102', '901', '902'], 4],
    ['unquoted', ['900'], 2],
    ['unquoted', ['101', '900'], 5],
    ['unquoted', ['101', '900', '102', '901'], 10],
    ['nameless', ['900'], 12],
    ['nameless', ['101', '900'], 16],
    ['rows', ['101', '900', '102', '901', '902'], 2],
    ['nameless rows', ['101', '900'], 20],
  ])('of ten leads, by a HubSpot that is %s, owners %j: at most %i calls', async (manner, owners, most) => {
    const rows = rowsOf(10, owners)
    const { update, held, sizes } = fakeHubSpot(manner, isWrongOwner)
    const outcomes = await writeRows(update, rows)
    for (const row of rows) {
      const isWrong = isWrongOwner('hubspot_owner_id', row.properties.hubspot_owner_id ?? '')
      expect(held.get(row.id)).toEqual(isWrong ? without(row, 'hubspot_owner_id') : row.properties)
      const refused = (outcomes.get(row.id) as { property: string }[]).map(({ property }) => property)
      expect(refused).toEqual(isWrong ? ['hubspot_owner_id'] : [])
    }
    expect(sizes.length).toBeLessThanOrEqual(most)
  })

  test.each<Manner>(['named', 'unquoted', 'nameless', 'rows', 'nameless rows'])(
    'two at once, one of them with other values in every row: %s',
    async (manner) => {
      const rows = rowsOf(3, ['900'])
      const isBad = (property: string, value: string) => isWrongOwner(property, value) || property === 'baton_2'
      const { update, held, sizes } = fakeHubSpot(manner, isBad)
      const outcomes = await writeRows(update, rows)
      for (const row of rows) {
        expect(held.get(row.id)).toEqual(without(row, 'hubspot_owner_id', 'baton_2'))
        expect(outcomes.get(row.id)).toHaveLength(2)
      }
      expect(sizes.length).toBeLessThanOrEqual(40)
    },
  )

  test.each<[Manner, number]>([
    ['nameless', 20],
    ['rows', 6],
  ])('a contact that takes nothing at all costs the 99 others nothing: %s', async (manner, most) => {
    const rows = rowsOf(100, ['101', '102'])
    const { update, held, sizes } = fakeHubSpot(manner, () => false, ['42'])
    const outcomes = await writeRows(update, rows)
    expect(outcomes.get('42')).toBeInstanceOf(OutsideError)
    for (const row of rows.filter(({ id }) => id !== '42')) {
      expect(held.get(row.id)).toEqual(row.properties)
      expect(outcomes.get(row.id)).toEqual([])
    }
    expect(sizes.length).toBeLessThanOrEqual(most)
  })

  test('a HubSpot that stops answering meanwhile: what it did not confirm is tried again', async () => {
    const rows = rowsOf(2, ['900'])
    const { update } = fakeHubSpot('named', isWrongOwner)
    let calls = 0
    const failure = new OutsideError('hubspot', 'unavailable', '503')
    const outcomes = await writeRows(async (some) => (++calls === 1 ? update(some) : { failure, body: '' }), rows)
    expect([...outcomes.values()]).toEqual([failure, failure])
  })
})

describe('what a refusal names', () => {
  const names = new Set(['baton_band', 'baton_score', 'baton_route', 'hubspot_owner_id'])
  test.each<[string, unknown, string[]]>([
    [
      'a list in the text',
      { message: 'Property values were not valid: [{"error":"INVALID_OPTION","name":"baton_band","message":"hot"}]' },
      ['baton_band INVALID_OPTION'],
    ],
    [
      'errors with a context',
      { errors: [{ code: 'INVALID_OWNER_ID', message: 'x', context: { propertyName: ['hubspot_owner_id'] } }] },
      ['hubspot_owner_id INVALID_OWNER_ID'],
    ],
    ['validation results', { validationResults: [{ error: 'X', name: 'baton_score' }] }, ['baton_score X']],
    ['a sentence', { message: 'Property "baton_band" does not exist' }, ['baton_band PROPERTY_DOESNT_EXIST']],
    ['a page of something in between', '<html>"baton_band" is a read only property', ['baton_band READ_ONLY_VALUE']],
    ['a word that is only a part of it', { message: 'baton_band_2 does not exist' }, []],
    ['an echo of all that was sent', { message: 'bad: baton_band baton_score baton_route' }, []],
    ['others', { errors: [{ code: 'X', name: 'firstname', message: 'x' }] }, []],
    ['a broken list', { message: 'Property values were not valid: [{"error":' }, []],
    ['nothing', undefined, []],
    ['nothing, in a list', { errors: [null] }, []],
  ])('%s', (_, body, found) => {
    expect(faultsOf(body, names).map(({ property, code }) => `${property} ${code}`)).toEqual(found)
  })
})
