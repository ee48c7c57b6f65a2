// What two contacts become when they are merged.

import { LIFECYCLE_STAGES } from './known-properties.ts'
import type { CrmRecord, HistoryEntry } from './record.ts'

/** Counters, of which the survivor has the sum. For `num_conversion_events` that is inferred from HubSpot's merge article. */
const SUMMED = `num_conversion_events num_contacted_notes num_notes hs_email_open hs_email_click hs_email_delivered
  hs_email_replied hs_email_bounce hs_analytics_num_page_views hs_analytics_num_visits`.split(/\s+/)

/** What the survivor has of the older value, or of the primary, whatever was set last. */
const EARLIEST = ['createdate', 'first_conversion_date', 'hs_analytics_first_timestamp']
const OF_PRIMARY = ['email', 'hs_object_id', 'associatedcompanyid']

/** The survivor's properties and histories; otherwise the newest value wins, a value before none, the primary's on a tie. */
export function mergedValues(primary: CrmRecord, merged: CrmRecord, entry: (value: string) => HistoryEntry) {
  const properties: Record<string, string | null> = {}
  const history: Record<string, HistoryEntry[]> = {}
  const forms = new Set([...primary.forms, ...merged.forms])
  for (const name of new Set([primary, merged].flatMap((each) => Object.keys(each.properties)))) {
    properties[name] = survivingValue(name)
    const both = [...(primary.history[name] ?? []), ...(merged.history[name] ?? [])]
    history[name] = both.sort((a, b) => b.timestamp.localeCompare(a.timestamp))
    const value = properties[name] ?? ''
    if (both.length > 0 && both[0]?.value !== value) history[name].unshift(entry(value))
  }
  return { properties, history, forms }

  function survivingValue(name: string): string | null {
    const [own, other] = [primary.properties[name] ?? null, merged.properties[name] ?? null]
    if (own === null || other === null) return own ?? other
    if (name === 'num_unique_conversion_events' && forms.size > 0) return String(forms.size)
    if (SUMMED.includes(name)) return String(Number(own) + Number(other))
    if (OF_PRIMARY.includes(name)) return own
    if (EARLIEST.includes(name)) return [own, other].sort()[0] ?? own
    // Nobody who opted out is opted in by a merge.
    if (name.startsWith('hs_email_optout')) return own === 'true' ? own : other
    if (name === 'lifecyclestage') return LIFECYCLE_STAGES.indexOf(own) >= LIFECYCLE_STAGES.indexOf(other) ? own : other
    if (name === 'first_conversion_event_name') return firstAt(primary) <= firstAt(merged) ? own : other
    return setAt(primary, name) >= setAt(merged, name) ? own : other
  }
}

function setAt(record: CrmRecord, name: string): string {
  return record.history[name]?.[0]?.timestamp ?? ''
}

function firstAt(record: CrmRecord): string {
  return record.properties.first_conversion_date ?? ''
}
