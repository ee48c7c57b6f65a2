import { setTimeout as wait } from 'node:timers/promises'
import Fastify from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { answersLate } from '../../src/http/long-answer.ts'

const IDLE = 100
const app = Fastify({ connectionTimeout: IDLE })
let address = ''
let signal: AbortSignal | undefined

beforeAll(async () => {
  app.get('/late', async (request, reply) => {
    signal = answersLate(request, reply)
    await wait(5 * IDLE)
    return 'late'
  })
  app.get('/cut', () => wait(5 * IDLE, 'late'))
  address = await app.listen({ port: 0, host: '127.0.0.1' })
})
afterAll(() => app.close())

test('an answer that is long in coming arrives, where the route says that it is', async () => {
  expect(await (await fetch(`${address}/late`)).text()).toBe('late')
  await expect(fetch(`${address}/cut`)).rejects.toThrow('fetch failed')
})

test('who went away is noticed', async () => {
  const leaves = new AbortController()
  const asked = fetch(`${address}/late`, { signal: leaves.signal }).catch(() => 'left')
  const before = signal
  await expect.poll(() => signal !== before).toBe(true)
  leaves.abort()
  expect(await asked).toBe('left')
  await expect.poll(() => signal?.aborted).toBe(true)
})
