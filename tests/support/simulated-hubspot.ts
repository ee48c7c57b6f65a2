import { Client } from '@hubspot/api-client'
import { afterEach } from 'vitest'
import {
  createSimulatedHubSpot,
  type SimulatedHubSpot,
  type SimulatedHubSpotOptions,
} from '../../simulators/hubspot/simulated-hubspot.ts'

/** When the clock of a simulated HubSpot starts. */
export const START = Date.parse('2026-11-20T12:00:00.000Z')

/** What the simulated HubSpot signs its webhooks with. */
export const CLIENT_SECRET = 'client-secret'

/** Starts simulated HubSpots, each with a clock of its own, HubSpot's own client and one owner (101); closes them after each test. */
export function useSimulatedHubSpot() {
  const running: SimulatedHubSpot[] = []
  afterEach(async () => {
    for (const hubspot of running.splice(0)) await hubspot.close()
  })
  return async (options: Partial<SimulatedHubSpotOptions> = {}) => {
    const clock = { now: START }
    const hubspot = await createSimulatedHubSpot({
      ...{ now: () => clock.now, accessToken: 'pat-test', clientSecret: CLIENT_SECRET, rateLimit: 'off' },
      ...options,
    })
    running.push(hubspot)
    hubspot.createOwner({ id: '101', email: 'ae@team.example', firstName: 'Ada', lastName: 'One' })
    const client = new Client({ accessToken: 'pat-test', basePath: hubspot.url })
    const { contacts, companies, owners, properties, associations } = client.crm
    return { hubspot, clock, client, contacts, companies, owners, properties, associations }
  }
}
