import { createHmac, timingSafeEqual } from 'node:crypto'
import { Queue } from 'bullmq'
import Fastify from 'fastify'
import { Redis } from 'ioredis'
import { serve } from '../helper.ts'
import { SECRETS } from '../secrets.ts'

/**
 * The ceiling of webhooks: a Fastify that checks HubSpot's signature, parses, and adds one BullMQ job for each event
 * before it acknowledges. The argument is Redis's address.
 */

const queue = new Queue('events', { connection: new Redis(process.argv[2] ?? ''), prefix: '{bare}' })
const app = Fastify()
app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
app.post<{ Body: Buffer }>('/webhooks/hubspot', async (request, reply) => {
  const timestamp = String(request.headers['x-hubspot-request-timestamp'])
  const signature = createHmac('sha256', SECRETS.hubSpot)
    .update(`POST${SECRETS.publicUrl}${request.url}`)
    .update(request.body)
    .update(timestamp)
    .digest()
  const given = Buffer.from(String(request.headers['x-hubspot-signature-v3']), 'base64')
  if (given.length !== signature.length || !timingSafeEqual(given, signature)) return reply.code(401).send()
  const events = JSON.parse(request.body.toString('utf8')) as object[]
  await queue.addBulk(events.map((data) => ({ name: 'event', data, opts: { removeOnComplete: true } })))
  return reply.code(204).send()
})
const address = await app.listen({ port: 0, host: '127.0.0.1' })

const handlers = { address: () => address }
export type BareWebhooks = typeof handlers
serve(handlers)
