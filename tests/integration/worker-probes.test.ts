import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { createStage, type Stage } from '../support/stage.ts'

let stage: Stage
afterEach(() => stage.close())

test('a worker answers probes and metrics, and has neither webhooks nor /v1', async () => {
  stage = await createStage({ roles: ['worker'] })
  const address = (await stage.services[0]?.listen()) ?? ''
  for (const path of ['/healthz', '/readyz', '/metrics']) expect((await fetch(address + path)).status, path).toBe(200)
  for (const path of ['/webhooks/hubspot', '/webhooks/slack/interactions', '/v1/signals'])
    expect((await fetch(address + path, { method: 'POST' })).status, path).toBe(404)
})

test('a worker whose port is taken, by the API of the same machine, goes on without probes and says so', async () => {
  const api = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => api.once('listening', resolve))
  const { port } = api.address() as AddressInfo
  try {
    stage = await createStage({ roles: ['worker'], env: { PORT: String(port) } })
    expect(await stage.services[0]?.listen()).toBe('')
    expect(stage.logLines.join('')).toContain('this worker answers no probes')
  } finally {
    api.close()
  }
})
