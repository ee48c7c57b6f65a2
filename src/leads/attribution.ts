import { type Attributes, UTM } from '../rules/attributes.ts'

type Properties = Readonly<Record<string, string | null | undefined>>

/*
 * How a lead came to us: first and last touch, the UTM values of its links, and what it says itself.
 */

/** Properties that only a portal has whose forms ask for them. Where there is none, what they would say is unknown. */
export const OPTIONAL_PROPERTIES: ReadonlySet<string> = new Set([
  ...UTM.map((part) => `utm_${part}`),
  'how_did_you_hear_about_us',
  'hs_linkedin_url',
])

const FIRST_PAGE = 'hs_analytics_first_url'
const LAST_PAGE = 'hs_analytics_last_url'

/** Where else to find a lead, and what time it is there: where each attribute is read, unless hubspot.yaml names another property. */
export const REACH: Readonly<Record<string, string[]>> = {
  phone: ['phone', 'mobilephone'],
  linkedin: ['hs_linkedin_url'],
  state: ['state'],
  timeZone: ['hs_timezone'],
}

/** Where each attribute is read, unless hubspot.yaml names another property. */
export const ATTRIBUTION: Readonly<Record<string, string[]>> = {
  'touch.first': ['hs_analytics_source'],
  'touch.first.detail': ['hs_analytics_source_data_1'],
  'touch.first.detail2': ['hs_analytics_source_data_2'],
  'touch.first.page': [FIRST_PAGE],
  'touch.first.referrer': ['hs_analytics_first_referrer'],
  'touch.first.at': ['hs_analytics_first_timestamp'],
  'touch.last': ['hs_latest_source'],
  'touch.last.detail': ['hs_latest_source_data_1'],
  'touch.last.detail2': ['hs_latest_source_data_2'],
  'touch.last.page': [LAST_PAGE],
  'touch.last.referrer': ['hs_analytics_last_referrer'],
  'touch.last.at': ['hs_latest_source_timestamp'],
  ...Object.fromEntries(UTM.map((part) => [`utm.${part}`, [`utm_${part}`]])),
  heardFrom: ['how_did_you_hear_about_us'],
}

const MOST = 200

/**
 * The UTM values that a contact's first and last page carry: `utm.<part>` of the first page that has any, for what no property
 * tells (`known`), and `utm.last.<part>` of the last one.
 */
export function utmAttributes(properties: Properties, known: Attributes): Attributes {
  const [first, last] = [FIRST_PAGE, LAST_PAGE].map((name) => utmOf(properties[name], name))
  const came = Object.keys(first ?? {}).length > 0 ? first : last
  const named = (values: Attributes | undefined, prefix: string) =>
    Object.fromEntries(Object.entries(values ?? {}).map(([part, value]) => [`${prefix}.${part}`, value]))
  const missing = Object.entries(named(came, 'utm')).filter(([name]) => known[name] === undefined)
  return { ...Object.fromEntries(missing), ...named(last, 'utm.last') }
}

/** The `utm.last` values of an earlier look, where the last page has none: whoever looks further has not come anew. */
export function earlierUtm(earlier: Attributes | undefined, observed: Attributes): Attributes {
  if (Object.keys(observed).some(isLastUtm)) return {}
  return Object.fromEntries(Object.entries(earlier ?? {}).filter(([name]) => isLastUtm(name)))
}

/** What was known of a lead earlier, and what is observed now. */
export function withEarlier(earlier: Attributes | undefined, observed: Attributes): Attributes {
  const rest = Object.entries(earlier ?? {}).filter(([name]) => !isLastUtm(name))
  return { ...Object.fromEntries(rest), ...earlierUtm(earlier, observed), ...observed }
}

function isLastUtm(name: string): boolean {
  return name.startsWith('utm.last.')
}

function utmOf(url: string | null | undefined, property: string): Attributes {
  // It need not be a whole address: HubSpot leaves out the scheme at times.
  const query = new URLSearchParams((url ?? '').split('#')[0]?.split('?').slice(1).join('?'))
  return Object.fromEntries(
    UTM.flatMap((part) => {
      const value = query.get(`utm_${part}`)?.trim().slice(0, MOST)
      return value ? [[part, { value, source: `hubspot:${property}` }]] : []
    }),
  )
}
