import type { Config } from '../config/config.ts'
import type { LeadRecord } from '../leads/lead.ts'
import { observeAttributes, type Properties } from '../leads/observe.ts'
import type { Attributes } from '../rules/attributes.ts'
import { withPlaces } from '../rules/places.ts'

/** What another config knows of a lead that the one that decided did not, or knew otherwise. */
export interface Needs {
  /** Attributes that it takes from other properties. */
  attributes: string[]
  /** Properties that it asks for by name. */
  raw: string[]
  /** What has to be known of the contact, and of its company, to tell them. */
  contact: string[]
  company: string[]
  /** It has other tables of places. */
  places: boolean
}

/** What `after` needs to know of a lead beyond what `before` kept; null: nothing. */
export function needsOf(before: Config, after: Config): Needs | null {
  const { attributes: own, unknownValues, freeMail } = before.hubspot
  // Other words that say nothing, or other free mail providers, may be in any of them.
  const readsOtherwise =
    !isSame(unknownValues, after.hubspot.unknownValues) || !isSame(freeMail, after.hubspot.freeMail)
  const attributes = Object.entries(after.hubspot.attributes).flatMap(([name, sources]) =>
    isSame(own[name], sources) && !readsOtherwise ? [] : [name],
  )
  if (attributes.includes('email')) attributes.push('email.domain', 'email.free')
  const raw = after.reads.raw.filter((name) => !before.reads.raw.includes(name) || readsOtherwise)
  const sources = attributes.flatMap((name) => after.hubspot.attributes[name] ?? [])
  const places = !isSame(placesOf(before), placesOf(after))
  if (attributes.length === 0 && raw.length === 0 && !places) return null
  const ofCompany = sources.filter((name) => name.startsWith('company:'))
  return {
    attributes,
    raw,
    contact: [
      ...new Set([
        ...sources.filter((name) => !ofCompany.includes(name)),
        ...raw.map((name) => name.slice('hubspot.'.length)),
      ]),
    ],
    company: [...new Set(ofCompany.map((name) => name.slice('company:'.length)))],
    places,
  }
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

function placesOf({ icp }: Config): unknown {
  const { tiers: _, minimumCompanySize: __, personas: ___, negative: ____, ...places } = icp
  return places
}

/** Which of the properties that are needed a lead's record does not hold. `readBy` is the config by which it was last read. */
export function unread(needs: Needs, readBy: Config | null): { contact: string[]; company: string[] } {
  return {
    contact: needs.contact.filter((name) => !readBy?.reads.contact.includes(name)),
    company: needs.company.filter((name) => !readBy?.reads.company.includes(name)),
  }
}

/**
 * A lead's attributes of then, with those that the other config takes from elsewhere: these as they are now, for nobody kept what
 * they were.
 */
export function attributesWith(
  after: Config,
  needs: Needs,
  attributes: Attributes,
  values: { properties: Properties; company: Properties | null },
): Attributes {
  const observed = observeAttributes(after.hubspot, values.properties, values.company, needs.raw)
  const result: Attributes = { ...attributes }
  for (const name of [...needs.attributes, ...needs.raw]) {
    const value = observed[name]
    if (value) result[name] = value
    else if (/^(hubspot:|company:|list of free)/.test(result[name]?.source ?? '')) delete result[name]
  }
  if (!needs.places) return result
  const given = Object.entries(result).filter(([, { source }]) => !/^list of (regions|languages)$/.test(source))
  return withPlaces(after.icp, Object.fromEntries(given))
}

/** The values that a record holds, with those that were read for it now. */
export function valuesOf(
  record: Pick<LeadRecord, 'properties' | 'company'>,
  read: { contact?: Properties | undefined; company?: Properties | null | undefined },
): { properties: Properties; company: Properties | null } {
  const company = record.company || read.company ? { ...record.company, ...read.company } : null
  return { properties: { ...record.properties, ...read.contact }, company }
}
