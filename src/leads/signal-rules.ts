import { type HubSpotMapping, type Properties, readInstant } from './observe.ts'

/*
 * The rules of `hubspot.yaml` by the property that they watch, and what is kept of it for the next look.
 */

/** A rule by which a property shows a signal. */
export type Rule = HubSpotMapping['signals'][number]

/** The rules about one property. `date` is the property that says when its newest step was. */
export interface Group {
  property: string
  rises: boolean
  rules: Rule[]
  date: string | undefined
}

/** The rules by property, but for those about one visit. */
export function groupsOf({ signals }: Pick<HubSpotMapping, 'signals'>): Group[] {
  const ofSteps = signals.filter(({ during }) => during === undefined)
  const groups = Map.groupBy(ofSteps, ({ rises, changes }) => rises ?? changes ?? '')
  return [...groups].map(([property, rules]) => ({
    property,
    rules,
    rises: rules[0]?.rises !== undefined,
    date: rules.find(({ at }) => at !== undefined)?.at,
  }))
}

/** The values to compare with at the next look: the highest count that was seen, and the newest date. */
export function countersOf(
  mapping: Pick<HubSpotMapping, 'signals' | 'disqualified'>,
  contact: Properties,
  before: Properties | null,
): Record<string, string | null> {
  const counters: Record<string, string | null> = {}
  const keep = (name: string, size: (text: string | null | undefined) => number | undefined) => {
    const [value, old] = [contact[name] ?? null, before?.[name] ?? null]
    counters[name] = old !== null && (size(old) ?? 0) > (size(value) ?? 0) ? old : value
  }
  for (const { changes } of mapping.disqualified) counters[changes] = contact[changes] ?? null
  for (const { property, rises, date } of groupsOf(mapping)) {
    if (rises) keep(property, numberOf)
    else counters[property] = contact[property] ?? null
    if (date) keep(date, readInstant)
  }
  return counters
}

/** The number of a counter; what is none counts as zero. */
export function numberOf(text: string | null | undefined): number {
  const number = Number(text ?? 0)
  return Number.isFinite(number) ? number : 0
}
