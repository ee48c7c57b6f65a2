import { afterEach, describe, expect, it } from 'vitest'
import { SOURCE_NAMES } from '../../src/work/poll.ts'
import { createTier1Lead, DANA, INTERESTED, NORTHWIND } from '../support/leads.ts'
import { callsTo, pollAfter, withoutWebhooks } from '../support/poll.ts'
import { createStage, DAY, MINUTE, type Stage } from '../support/stage.ts'

let stage: Stage
afterEach(async () => stage.close())

const SECONDS = 1_000
const LOOK = 20 * SECONDS
const READ = '/contacts/batch/read'

/** A contact that Baton has known for a quarter of a year: it fits, and has done nothing. Score 50. */
async function knownContact(): Promise<string> {
  const companyId = stage.hubspot.createCompany(NORTHWIND)
  const createdAt = stage.clock.now - 90 * DAY
  const id = stage.hubspot.createContact({ ...DANA, jobtitle: 'Marketing' }, { companyId, createdAt })
  stage.hubspot.changeContact(id, { jobtitle: 'VP Marketing' })
  await pollAfter(stage, LOOK)
  expect(stage.hubspot.contact(id)).toMatchObject({ baton_score: '50' })
  return id
}

function submitForm(id: string, name = 'Request a demo'): void {
  stage.hubspot.submitForm(id, { name })
}

describe('without any webhook', () => {
  it('tells a rep of a new lead at the next look', async () => {
    stage = withoutWebhooks(await createStage())
    await pollAfter(stage, 0)
    createTier1Lead(stage)
    await pollAfter(stage, 2 * MINUTE)
    expect(stage.texts('U0000AE1')).toEqual([expect.stringContaining('Score 80')])
    await pollAfter(stage, 2 * MINUTE)
    expect(stage.texts('U0000AE1')).toHaveLength(1)
  })

  it('tells a rep within a minute that a known contact has asked for a demo', async () => {
    stage = withoutWebhooks(await createStage())
    const id = await knownContact()
    await pollAfter(stage, 2 * MINUTE)
    submitForm(id)
    await pollAfter(stage, LOOK)
    expect(stage.hubspot.contact(id)).toMatchObject({ baton_score: '70', baton_route: 'tier-1-mql' })
    expect(stage.texts('U0000AE1')).toEqual([expect.stringContaining('+20 asked for a demo')])
    submitForm(id)
    await pollAfter(stage, LOOK)
    expect(stage.hubspot.contact(id)).toMatchObject({ baton_score: '90' })
  })

  it('finds after a weekend without a service what was changed meanwhile, once', async () => {
    stage = withoutWebhooks(await createStage())
    const id = await knownContact()
    stage.clock.now += DAY
    submitForm(id)
    const created = createTier1Lead(stage, { email: 'new@northwind.example' })
    stage.clock.now += 1.5 * DAY
    await pollAfter(stage, 0)
    expect(stage.hubspot.contact(created)).toMatchObject({ baton_route: 'tier-1-mql' })
    expect(stage.hubspot.contact(id)).toMatchObject({ baton_route: 'tier-1-mql' })
    const told = () => ['U0000AE1', 'U0000AE2'].flatMap((user) => stage.texts(user)).length
    expect(told()).toBe(2)
    await pollAfter(stage, 2 * MINUTE)
    expect(told()).toBe(2)
  })

  it('is looked for by a worker of its own accord, whenever it is time', async () => {
    stage = withoutWebhooks(await createStage({ roles: ['api'] }))
    await stage.start('worker', { pollEvery: 10 })
    await expect.poll(() => callsTo(stage, '/search'), { timeout: 10_000 }).toBe(SOURCE_NAMES.length)
    createTier1Lead(stage)
    stage.clock.now += 2 * MINUTE
    await expect.poll(() => stage.texts('U0000AE1').length, { timeout: 10_000 }).toBe(1)
    await stage.quiet()
    expect(callsTo(stage, '/search')).toBeLessThan(12)
  })

  it('reads nothing while nothing happens, or only Baton writes', async () => {
    stage = withoutWebhooks(await createStage())
    createTier1Lead(stage)
    await pollAfter(stage, LOOK)
    const before = callsTo(stage, READ)
    for (let look = 0; look < 12; look++) await pollAfter(stage, LOOK)
    expect(callsTo(stage, READ)).toBe(before)
    expect(callsTo(stage, '/search')).toBeGreaterThan(12)
  })
})

describe('what HubSpot shows late', () => {
  it('is found however late its search is, and in whatever order', async () => {
    stage = withoutWebhooks(await createStage())
    const id = await knownContact()
    await pollAfter(stage, 2 * MINUTE)
    stage.hubspot.setSearchLag(45 * SECONDS)
    submitForm(id)
    await pollAfter(stage, LOOK)
    expect(stage.hubspot.contact(id)).toMatchObject({ baton_score: '50' })
    // Another one overtakes it in the index.
    stage.hubspot.setSearchLag(0)
    const other = stage.hubspot.createContact({ email: 'other@northwind.example' })
    stage.hubspot.submitForm(other, { name: 'Newsletter', at: stage.clock.now + 10 * SECONDS })
    stage.hubspot.setSearchLag(45 * SECONDS)
    await pollAfter(stage, 25 * SECONDS)
    expect(stage.hubspot.contact(id)).toMatchObject({ baton_score: '70' })
    expect(stage.texts('U0000AE1')).toHaveLength(1)
  })

  it('is news once, also when a webhook came first', async () => {
    stage = await createStage()
    stage.hubspot.setSearchLag(10 * SECONDS)
    const id = await knownContact()
    stage.hubspot.changeContact(id, { jobtitle: 'Chief Marketing Officer' })
    await stage.quiet()
    const before = callsTo(stage, READ)
    for (let look = 0; look < 6; look++) await pollAfter(stage, LOOK)
    expect(callsTo(stage, READ)).toBe(before)
  })
})

