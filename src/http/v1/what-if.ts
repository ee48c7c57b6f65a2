import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Clock } from '../../platform/clock.ts'
import { type Limits, readAmount, readGrowth, readLoad, readShare, readSince } from '../../what-if/limits.ts'
import { WhatIf } from '../../what-if/result.ts'
import { answersLate } from '../long-answer.ts'
import { ProblemError, problemResponses } from '../problems.ts'

/** What the route uses. `whatIf` computes one; undefined while another is under way. */
export interface WhatIfRouteParts {
  clock: Clock
  whatIf(request: WhatIfAsked, signal: AbortSignal): Promise<{ result: WhatIf } | { refused: string[] } | undefined>
}

/** What is asked for, with its instants in epoch milliseconds. */
interface WhatIfAsked {
  files: Record<string, string>
  options: {
    since?: number | undefined
    sample: number
    limits: Limits
  }
  now: number
  offline: boolean
}

const MOST_LEADS = 100_000
/** The name of a file of a config that somebody sends. It becomes a file: nothing in it may lead elsewhere. */
export const CONFIG_FILE_NAME = /^[a-z][a-z-]{0,40}\.yaml$/
const RETRY_AFTER = '10'

/** A text that `read` understands; what it says otherwise is the message. */
function written<T>(read: (text: string) => T, description: string) {
  return z
    .string()
    .max(40)
    .refine(
      (text) => {
        try {
          read(text)
          return true
        } catch {
          return false
        }
      },
      { error: `write it as ${description}` },
    )
    .optional()
    .describe(description)
}

/** What somebody wants to know: with the texts of a config it is all that a what-if needs. */
export const WhatIfBody = z.strictObject({
  files: z
    .record(z.string(), z.string().max(256 * 1024))
    .refine((files) => Object.keys(files).every((name) => CONFIG_FILE_NAME.test(name)), {
      error: 'holds what is no name of a config file, such as scoring.yaml',
    })
    .describe('the whole config: the text of each file by its name, such as scoring.yaml'),
  since: written(readSince, '30d, 12h or 8w'),
  sample: z
    .int()
    .min(1)
    .max(MOST_LEADS)
    .default(10_000)
    .describe('about so many leads are looked at, the same ones each time; the command line takes all'),
  offline: z.boolean().default(false).describe('HubSpot is asked nothing: what was never kept counts as unknown'),
  limits: z
    .strictObject({
      moved: written(readAmount, '5% or 200'),
      load: written(readLoad, '25/day or 100/week'),
      rep: written(readGrowth, '+20%'),
      late: written(readAmount, '5% or 20'),
      reproduced: written(readShare, '95%'),
    })
    .default({})
    .describe('what the change may do at most: `failed` of the answer says what is over'),
})

/** `POST /v1/what-if`. */
export function whatIfRoutes(parts: WhatIfRouteParts) {
  return async function plugin(instance: FastifyInstance): Promise<void> {
    const app = instance.withTypeProvider<ZodTypeProvider>()
    app.post(
      '/what-if',
      {
        schema: {
          operationId: 'whatIf',
          tags: ['config'],
          summary: 'What another config would have done with the leads that are stored',
          description:
            'Computes leads again under a config that is sent, each as of the time of its own decisions. Writes nothing. One at a time; ten thousand leads take some seconds.',
          body: WhatIfBody,
          response: { 200: WhatIf, ...problemResponses(400, 401, 403, 409, 413, 415, 429, 503) },
        },
      },
      async (request, reply) => {
        const asked = whatIfAsked(request.body, parts.clock.now())
        const answer = await parts.whatIf(asked, answersLate(request, reply))
        if (answer && 'result' in answer) return answer.result
        if (answer)
          throw new ProblemError({ status: 400, title: 'The config has mistakes', detail: answer.refused.join('\n') })
        throw new ProblemError(
          { status: 409, title: 'Under way', detail: 'Another what-if is being computed: try again in a moment.' },
          { 'retry-after': RETRY_AFTER },
        )
      },
    )
  }
}

/** What somebody wrote, with its instants and limits read. */
export function whatIfAsked(body: z.output<typeof WhatIfBody>, now: number): WhatIfAsked {
  const { files, since, sample, offline, limits } = body
  return {
    files,
    offline,
    now,
    options: {
      sample,
      since: since === undefined ? undefined : now - readSince(since),
      limits: {
        moved: read(readAmount, limits.moved),
        load: read(readLoad, limits.load),
        rep: read(readGrowth, limits.rep),
        late: read(readAmount, limits.late),
        reproduced: read(readShare, limits.reproduced),
      },
    },
  }
}

function read<T>(of: (text: string) => T, text: string | undefined): T | undefined {
  return text === undefined ? undefined : of(text)
}
