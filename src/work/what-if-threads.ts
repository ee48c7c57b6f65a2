import { Worker } from 'node:worker_threads'
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
  let running: Worker | undefined

  return {
    /** Computes one; undefined when another is under way. Rejects when it fails, takes too long, or nobody waits any more. */
    async run({ offline, ...request }: WhatIfRequest, signal: AbortSignal): Promise<ThreadAnswer | undefined> {
      if (running) return undefined
      const workerData: ThreadData = { ...request, ...own, hubspot: offline ? null : own.hubspot }
      const thread = new Worker(new URL('./what-if-thread.ts', import.meta.url), {
        workerData,
        resourceLimits: { maxOldGenerationSizeMb: MOST_MEGABYTES },
      })
      running = thread
      const stop = () => void thread.terminate()
      const timer = setTimeout(stop, LONGEST)
      signal.addEventListener('abort', stop)
      try {
        return await new Promise<ThreadAnswer>((resolve, reject) => {
          thread.once('message', resolve)
          thread.once('error', reject)
          thread.once('exit', () => reject(new Error('the what-if was ended before it was through')))
        })
      } finally {
        clearTimeout(timer)
        signal.removeEventListener('abort', stop)
        await thread.terminate()
        running = undefined
      }
    },

    /** Ends what is under way. */
    async close(): Promise<void> {
      await running?.terminate()
    },
  }
}
