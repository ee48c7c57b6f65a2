import type { Attributes, AttributeValue } from './attributes.ts'

/*
 * Countries and languages as people write them ("Germany", "DE", "Deutschland"; "de-AT", "German"), by the names that the
 * runtime knows, and the tables of the config that say which region a country is in and which language is spoken there.
 */

/** The tables of the config: countries by region, and countries or regions by language. */
export interface Places {
  regions?: Record<string, string[]> | undefined
  languages?: Record<string, string[]> | undefined
}

// In these languages countries and languages are known by name, the ones that forms are filled in with most.
const SPOKEN = `en de fr es it pt nl da sv nb fi is et lv lt pl cs sk hu sl hr ro bg el tr ru uk ar he hi zh ja ko th vi id`
const OTHER_COUNTRY_NAMES: Record<string, string> = {
  ...{ usa: 'US', 'u s': 'US', 'u s a': 'US', america: 'US', 'united states of america': 'US' },
  ...{ uk: 'GB', 'u k': 'GB', britain: 'GB', 'great britain': 'GB', england: 'GB', scotland: 'GB', wales: 'GB' },
  ...{ 'northern ireland': 'GB', holland: 'NL', 'czech republic': 'CZ', turkey: 'TR', eire: 'IE' },
  ...{ korea: 'KR', 'republic of korea': 'KR', uae: 'AE', 'russian federation': 'RU', 'viet nam': 'VN', prc: 'CN' },
  ...{ macedonia: 'MK', 'ivory coast': 'CI', burma: 'MM', 'hong kong': 'HK', macau: 'MO', brd: 'DE' },
}
// One language with two codes, and others in the place of it.
const OTHER_LANGUAGE_CODES: Record<string, string> = { nb: 'no', nn: 'no', iw: 'he', in: 'id' }

/** The ISO code of a country, by code or name; undefined for what is none. */
export function countryCode(text: string): string | undefined {
  // Most are written as they are known, and folding costs more than all else of a test on a country.
  return countries().get(text.toLowerCase()) ?? countries().get(folded(text))
}

/** The ISO code of a language, by code (`de-AT` is `de`) or name; undefined for what is none. */
export function languageCode(text: string): string | undefined {
  const code = /^([a-z]{2,3})([-_][a-z0-9]+)*$/i.exec(text.trim())?.[1]?.toLowerCase()
  const known = code === undefined ? undefined : (OTHER_LANGUAGE_CODES[code] ?? code)
  if (known !== undefined && nameOf('language', 'en', known) !== undefined) return known
  return languages().get(folded(text))
}

/** What two texts for one country have in common. */
export function countryKey(text: string): string {
  return countryCode(text) ?? folded(text)
}

/** What two texts for one language have in common. */
export function languageKey(text: string): string {
  return languageCode(text) ?? folded(text)
}

/** A country for people; what is none stays as it is. */
export function countryName(text: string): string {
  return nameOf('region', 'en', countryCode(text) ?? '') ?? text
}

/** A language for people; what is none stays as it is. */
export function languageName(text: string): string {
  return nameOf('language', 'en', languageCode(text) ?? '') ?? text
}

/** The attributes with the region and the language that the tables give for their country, where nothing else says them. */
export function withPlaces(places: Places, attributes: Attributes): Attributes {
  const country = attributes.country
  if (!country) return attributes
  const found = Object.entries(placeOf(places, countryKey(String(country.value)))).flatMap(([name, value]) =>
    value === undefined || attributes[name] ? [] : [[name, { value, source: `list of ${name}s` }] as const],
  )
  return found.length === 0 ? attributes : { ...attributes, ...Object.fromEntries(found) }
}

interface Place {
  region: AttributeValue | undefined
  language: AttributeValue | undefined
}

// The tables are asked for every lead, and there are few countries.
const byCountry = new WeakMap<Places, Map<string, Place>>()

function placeOf(places: Places, key: string): Place {
  const ofTables = byCountry.get(places) ?? new Map<string, Place>()
  byCountry.set(places, ofTables)
  const place = ofTables.get(key) ?? lookUp(places, key)
  // What is no country may be anything.
  if (countryCode(key) !== undefined) ofTables.set(key, place)
  return place
}

function lookUp({ regions = {}, languages: spoken = {} }: Places, key: string): Place {
  const isThere = (countries: readonly string[]) => countries.some((one) => countryKey(one) === key)
  const names = Object.keys(regions).filter((name) => isThere(regions[name] ?? []))
  const language = Object.keys(spoken).find(
    (name) => isThere(spoken[name] ?? []) || spoken[name]?.some((one) => names.includes(one)),
  )
  return {
    region: names.length > 1 ? names : names[0],
    language: language === undefined ? undefined : languageKey(language),
  }
}

const known: { countries?: Map<string, string>; languages?: Map<string, string> } = {}

function countries(): Map<string, string> {
  known.countries ??= new Map([
    ...namesOf('region', countryCodes()),
    ...Object.entries(OTHER_COUNTRY_NAMES),
    ...countryCodes().map(({ written, code }) => [written.toLowerCase(), code] as const),
  ])
  return known.countries
}

function languages(): Map<string, string> {
  known.languages ??= namesOf('language', languageCodes())
  return known.languages
}

const LETTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']
const TWO_LETTERS = LETTERS.flatMap((first) => LETTERS.map((second) => first + second))
const NO_COUNTRIES = new Set(['EU', 'EZ', 'QO', 'UN', 'XA', 'XB', 'ZZ'])

/** A code as it may be written, and as it is written today: UK is GB. */
interface Code {
  written: string
  code: string
}

function countryCodes(): Code[] {
  return TWO_LETTERS.filter((code) => !NO_COUNTRIES.has(code) && nameOf('region', 'en', code) !== undefined).map(
    (written) => ({ written, code: new Intl.Locale(`und-${written}`).region ?? written }),
  )
}

function languageCodes(): Code[] {
  return TWO_LETTERS.map((code) => code.toLowerCase())
    .filter((code) => nameOf('language', 'en', code) !== undefined)
    .map((written) => ({ written, code: OTHER_LANGUAGE_CODES[written] ?? written }))
}

// The first language that has a name has it: English goes before what means something else elsewhere.
function namesOf(type: 'region' | 'language', codes: readonly Code[]): Map<string, string> {
  const names = new Map<string, string>()
  for (const language of SPOKEN.split(' ')) {
    for (const { written, code } of codes) {
      const name = folded(nameOf(type, language, written) ?? '')
      if (name && !names.has(name)) names.set(name, code)
    }
  }
  return names
}

const displays = new Map<string, Intl.DisplayNames>()

function nameOf(type: 'region' | 'language', language: string, code: string): string | undefined {
  if (code === '') return undefined
  const key = `${type} ${language}`
  const display = displays.get(key) ?? new Intl.DisplayNames(language, { type, fallback: 'none' })
  displays.set(key, display)
  return display.of(code)
}

function folded(text: string): string {
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/&/g, ' and ')
  return plain
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
    .replace(/^the /, '')
}
