import { type AttributeValue, fillText, namesInBraces } from '../rules/attributes.ts'
import type { Outcome } from '../rules/outcomes.ts'
import type { NextConfig } from './change.ts'
import type { LeadMarks } from './marks.ts'
import type { Properties } from './observe.ts'

/*
 * Properties of the contact that rules set (`set`). Each is written once per occasion, and only where HubSpot shows nothing or
 * what Baton wrote before: what a person put there stays, also when they cleared it. With an unknown attribute in braces it is
 * left as it is.
 */

/** HubSpot's core properties that no rule may set: whose the contact is, who it is, and how far. */
export const CORE_PROPERTIES: readonly string[] = ['hubspot_owner_id', 'lifecyclestage', 'email', 'hs_object_id']

/** What rules have set by now, and what HubSpot shows of those that are to be written. */
export interface Tagged {
  marks: LeadMarks
  /** What stands in HubSpot in the place of what is set now. */
  shown: Record<string, string>
  /** The properties that were not set, because somebody else's value stands there. */
  kept: string[]
}

/**
 * Sets what rules ask for (`toSet`), with attributes in braces filled in, and forgets what a person has changed since. `written` is
 * what Baton is known to have written, `properties` what HubSpot shows.
 */
export function tagged(
  marks: LeadMarks,
  { written, properties }: { written: Readonly<Record<string, string>>; properties: Properties },
  lookup: (name: string) => AttributeValue | undefined,
): Tagged {
  const { toSet = {}, tags = {}, ...rest } = marks
  const shows = (name: string) => properties[name] ?? ''
  const isOurs = (name: string) => shows(name) === '' || shows(name) === written[name]
  // Until it is confirmed HubSpot shows what was there before.
  const isKept = (name: string) => written[name] === undefined || shows(name) === written[name]
  const standing = Object.entries(tags).filter(([name]) => properties[name] === undefined || isKept(name))
  const asked = Object.entries(toSet)
  // Of what is unknown nothing is said, not even that.
  const isKnown = (text: string) => namesInBraces(text).every((attribute) => lookup(attribute) !== undefined)
  const fresh = asked
    .filter(([name, text]) => isOurs(name) && isKnown(text))
    .map(([name, text]) => [name, fillText(text, lookup)])
  const after = Object.fromEntries([...standing, ...fresh]) as Record<string, string>
  return {
    marks: { ...rest, ...(Object.keys(after).length > 0 ? { tags: after } : {}) },
    shown: Object.fromEntries(fresh.map(([name = '']) => [name, shows(name)])),
    kept: asked.map(([name]) => name).filter((name) => !isOurs(name)),
  }
}

type Rules = Pick<NextConfig, 'triggers' | 'handoffs'>

/** The properties that rules set, each once. */
export function propertiesSet({ triggers, handoffs }: Rules): string[] {
  const sets = outcomesIn([triggers, handoffs]).flatMap((one) => (one.do === 'set' ? Object.keys(one.properties) : []))
  return [...new Set(sets)]
}

/** The attributes that stand in braces in what rules set and note. */
export function attributesFilled({ triggers, handoffs }: Rules): string[] {
  const texts = outcomesIn([triggers, handoffs]).flatMap((one) =>
    one.do === 'set' ? Object.values(one.properties) : one.do === 'note' ? [one.text] : [],
  )
  return texts.flatMap(namesInBraces)
}

/** The nurture tracks that rules enrol in, wherever they stand in a config. */
export function tracksEnrolled({ triggers, handoffs }: Rules): string[] {
  return outcomesIn([triggers, handoffs]).flatMap((one) => (one.do === 'enrol' ? [one.track] : []))
}

// Those that set, note and enrol, wherever they stand in a config.
function outcomesIn(content: unknown): Outcome[] {
  if (Array.isArray(content)) return content.flatMap(outcomesIn)
  if (typeof content !== 'object' || content === null) return []
  const own = content as { do?: unknown }
  if (own.do === 'set' || own.do === 'note' || own.do === 'enrol') return [content as Outcome]
  return Object.values(own).flatMap(outcomesIn)
}
