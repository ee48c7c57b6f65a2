import type { Attributes } from '../rules/attributes.ts'
import type { Properties, PropertyHistory, PropertyVersion } from './observe.ts'

/*
 * What a deal says of how its contact came. It is the word of whoever set it: Baton writes what nobody has, and what it wrote.
 */

/** What each property of a deal says: an attribute of its contact. */
export type DealAttribution = Readonly<Record<string, string>>

/** What a deal says unless hubspot.yaml gives something else. */
export const DEAL_ATTRIBUTION: DealAttribution = {
  baton_first_touch: 'touch.first',
  baton_first_touch_detail: 'touch.first.detail',
  baton_last_touch: 'touch.last',
  baton_last_touch_detail: 'touch.last.detail',
  baton_utm_source: 'utm.source',
  baton_utm_medium: 'utm.medium',
  baton_utm_campaign: 'utm.campaign',
  baton_heard_from: 'heardFrom',
}

const MOST = 1_000

/** A contact of a deal, and what is known of it. `createdAt` is epoch milliseconds. */
export interface DealContact {
  createdAt: number
  attributes: Attributes
}

/**
 * What is to be written to a deal. Of several contacts the one that HubSpot has known longest tells, if it tells anything: with
 * it the company came. What is unknown clears nothing. `ownApp` is the id by which a history names Baton, null when unknown.
 */
export function dealChanges(
  mapping: DealAttribution,
  contacts: readonly DealContact[],
  deal: { properties: Properties; history: PropertyHistory },
  ownApp: string | null,
): Record<string, string> {
  const told = contacts
    .toSorted((a, b) => a.createdAt - b.createdAt)
    .map(({ attributes }) => valuesOf(mapping, attributes))
    .find((values) => Object.keys(values).length > 0)
  const open = Object.entries(told ?? {}).filter(
    ([name, value]) =>
      (deal.properties[name] ?? '') !== value && isOpen(deal.properties[name], deal.history[name] ?? [], ownApp),
  )
  return Object.fromEntries(open)
}

function valuesOf(mapping: DealAttribution, attributes: Attributes): Record<string, string> {
  return Object.fromEntries(
    Object.entries(mapping).flatMap(([name, attribute]) => {
      const value = attributes[attribute]?.value
      return value === undefined ? [] : [[name, [value].flat().join('; ').slice(0, MOST)]]
    }),
  )
}

// Whoever cleared it had a word as well: then it has a history.
function isOpen(value: string | null | undefined, [last]: readonly PropertyVersion[], ownApp: string | null): boolean {
  if (last === undefined) return !value
  return last.source === 'INTEGRATION' && ownApp !== null && last.sourceId === ownApp
}
