import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Apollo as far as Baton uses it: it knows the companies of some domains. */
export interface SimulatedApollo {
  /** The environment that turns it on. */
  env: Record<string, string>
  /** The addresses that it was asked about, in order; each costs a credit. */
  asked: string[]
  close(): Promise<void>
}

/** Starts it. `companies`: what it says of an organization, by the domain of the address that it is asked about. */
export async function createSimulatedApollo(companies: Record<string, object>): Promise<SimulatedApollo> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    const email = new URL(request.url ?? '', 'http://127.0.0.1').searchParams.get('email') ?? ''
    asked.push(email)
    const domain = email.split('@')[1] ?? ''
    const organization = companies[domain] && { primary_domain: domain, ...companies[domain] }
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ person: organization ? { organization } : null }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    env: { APOLLO_API_KEY: 'apollo-canary-key', ENRICHMENT_BASE_URL: `http://127.0.0.1:${port}` },
    asked,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
