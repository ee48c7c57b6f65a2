import DataLoader from 'dataloader'
import { isRefused, type OutsideError } from '../platform/errors.ts'

/** The most rows that HubSpot takes in one batch. */
export const BATCH = 100

const FEW = 10

/**
 * When a batch for HubSpot leaves, in milliseconds: when it is full; else once nothing more has come for `quiet`, and not
 * before `busy` after a batch of more than a few, for then many leads are on their way; at the latest after `busy`.
 * `count` is told of everything that comes, before the loader is.
 */
export function createGather({ quiet, busy }: { quiet: number; busy: number }) {
  let lastAt = 0
  let latestBatch = { size: 0 }
  let previous = { leftAt: 0, size: 0 }
  return {
    count(): void {
      lastAt = performance.now()
      latestBatch.size += 1
    },
    schedule(dispatch: () => void): void {
      const batch = { size: 1 }
      latestBatch = batch
      const latest = performance.now() + busy
      const earliest = previous.size > FEW ? previous.leftAt + busy : 0
      const look = () => {
        const now = performance.now()
        const wait = batch.size >= BATCH ? 0 : Math.min(Math.max(lastAt + quiet, earliest), latest) - now
        if (wait > 0) return void setTimeout(look, Math.min(wait, quiet))
        previous = { leftAt: now, size: batch.size }
        dispatch()
      }
      setTimeout(look, quiet)
    },
  }
}

// One bad key spoils a whole batch: halved again and again, the others are read and the bad one is known.
async function readHalving<K extends string, V>(
  read: (keys: readonly K[]) => Promise<Map<string, V | OutsideError>>,
  keys: readonly K[],
): Promise<Map<string, V | OutsideError>> {
  try {
    return await read(keys)
  } catch (error) {
    if (!isRefused(error)) throw error
    if (keys.length === 1) return new Map(keys.map((key) => [key, error]))
    const middle = Math.ceil(keys.length / 2)
    const halves = [await readHalving(read, keys.slice(0, middle)), await readHalving(read, keys.slice(middle))]
    return new Map(halves.flatMap((half) => [...half]))
  }
}

/**
 * Reads keys in batches. Whoever asks for the same key while a batch is gathered shares its answer; nothing is remembered
 * after that. A key that `read` says nothing of is null. What can wait (`last`) has batches of its own, so that an urgent
 * key leaves after a moment of quiet however large the crowd is.
 */
export function createLoader<K extends string, V>(
  { quiet, busy, busyCrowd }: { quiet: number; busy: number; busyCrowd: number },
  read: (keys: readonly K[]) => Promise<Map<string, V | OutsideError>>,
) {
  function createBatches(busy: number) {
    const gather = createGather({ quiet, busy })
    const gathering = new DataLoader<K, V | null>(
      async (keys) => {
        const found = await readHalving(read, keys)
        return keys.map((key) => found.get(key) ?? null)
      },
      {
        maxBatchSize: BATCH,
        batchScheduleFn: (dispatch) =>
          gather.schedule(() => {
            gathering.clearAll()
            dispatch()
          }),
      },
    )
    return { gather, gathering }
  }
  const [urgent, crowd] = [createBatches(busy), createBatches(busyCrowd)]
  return {
    load(key: K, last = false): Promise<V | null> {
      const { gather, gathering } = last ? crowd : urgent
      gather.count()
      return gathering.load(key)
    },
  }
}
