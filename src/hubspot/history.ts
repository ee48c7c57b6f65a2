import DataLoader from 'dataloader'
import type { PropertyVersion } from '../leads/observe.ts'
import type { OutsideError } from '../platform/errors.ts'
import { createGather } from './batches.ts'

/** A property of a contact whose earlier values are asked for. */
interface Asked {
  id: string
  property: string
}

/** A row of a batch that was read with history, as the client library has it. */
export interface HistoryRow {
  propertiesWithHistory?: Record<
    string,
    { value: string; timestamp: Date | string; sourceType: string; sourceId?: string }[]
  >
}

// HubSpot takes half as many rows where history is read.
const BATCH = 50

/**
 * Reads the values that properties had, newest first. What is asked for at about the same time goes in one call. `read`
 * reads rows with the history of some properties; a row that is not there has no history.
 */
export function createHistoryLoader(
  times: { quiet: number; busy: number },
  read: (ids: string[], properties: string[]) => Promise<Map<string, HistoryRow | OutsideError>>,
) {
  const gather = createGather(times)
  const asked = new DataLoader<Asked, PropertyVersion[], string>(
    async (keys) => {
      const ids = [...new Set(keys.map(({ id }) => id))]
      const properties = [...new Set(keys.map(({ property }) => property))]
      const rows = await read(ids, properties)
      return keys.map(({ id, property }) => {
        const row = rows.get(id)
        return row instanceof Error ? row : versionsOf(row, property)
      })
    },
    { cache: false, maxBatchSize: BATCH, batchScheduleFn: gather.schedule },
  )
  return (id: string, property: string): Promise<PropertyVersion[]> => {
    gather.count()
    return asked.load({ id, property })
  }
}

/** The values that a property of a row had, newest first. */
export function versionsOf(row: HistoryRow | undefined, property: string): PropertyVersion[] {
  return (row?.propertiesWithHistory?.[property] ?? []).map(({ value, timestamp, sourceType, sourceId }) => ({
    value,
    at: new Date(timestamp).getTime(),
    source: sourceType,
    ...(sourceId ? { sourceId } : {}),
  }))
}
