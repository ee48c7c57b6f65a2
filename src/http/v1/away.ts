import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Config } from '../../config/config.ts'
import { suggestion } from '../../config/problems.ts'
import { absenceAt, absencesAhead } from '../../handoffs/away.ts'
import type { Clock } from '../../platform/clock.ts'
import { iso } from '../../rules/words.ts'
import type { Away } from '../../store/away.ts'
import { absenceSaid } from '../../views/absence.ts'
import { ProblemError, problemResponses } from '../problems.ts'

/** What the routes about absences use. */
export interface AwayRouteParts {
  clock: Clock
  config: () => Config
  away: Pick<Away, 'set' | 'clear'>
  whoAsks: (request: FastifyRequest) => string
}

const Params = z.object({ rep: z.string().min(1).max(200).describe('the id of a rep in team.yaml') })
const When = z.union([z.iso.datetime({ offset: true }), z.iso.date()], {
  error: 'must be an instant with a time zone, or a date',
})
const Body = z
  .strictObject({
    from: When.optional().describe('at once unless told; a date begins in the time zone of the rep'),
    until: When.nullable().optional().describe('a date is included; null or absent: until they are back'),
  })
  .nullish()
  .meta({ id: 'Absence', examples: [{ from: '2026-12-01', until: '2026-12-04' }] })
const Instant = z.iso.datetime()
const Span = z.object({ from: Instant, until: Instant.nullable(), by: z.string().optional() })
const RepAway = z
  .object({
    rep: z.string(),
    away: Span.nullable().describe('null: they are not away now'),
    ahead: z.array(Span).describe('when they will be away next, of what is known'),
  })
  .meta({
    id: 'RepAway',
    examples: [
      {
        rep: 'ae-1',
        away: null,
        ahead: [{ from: '2026-12-01T05:00:00.000Z', until: '2026-12-05T05:00:00.000Z', by: 'cli' }],
      },
    ],
  })

/** `PUT` and `DELETE /v1/reps/{rep}/away`, and what is known of it. */
export function awayRoutes(parts: AwayRouteParts) {
  return async function plugin(instance: FastifyInstance): Promise<void> {
    const app = instance.withTypeProvider<ZodTypeProvider>()
    app.get(
      '/reps/:rep/away',
      {
        schema: {
          operationId: 'getAway',
          tags: ['reps'],
          summary: 'When a rep is away',
          params: Params,
          response: { 200: RepAway, ...problemResponses(400, 401, 404, 429, 503) },
        },
      },
      async (request) => shown(known(request.params.rep)),
    )
    app.put(
      '/reps/:rep/away',
      {
        schema: {
          operationId: 'setAway',
          tags: ['reps'],
          summary: 'Say that a rep is away',
          description:
            'Counts over team.yaml, at once and everywhere: the rotation passes over them. Said twice it is said once.',
          params: Params,
          body: Body,
          response: { 200: RepAway, ...problemResponses(400, 401, 403, 404, 415, 429, 503) },
        },
      },
      async (request) => {
        const rep = known(request.params.rep)
        const span = spanFor(rep, request.body ?? {})
        // Said twice it is said once.
        const present = absenceAt(parts.config().team, rep, Math.max(span.from, parts.clock.now()))
        const isSo = present?.by !== undefined && present.until === span.until && present.from <= span.from
        if (!isSo) await parts.away.set(rep, span, parts.whoAsks(request))
        return shown(rep)
      },
    )
    app.delete(
      '/reps/:rep/away',
      {
        schema: {
          operationId: 'clearAway',
          tags: ['reps'],
          summary: 'Say that a rep is back',
          description:
            'Also where team.yaml says that they are away. Of somebody who is not away yet, what was said of later is taken back.',
          params: Params,
          response: { 200: RepAway, ...problemResponses(400, 401, 403, 404, 429, 503) },
        },
      },
      async (request) => {
        const rep = known(request.params.rep)
        await parts.away.clear(rep, parts.whoAsks(request))
        return shown(rep)
      },
    )
  }

  function known(rep: string): string {
    const { reps } = parts.config().team
    if (Object.hasOwn(reps, rep)) return rep
    const detail = `team.yaml has no rep ${rep}${suggestion(rep, Object.keys(reps))}`
    throw new ProblemError({ status: 404, title: 'Not found', detail })
  }

  function spanFor(rep: string, said: NonNullable<z.output<typeof Body>>) {
    const span = absenceSaid(parts.config().team, rep, said, parts.clock.now())
    if (typeof span !== 'string') return span
    throw new ProblemError({ status: 400, title: 'The request is not valid', detail: `${span}.` })
  }

  function shown(rep: string): z.input<typeof RepAway> {
    const { team } = parts.config()
    const now = parts.clock.now()
    const span = (one: { from: number; until: number | null; by?: string }) => ({
      from: iso(one.from),
      until: one.until === null ? null : iso(one.until),
      ...(one.by === undefined ? {} : { by: one.by }),
    })
    const away = absenceAt(team, rep, now)
    return { rep, away: away ? span(away) : null, ahead: absencesAhead(team, rep, now).map(span) }
  }
}
