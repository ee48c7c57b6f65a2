import { describe, expect, it, test } from 'vitest'
import { evaluate } from '../../../src/rules/condition.ts'
import { countryCode, countryName, languageCode, languageName, withPlaces } from '../../../src/rules/places.ts'

test.each([
  ['DE', ['DE', 'de', ' Germany ', 'germany', 'Deutschland', 'Allemagne', 'Tyskland', 'Niemcy']],
  ['AT', ['AT', 'Austria', 'Österreich', 'Osterreich']],
  ['US', ['US', 'USA', 'U.S.', 'u.s.a.', 'United States', 'the United States of America', 'Vereinigte Staaten']],
  ['GB', ['GB', 'UK', 'U.K.', 'United Kingdom', 'Great Britain', 'England', 'Royaume-Uni']],
  ['NL', ['NL', 'Netherlands', 'The Netherlands', 'Holland', 'Nederland']],
  ['BA', ['Bosnia & Herzegovina', 'Bosnia and Herzegovina']],
  ['TR', ['Türkiye', 'Turkey', 'turkiye']],
  ['CZ', ['Czechia', 'Czech Republic', 'Česko']],
  ['JP', ['日本', 'Japan']],
  [undefined, ['Mars', '', 'EU', 'constructor', 'Bavaria', '   ']],
])('%s is a country with the names %j', (code, texts) => {
  expect(texts.map(countryCode)).toEqual(texts.map(() => code))
})

test.each([
  ['de', ['de', 'DE', 'de-AT', 'de_at', 'German', 'Deutsch', 'allemand']],
  ['en', ['en', 'en-us', 'English']],
  ['pt', ['pt-br', 'Portuguese']],
  ['no', ['no', 'nb', 'nn-NO', 'Norwegian']],
  [undefined, ['', 'Klingon', 'constructor']],
])('%s is a language with the names %j', (code, texts) => {
  expect(texts.map(languageCode)).toEqual(texts.map(() => code))
})

it('people read names, and what is none as it was written', () => {
  expect([countryName('de'), countryName('Mars'), languageName('de-AT'), languageName('Elvish')]).toEqual([
    ...['Germany', 'Mars', 'German', 'Elvish'],
  ])
})

describe('a condition', () => {
  const truth = (attribute: string, test: object, value: string) =>
    evaluate({ kind: 'test', attribute, test }, (name) => (name === attribute ? value : undefined)).truth

  test.each([
    ['country', { is: 'DE' }, 'Germany', 'true'],
    ['country', { is: 'Germany' }, 'DE', 'true'],
    ['country', { in: ['AT', 'Deutschland'] }, 'germany', 'true'],
    ['country', { in: ['AT', 'CH'] }, 'Germany', 'false'],
    ['country', { is: 'Atlantis' }, 'atlantis', 'true'],
    ['country', { matches: ['ger*'] }, 'Germany', 'true'],
    ['language', { is: 'de' }, 'de-AT', 'true'],
    ['language', { in: ['German'] }, 'de', 'true'],
    ['jobTitle', { is: 'DE' }, 'Germany', 'false'],
  ])('%s %j of %s is %s', (attribute, test, value, expected) => {
    expect(truth(attribute, test, value)).toBe(expected)
  })
})

describe('region and language', () => {
  const places = {
    regions: { DACH: ['DE', 'Austria', 'CH'], EMEA: ['DE', 'FR'], Nordics: ['SE'] },
    languages: { de: ['DACH'], fr: ['FR', 'CH'], Swedish: ['SE'] },
  }
  const said = (value: string) => ({ value, source: 'hubspot:country' })
  const worked = (country: string | undefined, more = {}) => {
    const found = withPlaces(places, { ...(country === undefined ? {} : { country: said(country) }), ...more })
    return [found.region?.value, found.language?.value]
  }

  test.each([
    ['Österreich', 'DACH', 'de'],
    ['Germany', ['DACH', 'EMEA'], 'de'],
    // Of several lines that have it the first one counts.
    ['Switzerland', 'DACH', 'de'],
    ['France', 'EMEA', 'fr'],
    ['se', 'Nordics', 'sv'],
    ['Japan', undefined, undefined],
    [undefined, undefined, undefined],
  ])('of %s are %s and %s', (country, region, language) => {
    expect(worked(country)).toEqual([region, language])
  })

  it('are what HubSpot has, where it has them', () => {
    expect(worked('Germany', { language: said('en'), region: said('West') })).toEqual(['West', 'en'])
  })

  it('are unknown without tables', () => {
    expect(withPlaces({}, { country: said('DE') })).toEqual({ country: said('DE') })
  })
})
