import type { FastifyReply, FastifyRequest } from 'fastify'

// Longer than anything that is computed for a request.
const LONGEST = 15 * 60_000

/**
 * For an answer that is long in coming: the connection is not taken for an idle one meanwhile. Returns a signal that tells when
 * nobody waits for the answer any more.
 */
export function answersLate(request: FastifyRequest, reply: FastifyReply): AbortSignal {
  request.raw.setTimeout(LONGEST)
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort())
  return gone.signal
}
