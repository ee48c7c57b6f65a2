import type { Config } from '../config/config.ts'
import { conditionsOf } from '../config/config.ts'
import { formProperties, isOwnProperty } from '../leads/forms.ts'
import { type Condition, testsOf } from '../rules/condition.ts'
import { STAGES, type Stage } from '../rules/stages.ts'
import { keyOf } from '../rules/texts.ts'

/** A property definition as HubSpot tells it, as far as it is looked at. */
export interface PropertyInfo {
  name: string
  type: string
  calculated?: boolean
  options: { label: string; value: string }[]
  modificationMetadata?: { readOnlyValue?: boolean }
}

/** A value that the config waits for and that a choice in HubSpot cannot have. `meant` is the option that looks like it. */
export interface NoOption {
  property: string
  value: string
  options: string[]
  meant: string | undefined
}

/** The properties of an object type in HubSpot, by name. */
export type Known = ReadonlyMap<string, PropertyInfo>

// Enrichment may give these, in words of its own.
const ENRICHED = /^(company\.|jobTitle$|country$)/

/**
 * The values in the config that no option of HubSpot has, so that what asks for them never happens. An attribute that some
 * other source than a choice of HubSpot's can give may have any value.
 */
export function missingOptions(config: Config, contact: Known, company: Known): NoOption[] {
  const { responses, disqualified, attributes } = config.hubspot
  const named = [...responses, ...disqualified].flatMap(({ changes, to = [] }) =>
    to.map((value) => ({ sources: changes ? [changes] : [], value })),
  )
  const asked = conditionsOf(config)
    .flatMap(valuesOf)
    .filter(({ attribute }) => !ENRICHED.test(attribute))
    .map(({ attribute, value }) => {
      const raw = /^hubspot\.(.+)$/.exec(attribute)?.[1]
      return { sources: raw ? [raw] : (attributes[attribute] ?? []), value }
    })
  // Baton writes these, whatever the rules ask for.
  const stages = new Set(['mql' as Stage, ...stagesGiven(config)])
  const words = [...stages].flatMap((stage) => STAGES[stage] ?? [])
  const written = words.map((value) => ({ sources: ['lifecyclestage'], value: value as string }))
  const answers = formProperties(config.forms).flatMap(({ property, options = [] }) =>
    options.map((value) => ({ sources: isOwnProperty(property) ? [] : [property], value })),
  )
  const found = [...named, ...asked, ...written, ...answers].flatMap(({ sources, value }) => {
    const choices = sources.map((source) => choiceOf(source, contact, company))
    if (choices.length === 0 || choices.some((choice) => choice === undefined)) return []
    const options = choices.flatMap((choice) => choice?.options ?? [])
    if (options.some((option) => keyOf(option.value) === keyOf(value))) return []
    const meant = options.find(({ label }) => keyOf(label) === keyOf(value))?.value
    return [{ property: sources.join(', '), value, options: options.map((option) => option.value), meant }]
  })
  const once = Map.groupBy(found, ({ property, value }) => `${property} ${keyOf(value)}`)
  return [...once.values()].flatMap(([first]) => first ?? [])
}

/** The stages that rules of the config give. */
function stagesGiven({ handoffs, triggers, moves }: Pick<Config, 'handoffs' | 'triggers' | 'moves'>): Stage[] {
  const within = (part: unknown): Stage[] => {
    if (typeof part !== 'object' || part === null) return []
    if ('do' in part && part.do === 'stage' && 'stage' in part) return [part.stage as Stage]
    return Object.values(part).flatMap(within)
  }
  return [...within([handoffs.kinds, triggers]), ...moves.map(({ to }) => to)]
}

/** The property, when it is a choice between values that HubSpot names. */
function choiceOf(source: string, contact: Known, company: Known): PropertyInfo | undefined {
  const ofCompany = source.startsWith('company:')
  const property = ofCompany ? company.get(source.slice('company:'.length)) : contact.get(source)
  return property?.type === 'enumeration' && property.options.length > 0 ? property : undefined
}

function valuesOf(condition: Condition): { attribute: string; value: string }[] {
  return testsOf(condition).flatMap(({ attribute, test }) =>
    [test.is ?? [], test.in ?? []].flat().map((value) => ({ attribute, value: String(value) })),
  )
}
