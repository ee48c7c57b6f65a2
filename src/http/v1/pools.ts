import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { suggestion } from '../../config/problems.ts'
import { PoolView, type PoolViews } from '../../views/pools.ts'
import { type Who, WhoView } from '../../views/who.ts'
import { Format, listResponse, sendCsv, wantsCsv } from '../csv.ts'
import { ProblemError, problemResponses } from '../problems.ts'

/** What the routes about pools and people use. */
export interface PoolRouteParts {
  viewPools: PoolViews
  who: Who
}

const Pools = z.object({ pools: z.array(PoolView) }).meta({
  id: 'Pools',
  examples: [
    {
      pools: [
        {
          pool: 'ae',
          channel: 'C0000AE',
          manager: 'mgr-1',
          fallback: 'sdr',
          caps: { perDay: 25, open: 40 },
          waiting: 0,
          next: { rep: 'ae-2', why: 'the fewest turns for their weight: 3 at weight 1' },
          members: [
            {
              rep: 'ae-1',
              name: 'Ada Lane',
              weight: 2,
              turns: 8,
              open: 3,
              today: 2,
              lastAssignedAt: '2026-11-18T15:00:00.000Z',
              available: true,
              atWork: true,
            },
            {
              rep: 'ae-2',
              name: 'Ben Ortiz',
              weight: 1,
              turns: 3,
              open: 1,
              today: 1,
              available: true,
              atWork: false,
              opensAt: '2026-11-19T08:00:00.000Z',
            },
          ],
        },
      ],
    },
  ],
})

const COLUMNS = [
  ...(['pool', 'rep', 'name', 'weight', 'turns', 'open', 'today', 'lastAssignedAt', 'available', 'why'] as const),
  ...(['awayUntil', 'unreachableSince', 'atWork', 'opensAt', 'isNext', 'waiting'] as const),
]

/** `GET /v1/pools` and `GET /v1/who`. */
export function poolRoutes(parts: PoolRouteParts) {
  return async function plugin(instance: FastifyInstance): Promise<void> {
    const app = instance.withTypeProvider<ZodTypeProvider>()
    app.get(
      '/pools',
      {
        schema: {
          operationId: 'listPools',
          tags: ['team'],
          summary: 'Pools with their members: turns, leads in hand, caps, who is away, and who is next and why',
          querystring: z.object({
            pool: z.string().min(1).max(200).optional().describe('this one alone'),
            format: Format,
          }),
          response: { 200: listResponse(Pools), ...problemResponses(400, 401, 404, 429, 503) },
        },
      },
      async (request, reply) => {
        const { pool } = request.query
        const pools = await parts.viewPools()
        const shown = pool === undefined ? pools : pools.filter((one) => one.pool === pool)
        if (shown.length === 0 && pool !== undefined) {
          const known = pools.map((one) => one.pool)
          const detail = `There is no pool ${pool} in team.yaml${suggestion(pool, known)}`
          throw new ProblemError({ status: 404, title: 'Not found', detail })
        }
        if (!wantsCsv(request)) return { pools: shown }
        const rows = shown.flatMap(({ pool: name, members, next, waiting }) =>
          members.map((member) => ({ ...member, pool: name, isNext: member.rep === next.rep, waiting })),
        )
        return sendCsv(request, reply, COLUMNS, rows, null) as never
      },
    )
    app.get(
      '/who',
      {
        schema: {
          operationId: 'findWho',
          tags: ['team'],
          summary: 'Who somebody is: of the team, or a lead',
          description:
            'Of the team: calendar, whether they are away, pools with turns and caps, what they have in hand. Of leads: what a list of them shows. Nobody: the names that are nearest.',
          querystring: z.object({
            q: z
              .string()
              .trim()
              .min(1)
              .max(300)
              .describe('an email address, a name, or an id: of the team, Slack, HubSpot, or a contact'),
          }),
          response: { 200: WhoView, ...problemResponses(400, 401, 429, 503) },
        },
      },
      async (request) => parts.who(request.query.q),
    )
  }
}
