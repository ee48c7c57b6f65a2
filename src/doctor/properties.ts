import type { Config } from '../config/config.ts'
import { suggestion } from '../config/problems.ts'
import { canFire } from '../hubspot/app.ts'
import type { SetupReport } from '../hubspot/setup.ts'
import type { DealSetupReport } from '../hubspot/setup-deals.ts'
import { OPTIONAL_PROPERTIES } from '../leads/attribution.ts'
import { formProperties, isOwnProperty } from '../leads/forms.ts'
import { propertiesSet } from '../leads/tags.ts'
import type { Finding } from './finding.ts'
import { type Known, missingOptions } from './options.ts'

const SETUP = 'run "baton hubspot setup"'

/** What the properties that Baton writes are like. `report` is what a dry run of the set-up would do. */
export function ownPropertyFindings(names: readonly string[], report: SetupReport, contact: Known): Finding[] {
  const check = 'hubspot properties of Baton'
  const fault = (found: string, todo: string): Finding => ({ check, status: 'fault', found, todo })
  const readOnly = names.filter((name) => contact.get(name)?.modificationMetadata?.readOnlyValue)
  const found = [
    ...(report.created.length > 0 ? [fault(`missing: ${report.created.join(', ')}`, SETUP)] : []),
    ...(report.widened.length > 0
      ? [fault(`without values that are written: ${report.widened.join(', ')}`, SETUP)]
      : []),
    ...report.wrongType.map(({ name, type, wanted }) =>
      fault(
        `${name} has the type ${type}, Baton writes ${wanted}`,
        'delete it in HubSpot, or choose another name in hubspot.yaml',
      ),
    ),
    ...readOnly.map((name) => fault(`${name} cannot be written`, 'choose another name in hubspot.yaml')),
  ]
  return found.length > 0 ? found : [{ check, status: 'ok', found: `all ${names.length} are there` }]
}

/** Whether deals have the properties that say how their contacts came. That a scope is missing another check says. */
export function dealPropertyFindings(report: DealSetupReport): Finding[] {
  if ('refused' in report || report.created.length === 0) return []
  const found = `missing: ${report.created.join(', ')}; deals are not told how their contacts came`
  return [{ check: 'hubspot properties of deals', status: 'warning', found, todo: SETUP }]
}

/** The properties that the set-up creates: what Baton writes of its own, what forms ask for, and what rules set. */
export function ownProperties(config: Pick<Config, 'hubspot' | 'forms' | 'triggers' | 'handoffs'>): string[] {
  const { hubspot, forms } = config
  const asked = formProperties(forms).map(({ property }) => property)
  return [...Object.values(hubspot.properties), ...[...asked, ...propertiesSet(config)].filter(isOwnProperty)]
}

/** What a config reads of HubSpot besides what Baton writes, with what is there. */
function readOf(config: Config, contact: Known, company: Known) {
  const own = new Set(ownProperties(config))
  return [
    { object: 'contact', names: config.reads.contact.filter((name) => !own.has(name)), known: contact },
    { object: 'company', names: config.reads.company, known: company },
  ]
}

/** The properties that a config needs and HubSpot has not, each with those that are there. */
export function missingProperties(config: Config, contact: Known, company: Known) {
  return readOf(config, contact, company).flatMap(({ object, names, known }) =>
    names
      .filter((name) => !known.has(name) && !(object === 'contact' && OPTIONAL_PROPERTIES.has(name)))
      .map((name) => ({ object, name, known: [...known.keys()] })),
  )
}

/** What the properties and values that the config names are like in HubSpot. */
export function configPropertyFindings(config: Config, contact: Known, company: Known): Finding[] {
  const read = readOf(config, contact, company)
  const absent = config.reads.contact.filter((name) => OPTIONAL_PROPERTIES.has(name) && !contact.has(name))
  const missing = missingProperties(config, contact, company).map(({ object, name, known }): Finding => {
    const found = `a ${object} has no property ${name}${suggestion(name, known)}`
    const todo = 'correct it in hubspot.yaml and the rules, or create it in HubSpot'
    return { check: `hubspot property ${name}`, status: 'fault', found, todo }
  })
  const calculated = read.flatMap(({ names, known }) =>
    names.filter((name) => known.get(name)?.calculated || (known.has(name) && !canFire(name) && name !== 'createdate')),
  )
  const count = read.reduce((sum, { names }) => sum + names.length, 0)
  const all: Finding = {
    check: 'hubspot properties of the config',
    status: 'ok',
    found: `${count - missing.length - absent.length} of ${count} are there`,
  }
  const without: Finding = {
    check: 'hubspot properties of attribution',
    status: 'ok',
    found: `this portal has no ${absent.join(', ')}: create them if your forms ask; without them utm values are read from the addresses of pages`,
  }
  const silent: Finding = {
    check: 'hubspot calculated properties',
    status: 'ok',
    found: `no webhook tells of these, Baton polls them: ${[...new Set(calculated)].join(', ')}`,
  }
  return [
    ...(missing.length === 0 ? [all] : missing),
    ...(absent.length > 0 ? [without] : []),
    ...(calculated.length > 0 ? [silent] : []),
    ...optionFindings(config, contact, company),
  ]
}

function optionFindings(config: Config, contact: Known, company: Known): Finding[] {
  const found = missingOptions(config, contact, company).map(({ property, value, options, meant }): Finding => {
    const hint = meant === undefined ? suggestion(value, options) : `; did you mean "${meant}"?`
    return {
      check: `hubspot option ${property}`,
      status: 'fault',
      found: `${value} is no option of ${property}${hint}`,
      todo: 'correct it in the config, or add the option in HubSpot',
    }
  })
  if (found.length > 0) return found
  return [{ check: 'hubspot options', status: 'ok', found: 'every stage, status and choice that the config names' }]
}
