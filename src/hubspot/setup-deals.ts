import {
  PropertyCreateFieldTypeEnum as Field,
  PropertyCreateTypeEnum as Type,
} from '@hubspot/api-client/lib/codegen/crm/properties/models/PropertyCreate.js'
import type { DealAttribution } from '../leads/deal-attribution.ts'
import { OutsideError } from '../platform/errors.ts'
import { plain } from '../rules/words.ts'
import type { HubSpot } from './client.ts'
import { GROUP } from './setup.ts'

/** What was done for the properties of deals, or would be. `refused`: the app lacks the scopes, which are optional. */
export type DealSetupReport = { created: string[]; existing: string[] } | { refused: true }

/** Creates the properties of deals that say how their contacts came; run twice it changes nothing. With `dryRun` it only looks. */
export async function setUpDeals(
  { client, call }: Pick<HubSpot, 'client' | 'call'>,
  mapping: DealAttribution,
  dryRun: boolean,
): Promise<DealSetupReport> {
  const { groupsApi, coreApi, batchApi } = client.crm.properties
  const names = Object.keys(mapping)
  if (names.length === 0) return { created: [], existing: [] }
  try {
    const present = await call('read deal properties', () => coreApi.getAll('deals'))
    const known = new Set(present.results.map(({ name }) => name))
    const missing = names.filter((name) => !known.has(name))
    if (!dryRun && missing.length > 0) {
      const groups = await call('read deal property groups', () => groupsApi.getAll('deals'))
      if (!groups.results.some(({ name }) => name === GROUP))
        await call('create deal property group', () =>
          groupsApi.create('deals', { name: GROUP, label: 'Baton', displayOrder: -1 }),
        )
      const inputs = missing.map((name) => ({
        name,
        label: labelOf(name),
        description: `How the contact of the deal came: ${mapping[name]}. Baton leaves it alone once somebody else has set it.`,
        groupName: GROUP,
        type: Type.String,
        fieldType: Field.Text,
      }))
      await call('create deal properties', () => batchApi.create('deals', { inputs }))
    }
    return { created: missing, existing: names.filter((name) => known.has(name)) }
  } catch (error) {
    if (error instanceof OutsideError && error.code === '403') return { refused: true }
    throw error
  }
}

/** The report for a terminal. */
export function describeDealSetup(report: DealSetupReport, dryRun: boolean): string[] {
  if ('refused' in report)
    return ['Deals are not told how their contacts came: that takes the optional scopes for deals, see below.']
  if (report.created.length + report.existing.length === 0) return []
  return [
    `Properties of deals ${dryRun ? 'that would be created' : 'created'}: ${report.created.join(', ') || 'none'}.`,
    `Properties of deals there already: ${report.existing.join(', ') || 'none'}.`,
  ]
}

function labelOf(name: string): string {
  const words = plain(name)
  return words.charAt(0).toUpperCase() + words.slice(1)
}
