import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'

/** One request as an endpoint got it; `event` is its body. */
export interface Heard {
  headers: Record<string, string>
  text: string
  event: { type: string; timestamp: string; data: Record<string, unknown> }
}

/** Somebody else's endpoint for webhooks, which answers as it is told to. */
export interface Endpoint {
  url: string
  heard: Heard[]
  /** What it answers from now on: a status, or `silent`: nothing at all. */
  answers: number | 'silent'
  /** Done with what it hears, before it answers. */
  meanwhile?: (text: string) => Promise<unknown>
  /** The types of what it was told of, for one that keeps them in order. */
  types(): string[]
  close(): Promise<void>
}

/** Starts one. */
export async function createEndpoint(): Promise<Endpoint> {
  const endpoint: Endpoint = {
    url: '',
    heard: [],
    answers: 204,
    types: () => endpoint.heard.map(({ event }) => event.type),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const text = Buffer.concat(chunks).toString()
    endpoint.heard.push({ headers: request.headers as Record<string, string>, text, event: JSON.parse(text) })
    await endpoint.meanwhile?.(text)
    if (endpoint.answers === 'silent') return
    const headers = endpoint.answers === 302 ? { location: '/elsewhere' } : {}
    response.writeHead(endpoint.answers, headers).end(endpoint.answers === 204 ? undefined : 'what it says')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  endpoint.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks/baton`
  return endpoint
}

/** Whether the library that a receiver uses takes a signature; its clock is the host's, so the age is not looked at. */
export function isSignedBy(secret: string, { headers, text }: Pick<Heard, 'headers' | 'text'>): boolean {
  const { 'webhook-id': id = '', 'webhook-timestamp': at = '', 'webhook-signature': given = '' } = headers
  return given.split(' ').includes(new Webhook(secret).sign(id, new Date(Number(at) * 1_000), text))
}
