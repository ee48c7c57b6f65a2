import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { DEAD_COLUMNS, DeadItem, type DeadLetters, deadItems } from '../../views/dead.ts'
import { Format, listResponse, sendCsv, wantsCsv } from '../csv.ts'
import { ProblemError, problemResponses } from '../problems.ts'

/** What the routes about dead letters use. */
export interface DeadLetterRouteParts {
  dead: DeadLetters
}

const List = z.object({ deadLetters: z.array(DeadItem) }).meta({
  id: 'DeadLetters',
  examples: [
    {
      deadLetters: [
        {
          id: 'send-post:401000000001-1-alert',
          work: 'send-post',
          about: '401000000001',
          since: '2026-11-18T15:00:00.000Z',
          tries: 2,
          reason: 'slack: channel_not_found',
        },
      ],
    },
  ],
})

/** `GET /v1/dead-letters` and `POST /v1/dead-letters/{id}/replay`. */
export function deadLetterRoutes(parts: DeadLetterRouteParts) {
  return async function plugin(instance: FastifyInstance): Promise<void> {
    const app = instance.withTypeProvider<ZodTypeProvider>()
    app.get(
      '/dead-letters',
      {
        schema: {
          operationId: 'listDeadLetters',
          tags: ['operations'],
          summary: 'Work that could not be done, since when and why, the oldest first',
          querystring: z.object({ format: Format }),
          response: { 200: listResponse(List), ...problemResponses(400, 401, 429, 503) },
        },
      },
      async (request, reply) => {
        const deadLetters = await deadItems(parts.dead)
        if (wantsCsv(request)) return sendCsv(request, reply, DEAD_COLUMNS, deadLetters, null) as never
        return { deadLetters }
      },
    )
    app.post(
      '/dead-letters/:id/replay',
      {
        schema: {
          operationId: 'replayDeadLetter',
          tags: ['operations'],
          summary: 'Try a dead letter again at once',
          description:
            'It is tried every hour anyway, and with every event of its lead. What fails again comes back to the list.',
          params: z.object({
            id: z.string().min(3).max(400).describe('`id` of the list, with its signs escaped (`%3A`)'),
          }),
          response: {
            202: z.undefined().describe('It is tried within 15 seconds.'),
            ...problemResponses(400, 401, 403, 404, 429, 503),
          },
        },
      },
      async (request, reply) => {
        const { id } = request.params
        if ((await parts.dead.replay([id])).length > 0) return reply.code(202).send()
        throw new ProblemError({
          status: 404,
          title: 'Not found',
          detail: 'There is no such dead letter: it may be done.',
        })
      },
    )
  }
}
