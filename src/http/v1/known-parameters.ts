import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { suggestion } from '../../config/problems.ts'
import { ProblemError } from '../problems.ts'

/** Refuses query parameters that a route does not have: one that is misspelt would be left out without a word. */
export async function refuseUnknownParameters(request: FastifyRequest): Promise<void> {
  const schema = request.routeOptions.schema?.querystring
  const known = schema instanceof z.ZodObject ? Object.keys(schema.shape) : []
  const unknown = Object.keys(request.query ?? {}).filter((name) => !known.includes(name))
  if (unknown.length === 0) return
  const wrong = unknown.slice(0, 10).map((name) => {
    const shown = name.slice(0, 50)
    return known.length === 0
      ? `${shown}: this route takes no parameters`
      : `${shown}: there is no such parameter${suggestion(shown, known)}`
  })
  throw new ProblemError({ status: 400, title: 'The request is not valid', detail: wrong.join('; ') })
}
