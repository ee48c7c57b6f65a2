import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { HubSpotEnv } from '../platform/env.ts'
import { type AskHubSpot, createAskHubSpot, hubSpotToAsk } from './ask-hubspot.ts'
import type { Known, PropertyInfo } from './options.ts'

const Properties = z.record(z.string(), z.object({ type: z.string(), options: z.array(z.string()).optional() }))

/**
 * What a portal has, as far as a config names it: properties with their types and options, the stages of deals, and the ids of
 * owners. No labels, no names of people. `readAt` is epoch milliseconds; null: HubSpot did not show it.
 */
const PortalSchema = z.object({
  readAt: z.number(),
  contacts: Properties,
  companies: Properties,
  dealStages: z.array(z.string()).nullable(),
  owners: z.array(z.string()).nullable(),
})
export type PortalSchema = z.output<typeof PortalSchema>

/** Reads a portal's schema. Rejects with `OutsideError` when its properties cannot be read. */
async function readPortalSchema({ read, owners }: AskHubSpot, now: number): Promise<PortalSchema> {
  async function propertiesOf(object: string): Promise<PortalSchema['contacts']> {
    const { results } = await read(`/crm/v3/properties/${object}`)
    return Object.fromEntries(
      (results as PropertyInfo[]).map(({ name, type, options }) => [
        name,
        { type, ...(options?.length > 0 ? { options: options.map(({ value }) => value) } : {}) },
      ]),
    )
  }
  // Each has a scope of its own.
  const stages = read('/crm/v3/pipelines/deals').then(({ results }) =>
    (results as { stages: { id: string }[] }[]).flatMap((pipeline) => pipeline.stages.map(({ id }) => id)),
  )
  const [contacts, companies, dealStages, known] = await Promise.all([
    propertiesOf('contacts'),
    propertiesOf('companies'),
    stages.catch(() => null),
    owners().catch(() => null),
  ])
  return { readAt: now, contacts, companies, dealStages, owners: known?.map(({ id }) => String(id)) ?? null }
}

/** Asks the portal of the environment for its schema, and keeps it beside the config for checks that may not ask. */
export async function fetchPortalSchema(env: HubSpotEnv, directory: string, now: number): Promise<PortalSchema> {
  const schema = await readPortalSchema(createAskHubSpot(hubSpotToAsk(env)), now)
  // A config that may not be written to is checked all the same.
  await keepPortalSchema(directory, schema).catch(() => undefined)
  return schema
}

const FOLDER = '.baton'
const FILE = 'hubspot-schema.json'

async function keepPortalSchema(directory: string, schema: PortalSchema): Promise<void> {
  const file = join(directory, FOLDER, FILE)
  await mkdir(join(directory, FOLDER), { recursive: true })
  await writeFile(`${file}.new`, `${JSON.stringify(schema, null, 1)}\n`)
  await rename(`${file}.new`, file)
}

/** The schema that was kept beside a config; null when there is none that can be read. */
export async function keptPortalSchema(directory: string): Promise<PortalSchema | null> {
  try {
    return PortalSchema.parse(JSON.parse(await readFile(join(directory, FOLDER, FILE), 'utf8')))
  } catch {
    return null
  }
}

/** The properties as other checks take them. */
export function knownOf(properties: PortalSchema['contacts']): Known {
  return new Map(
    Object.entries(properties).map(([name, { type, options = [] }]) => [
      name,
      { name, type, options: options.map((value) => ({ value, label: value })) },
    ]),
  )
}