it('is not blind for what comes before a date that lies ahead', async () => {
  stage = withoutWebhooks(await createStage())
  const id = await knownContact()
  const ahead = stage.hubspot.createContact({ email: 'ahead@northwind.example' })
  stage.hubspot.submitForm(ahead, { name: 'Newsletter', at: stage.clock.now + 90 * DAY })
  await pollAfter(stage, LOOK)
  submitForm(id)
  await pollAfter(stage, LOOK)
  expect(stage.hubspot.contact(id)).toMatchObject({ baton_score: '70' })
})

it('notices what a person did to what Baton wrote', async () => {
  stage = withoutWebhooks(await createStage())
  const id = await knownContact()
  await pollAfter(stage, 2 * MINUTE)
  const before = callsTo(stage, READ)
  stage.hubspot.changeContact(id, { baton_score: '99' })
  await pollAfter(stage, 2 * MINUTE)
  expect(callsTo(stage, READ)).toBe(before + 1)
})

it('brings no lead back that was erased a moment ago', async () => {
  stage = withoutWebhooks(await createStage())
  const id = await knownContact()
  const authorization = 'Bearer canary-api-token'
  await fetch(`${stage.addresses[0]}/v1/leads/${id}`, { method: 'DELETE', headers: { authorization } })
  await stage.quiet()
  await pollAfter(stage, 2 * MINUTE)
  expect((await stage.services[0]?.leads.get(id))?.lead).toBeNull()
})

describe('many at once', () => {
  it('finds more than a search gives, each once, and the rest of them last', async () => {
    stage = withoutWebhooks(await createStage({ roles: ['api'] }))
    await stage.services[0]?.work.poll()
    stage.clock.now += MINUTE
    for (let index = 0; index < 10_001; index++)
      stage.hubspot.createContact({ email: `${index}@northwind.example` }, { by: 'import' })
    stage.clock.now += 2 * MINUTE
    await stage.services[0]?.work.poll()
    expect(await stage.services[0]?.store.count('unread')).toBe(10_001)
    const jobs = await stage.services[0]?.queues.queues.leads.getJobs(['waiting', 'prioritized'])
    expect(jobs).toEqual([])
    const { searches, news } = { searches: callsTo(stage, '/search'), news: await newsOf(stage) }
    expect(news).toBe(10_001)
    expect(searches).toBeLessThan(70)
  }, 120_000)

  it('one process polls, and another goes on when it has stopped', async () => {
    stage = withoutWebhooks(await createStage({ roles: ['both', 'worker'] }))
    await Promise.all(stage.services.map(({ work }) => work.poll()))
    await stage.quiet()
    expect(callsTo(stage, '/search')).toBe(SOURCE_NAMES.length)
    await stage.services.shift()?.close()
    stage.clock.now += LOOK
    await stage.services[0]?.work.poll()
    expect(callsTo(stage, '/search')).toBe(SOURCE_NAMES.length + 1)
  })
})

async function newsOf({ services }: Stage): Promise<number> {
  const { values } = (await services[0]?.metrics.pollNews.get()) ?? { values: [] }
  return values.reduce((sum, { value }) => sum + value, 0)
}

describe('when HubSpot refuses', () => {
  async function readiness(): Promise<{ status: number; poll: { status: string; detail: string } }> {
    const response = await fetch(`${stage.addresses[0]}/readyz`)
    const { dependencies } = (await response.json()) as { dependencies: { poll: { status: string; detail: string } } }
    return { status: response.status, poll: dependencies.poll }
  }

  it('goes on with what it may see, says so once, and forgets it when it is mended', async () => {
    stage = withoutWebhooks(await createStage())
    stage.hubspot.denyScope('crm.objects.companies.read')
    const since = new Date(stage.clock.now).toISOString()
    for (const wait of [0, 2, 2, 2]) await pollAfter(stage, wait * MINUTE)
    const { status, poll } = await readiness()
    expect([status, poll.status]).toEqual([200, 'degraded'])
    expect(poll.detail).toContain(`companies by hs_lastmodifieddate since ${since}: hubspot unavailable (403)`)
    expect(stage.logLines.filter((line) => line.includes('HubSpot cannot be polled'))).toHaveLength(1)
    const fields = { numemployees: '100-500', industry: 'COMPUTER_SOFTWARE' }
    stage.hubspot.createContact({ ...DANA, ...INTERESTED, ...fields }, { by: 'form' })
    await pollAfter(stage, 2 * MINUTE)
    expect([...stage.texts('U0000AE1'), ...stage.texts('U0000SDR1')]).toHaveLength(1)
    stage.hubspot.allowScope('crm.objects.companies.read')
    await pollAfter(stage, 2 * MINUTE)
    expect((await readiness()).poll.status).toBe('ok')
  })

  it.each([
    ['a limit', { status: 429, body: { policyName: 'SECONDLY' } }],
    ['an outage', { status: 503 }],
    ['a page that is none', { status: 200, body: '<html></html>' }],
  ])('%s only puts it off, and nothing is missed', async (_, fault) => {
    stage = withoutWebhooks(await createStage())
    const id = await knownContact()
    stage.hubspot.failNext({ path: /search/, ...fault, times: 2 })
    submitForm(id)
    for (let look = 0; look < 6; look++) await pollAfter(stage, LOOK)
    expect(stage.texts('U0000AE1')).toEqual([expect.stringContaining('Score 70')])
    expect((await readiness()).poll.status).toBe('ok')
  })
})
