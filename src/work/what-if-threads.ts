import { inThread } from '../platform/thread.ts'
import type { WhatIf } from '../what-if/result.ts'
import type { HubSpotBeside } from './read-properties.ts'
import type { WhatIfOptions } from './what-if.ts'

// Longer than a sample of the greatest size takes, with its properties read in HubSpot.
const LONGEST = 10 * 60_000
const MOST_MEGABYTES = 1_024

/** What a thread needs to know. `files` are the texts of a config by the names of its files. */
export interface ThreadData {
  files: Record<string, string>
  options: WhatIfOptions
  /** Epoch milliseconds. */
  now: number
  redisUrls: string[]
  prefix: string
  hubspot: HubSpotBeside | null
}

/** What came of it, or what is wrong with the config, line by line. */
export type ThreadAnswer = { result: WhatIf } | { refused: string[] }

/** What somebody asks for. `offline`: HubSpot is asked nothing. */
export type WhatIfRequest = Pick<ThreadData, 'files' | 'options' | 'now'> & { offline: boolean }

/** Prepares threads that compute a what-if beside the service, on its Redis, one at a time. */
export function createWhatIfThreads(
  own: Pick<ThreadData, 'redisUrls' | 'prefix'> & { hubspot: NonNullable<ThreadData['hubspot']> },
) {
  let running: AbortController | undefined

  return {
    /** Computes one; undefined when another is under way. Rejects when it fails, takes too long, or nobody waits any more. */
    async run({ offline, ...request }: WhatIfRequest, signal: AbortSignal): Promise<ThreadAnswer | undefined> {
      if (running) return undefined
      const workerData: ThreadData = { ...request, ...own, hubspot: offline ? null : own.hubspot }
      const file = new URL('./what-if-thread.ts', import.meta.url)
      const ending = new AbortController()
      running = ending
      try {
        return await inThread<ThreadAnswer>(
          { file, workerData, name: 'what-if', longest: LONGEST, megabytes: MOST_MEGABYTES },
          AbortSignal.any([signal, ending.signal]),
        )
      } finally {
        running = undefined
      }
    },

    /** Ends what is under way. */
    close(): void {
      running?.abort()
    },
  }
}
