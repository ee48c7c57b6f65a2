import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach } from 'vitest'
import type { HubSpotEvent, WebhookSettings } from '../../simulators/hubspot/simulated-hubspot.ts'
import { useSimulatedHubSpot } from './simulated-hubspot.ts'

/** One delivery as the target got it. */
export interface Received {
  headers: Record<string, string | string[] | undefined>
  body: string
  events: HubSpotEvent[]
}

/** A status of a target that never answers. */
const SILENT = -1

/** Starts simulated HubSpots that send webhooks to a target of their own; closes both after each test. */
export function useWebhookTarget() {
  const start = useSimulatedHubSpot()
  const closers: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    for (const close of closers.splice(0)) await close()
  })

  /** A target that answers with the given statuses in turn (0: closes the connection, SILENT: never answers), then with 204. */
  async function listen(...statuses: number[]) {
    const received: Received[] = []
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk)
      const body = Buffer.concat(chunks).toString()
      received.push({ headers: request.headers, body, events: JSON.parse(body) })
      const status = statuses.shift() ?? 204
      if (status === 0) request.socket.destroy()
      else if (status !== SILENT) response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    closers.push(async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    })
    const targetUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/hubspot`
    const events = () => received.flatMap((each) => each.events)
    const names = () => events().map((each) => [each.subscriptionType, each.propertyName].filter(Boolean).join(' '))
    return { received, targetUrl, events, names }
  }

  async function connected(settings: Partial<WebhookSettings> = {}, ...statuses: number[]) {
    const target = await listen(...statuses)
    const webhooks = { targetUrl: target.targetUrl, retryDelayMs: 1, ...settings }
    return { ...target, ...(await start({ webhooks, appId: 7_700_123, portalId: 90_012_345 })) }
  }

  return { connected, listen, start, SILENT }
}
