import { afterEach, describe, expect, it } from 'vitest'
import type { Config } from '../../src/config/config.ts'
import { createConfigs } from '../../src/store/configs.ts'
import { createShadow } from '../../src/store/shadow.ts'
import { ShadowView } from '../../src/views/shadow.ts'
import { click, createTier1Lead, createTier2Lead, signalsCome } from '../support/leads.ts'
import { createStage, DAY, loadTestConfig, MINUTE, type Stage } from '../support/stage.ts'

let stage: Stage
afterEach(async () => stage.close())

// What the command line does.
function shadowOf({ services }: Stage) {
  const store = services[0]?.store
  if (!store) throw new Error('no service')
  return createShadow(store, createConfigs(store))
}

/** Long enough for every worker to look again. */
const known = () => new Promise((resolve) => setTimeout(resolve, 400))

async function seen(): Promise<ShadowView> {
  const headers = { authorization: 'Bearer canary-api-token' }
  const response = await fetch(`${stage.addresses.at(-1)}/v1/shadow`, { headers })
  expect(response.status).toBe(200)
  return ShadowView.parse(await response.json())
}

/** The config that is live, with something changed. */
async function another(change: (config: Config) => void): Promise<Config> {
  const config = structuredClone(stage.config)
  change(config)
  return { ...config, version: 'another' }
}

/** Demos are worth nothing. */
function withoutDemos({ scoring }: Config): void {
  const demo = scoring.engagement.signals.demo_requested
  if (demo) demo.points = 0
}

describe('a config that runs beside the live one', () => {
  it('is compared at every decision, does nothing, and is summed up with how its leads turned out', async () => {
    stage = await createStage()
    expect(await seen()).toMatchObject({ state: 'none', compared: 0 })
    await shadowOf(stage).start(await another(withoutDemos), stage.clock.now)
    await expect.poll(async () => (await seen()).state).toBe('running')
    const [first] = [createTier1Lead(stage), createTier2Lead(stage)]
    await stage.quiet()
    expect(stage.hubspot.contact(first)).toMatchObject({ baton_score: '80', baton_route: 'tier-1-mql' })
    const before = await seen()
    expect(before).toMatchObject({ state: 'running', version: 'another', failed: 0, meanScoreChange: -20 })
    expect(before.compared).toBeGreaterThanOrEqual(2)
    expect(before.differing).toEqual({ decisions: 2, leads: 2 })
    expect(before.changed).toMatchObject({ score: { leads: 2 }, route: { leads: 2 }, tier: { leads: 0 } })
    expect(before.moves.route.map(({ from, to }) => `${from} → ${to}`).sort()).toEqual([
      'mql → medium',
      'tier-1-mql → medium-good-fit',
    ])
    expect(before.moves.to[0]).toMatchObject({ from: 'pool ae', to: 'nurture accelerated', outcomes: { answered: 0 } })
    // Whose call it was turned out well for the live config.
    const rep = Object.values(stage.config.team.reps).find(
      ({ hubspotOwnerId }) => hubspotOwnerId === stage.hubspot.contact(first)?.hubspot_owner_id,
    )
    await stage.advance(MINUTE)
    await click(stage, rep?.slackUserId ?? '', rep?.slackUserId ?? '', 'contacted')
    await stage.quiet()
    const after = (await seen()).moves.route.find(({ from }) => from === 'tier-1-mql')
    expect(after).toMatchObject({ leads: 1, outcomes: { answered: 1, accepted: 0 } })
  })

  it('is known to every worker without a restart, and to none once it is stopped', async () => {
    stage = await createStage({ roles: ['api', 'worker', 'worker'] })
    const lead = createTier1Lead(stage)
    await stage.quiet()
    await shadowOf(stage).start(await another(withoutDemos), stage.clock.now)
    await known()
    for (let signal = 0; signal < 6; signal++) await signalsCome(stage, lead, 'email_clicked')
    const found = await seen()
    expect(found.compared).toBeGreaterThanOrEqual(6)
    expect(found.differing.leads).toBe(1)
    await stage.advance(MINUTE)
    expect(await shadowOf(stage).stop(stage.clock.now)).toBe(true)
    expect(await shadowOf(stage).stop(stage.clock.now)).toBe(false)
    await known()
    await signalsCome(stage, lead, 'email_clicked')
    const stopped = await seen()
    expect(stopped).toMatchObject({ state: 'stopped', compared: found.compared, differing: found.differing })
    // Another one begins with nothing.
    await shadowOf(stage).start(await another(() => {}), stage.clock.now + DAY)
    expect(await seen()).toMatchObject({ state: 'running', compared: 0, differing: { decisions: 0, leads: 0 } })
  })

  it('never disturbs the live decision, whatever is wrong with it', async () => {
    stage = await createStage()
    const broken = await another(({ routing }) => void routing.routes.splice(0, Number.POSITIVE_INFINITY))
    await shadowOf(stage).start(broken, stage.clock.now)
    const lead = createTier1Lead(stage)
    await stage.quiet()
    expect(stage.hubspot.contact(lead)).toMatchObject({ baton_score: '80', baton_sla_status: 'running' })
    const found = await seen()
    expect(found).toMatchObject({ compared: 0, differing: { decisions: 0 } })
    expect(found.failed).toBeGreaterThan(0)
  })

  it('reads what it names, though the live config does not, and finds nothing where it says the same', async () => {
    stage = await createStage()
    const files = {
      'routing.yaml': `routes:
  - { name: vip, when: { hubspot.vip_level: { is: gold } }, to: { nurture: newsletter } }
  - { name: medium, when: { score: { atLeast: 101 } }, to: { nurture: signal-based } }
  - { name: low, to: { nurture: newsletter } }
keepOwner: true
requiredForSales: []
`,
      'routing-cases.yaml': 'cases: []\n',
    }
    stage.hubspot.createProperty('contacts', 'vip_level')
    await shadowOf(stage).start(await loadTestConfig(files, stage.clock.now), stage.clock.now)
    createTier1Lead(stage, { vip_level: 'gold' })
    await stage.quiet()
    expect((await seen()).moves.route).toMatchObject([{ from: 'tier-1-mql', to: 'vip', leads: 1 }])
    await shadowOf(stage).start(await another(() => {}), stage.clock.now)
    await known()
    createTier2Lead(stage)
    await stage.quiet()
    const same = await seen()
    expect(same.compared).toBeGreaterThan(0)
    expect(same.differing).toEqual({ decisions: 0, leads: 0 })
  })
})
