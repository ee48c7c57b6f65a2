import { inOwnProcess } from '../platform/own-process.ts'
import type { WhatIf } from '../what-if/result.ts'
import type { HubSpotBeside } from './read-properties.ts'
import type { WhatIfOptions } from './what-if.ts'

// Longer than a sample of the greatest size takes, with its properties read in HubSpot.
const LONGEST = 10 * 60_000
const MOST_MEGABYTES = 1_024

/** What such a process needs to know. `files` are the texts of a config by the names of its files. */
export interface WhatIfTask {
  files: Record<string, string>
  options: WhatIfOptions
  /** Epoch milliseconds. */
  now: number
  redisUrls: string[]
  prefix: string
  hubspot: HubSpotBeside | null
}

/** What came of it, or what is wrong with the config, line by line. */
export type WhatIfAnswer = { result: WhatIf } | { refused: string[] }

/** What somebody asks for. `offline`: HubSpot is asked nothing. */
export type WhatIfRequest = Pick<WhatIfTask, 'files' | 'options' | 'now'> & { offline: boolean }

/** Prepares processes that compute a what-if beside the service, on its Redis, one at a time. */
export function createWhatIfProcesses(
  own: Pick<WhatIfTask, 'redisUrls' | 'prefix'> & { hubspot: NonNullable<WhatIfTask['hubspot']> },
) {
  let running: AbortController | undefined

  return {
    /** Computes one; undefined when another is under way. Rejects when it fails, takes too long, or nobody waits any more. */
    async run({ offline, ...request }: WhatIfRequest, signal: AbortSignal): Promise<WhatIfAnswer | undefined> {
      if (running) return undefined
      const task: WhatIfTask = { ...request, ...own, hubspot: offline ? null : own.hubspot }
      const file = new URL('./what-if-process.ts', import.meta.url)
      const ending = new AbortController()
      running = ending
      try {
        return await inOwnProcess<WhatIfAnswer>(
          { file, task, name: 'what-if', longest: LONGEST, megabytes: MOST_MEGABYTES },
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
