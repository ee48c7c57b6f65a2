import type { Attributes } from './attributes.ts'
import { countryCode } from './places.ts'

/*
 * In which time zone a lead is, where that is certain: by a property that says so, or by its country and state.
 */

// States that lie in one zone as a whole, by what people write. Those that two zones share are left out.
const STATES: Record<string, Record<string, string>> = {
  US: {
    'America/New_York':
      'CT Connecticut|DE Delaware|DC District of Columbia|GA Georgia|ME Maine|MD Maryland|MA Massachusetts|NH New Hampshire|NJ New Jersey|NY New York|NC North Carolina|OH Ohio|PA Pennsylvania|RI Rhode Island|SC South Carolina|VT Vermont|VA Virginia|WV West Virginia',
    'America/Chicago':
      'AL Alabama|AR Arkansas|IL Illinois|IA Iowa|LA Louisiana|MN Minnesota|MS Mississippi|MO Missouri|OK Oklahoma|WI Wisconsin',
    'America/Denver': 'CO Colorado|MT Montana|NM New Mexico|UT Utah|WY Wyoming',
    'America/Los_Angeles': 'CA California|WA Washington',
    'Pacific/Honolulu': 'HI Hawaii',
  },
  CA: {
    'America/Edmonton': 'AB Alberta',
    'America/Winnipeg': 'MB Manitoba',
    'America/Halifax': 'NB New Brunswick|NS Nova Scotia|PE Prince Edward Island',
  },
  AU: {
    'Australia/Sydney': 'ACT Australian Capital Territory',
    'Australia/Melbourne': 'VIC Victoria',
    'Australia/Brisbane': 'QLD Queensland',
    'Australia/Hobart': 'TAS Tasmania',
    'Australia/Adelaide': 'SA South Australia',
    'Australia/Darwin': 'NT Northern Territory',
  },
}

/** The IANA name of the zone whose time a lead has at an instant; undefined when nobody can be sure. */
export function timeZoneOf(attributes: Attributes, at: number): string | undefined {
  const text = (name: string) => String(attributes[name]?.value ?? '')
  const given = named(text('timeZone'))
  if (given) return given
  const country = countryCode(text('country'))
  if (country === undefined) return undefined
  return zoneOfState(country, text('state')) ?? zoneOfCountry(country, at)
}

/** How far a zone is ahead of UTC at an instant, in minutes. */
export function offsetMinutes(timeZone: string, at: number): number {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone).offsetNanoseconds / 60e9
}

// HubSpot writes america_slash_new_york.
function named(text: string): string | undefined {
  const name = text.trim().replaceAll('_slash_', '/')
  if (!/^[A-Za-z]+\/[\w/+-]+$/.test(name)) return undefined
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone
  } catch {
    return undefined
  }
}

function zoneOfState(country: string, state: string): string | undefined {
  const key = state.trim().toLowerCase()
  if (key === '') return undefined
  return Object.entries(STATES[country] ?? {}).find(([, states]) =>
    states.split('|').some((one) => {
      const [code = '', ...name] = one.toLowerCase().split(' ')
      return key === code || key === name.join(' ')
    }),
  )?.[0]
}

// A country has one time where all of its zones show the same.
function zoneOfCountry(country: string, at: number): string | undefined {
  const zones = new Intl.Locale(`und-${country}`).getTimeZones() ?? []
  const [first] = zones
  return first !== undefined && new Set(zones.map((zone) => offsetMinutes(zone, at))).size === 1 ? first : undefined
}
