// The rate limits of the simulated HubSpot, in real time.

import type { FastifyReply, FastifyRequest } from 'fastify'
import { envelope } from './refusal.ts'

/** A rolling window in real time; 190 in 10 s, and 5 searches in 1 s, when absent. */
export type RateLimit = { max: number; intervalMs: number; searchesPerSecond?: number } | 'off'

/** HubSpot's two limits: calls in a rolling window, with its headers, and searches, which count apart and carry none. */
export function createLimits(rateLimit: RateLimit | undefined) {
  if (rateLimit === 'off') return undefined
  const { max = 190, intervalMs = 10_000, searchesPerSecond = 5 } = rateLimit ?? {}
  const daily = 1_000_000
  const general = createRollingWindow(max, intervalMs)
  const searches = createRollingWindow(searchesPerSecond, 1_000)
  let today = 0

  return (request: FastifyRequest, reply: FastifyReply): FastifyReply | undefined => {
    const search = request.url.split('?')[0]?.endsWith('/search') ?? false
    const left = (search ? searches : general).take()
    if (left >= 0) today += 1
    if (!search) {
      reply.headers({
        'X-HubSpot-RateLimit-Max': max,
        'X-HubSpot-RateLimit-Remaining': Math.max(0, left),
        'X-HubSpot-RateLimit-Interval-Milliseconds': intervalMs,
        'X-HubSpot-RateLimit-Daily': daily,
        'X-HubSpot-RateLimit-Daily-Remaining': daily - today,
      })
    }
    if (left >= 0) return undefined
    const [policyName, limit] = search ? ['SECONDLY', 'secondly'] : ['TEN_SECONDLY_ROLLING', 'ten_secondly_rolling']
    const { status, message, correlationId } = envelope('RATE_LIMITS', `You have reached your ${limit} limit.`)
    const groupName = 'publicapi:private-apps-api-calls-v3'
    const body = {
      status,
      message,
      errorType: 'RATE_LIMIT',
      correlationId,
      policyName,
      groupName,
      requestId: correlationId,
    }
    return reply.code(429).send(body)
  }
}

/** How many calls are left after this one; -1 when it is one too many, which then does not count. */
function createRollingWindow(max: number, intervalMs: number) {
  const taken: number[] = []
  return {
    take(): number {
      const at = performance.now()
      while (taken[0] !== undefined && taken[0] <= at - intervalMs) taken.shift()
      if (taken.length >= max) return -1
      taken.push(at)
      return max - taken.length
    },
  }
}
