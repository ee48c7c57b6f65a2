import { type Node, type Pair, visit } from 'yaml'
import { type Path, type SourceFile, suggestion } from '../config/problems.ts'
import { type ConfigFinding, createReport, type Inspected } from '../config/sense/report.ts'
import { pathOf } from '../config/sense/texts.ts'
import { missingOptions } from './options.ts'
import { knownOf, type PortalSchema } from './portal-schema.ts'
import { missingProperties } from './properties.ts'

/** What a config names that the portal does not have, by file and line. */
export function portalFindings(
  inspected: Inspected,
  schema: PortalSchema,
  level: ConfigFinding['level'],
): ConfigFinding[] {
  const { config, sources } = inspected
  const { report, findings } = createReport()
  const [contact, company] = [knownOf(schema.contacts), knownOf(schema.companies)]
  const scalars = scalarsOf(sources)
  const tell = (places: Scalar[], message: string) => {
    for (const { source, path } of places) report(level, source, path, message)
    // What stands in no file is said of the one where it can be written.
    if (places.length === 0) report(level, sources.hubspot, [], message)
  }
  for (const { object, name, known } of missingProperties(config, contact, company)) {
    const texts = object === 'company' ? [`company:${name}`] : [name, `hubspot.${name}`]
    tell(
      scalars.filter(({ text }) => texts.includes(text)),
      `a ${object} has no property ${name} in HubSpot${suggestion(name, known)}`,
    )
  }
  for (const { property, value, options } of missingOptions(config, contact, company)) {
    const names = property.split(', ')
    const attributes = Object.entries(config.hubspot.attributes)
      .filter(([, from]) => from.some((one) => names.includes(one)))
      .map(([attribute]) => attribute)
    const keys = [...attributes, ...names.map((name) => `hubspot.${name}`), ...names, ...VALUES_UNDER]
    const places = scalars.filter(
      ({ text, path }) => text === value && path.some((part) => keys.includes(String(part))),
    )
    tell(places, `"${value}" is no option of ${property} in HubSpot${suggestion(value, options)}`)
  }
  const { dealStages, owners } = schema
  const stages = dealStages && [...dealStages, 'closedwon', 'closedlost']
  for (const { source, path, text } of scalars) {
    if (stages && path.includes('dealStage') && text !== 'dealStage' && !stages.includes(text))
      report(level, source, path, `HubSpot has no stage of deals "${text}"${suggestion(text, stages)}`)
    if (owners && path.at(-1) === 'hubspotOwnerId' && text !== 'hubspotOwnerId' && !owners.includes(text))
      report(
        level,
        source,
        path,
        `HubSpot has no owner ${text}: ids are in the owners API (baton team import finds them)`,
      )
  }
  return findings
}

// Lists of values that stand under no attribute.
const VALUES_UNDER = ['responses', 'disqualified', 'forms', 'leadStatus']

interface Scalar {
  source: SourceFile
  path: Path
  text: string
}

/** Every key and value of the files, with its place. */
function scalarsOf(sources: Inspected['sources']): Scalar[] {
  const found: Scalar[] = []
  for (const [name, source] of Object.entries(sources)) {
    if (!source || name === 'routing-cases') continue
    visit(source.document, {
      Scalar(_key, node, ancestors) {
        const path = pathOf([...(ancestors as (Node | Pair)[]), node])
        found.push({ source, path, text: String(node.value) })
      },
    })
  }
  return found
}
