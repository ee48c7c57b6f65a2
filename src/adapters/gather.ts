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
