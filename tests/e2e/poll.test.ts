import { afterEach, describe, expect, it } from 'vitest'
import { createTier1Lead, DANA, NORTHWIND } from '../support/leads.ts'
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
  const id = stage.hubspot.createContact({ ...DANA, num_conversion_events: '0' }, { companyId, createdAt })
  await pollAfter(stage, LOOK)
  expect(stage.hubspot.contact(id)).toMatchObject({ baton_score: '50', baton_route: 'medium-good-fit' })
  return id
}

function submitForm(id: string, count: number, name = 'Request a demo'): void {
  const properties = {
    num_conversion_events: String(count),
    recent_conversion_event_name: name,
    recent_conversion_date: new Date(stage.clock.now).toISOString(),
  }
  stage.hubspot.changeContact(id, properties, { by: 'hubspot' })
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
    submitForm(id, 1)
    await pollAfter(stage, LOOK)
    expect(stage.hubspot.contact(id)).toMatchObject({ baton_score: '70', baton_route: 'tier-1-mql' })
    expect(stage.texts('U0000AE1')).toEqual([expect.stringContaining('+20 demo requested')])
    submitForm(id, 2)
    await pollAfter(stage, LOOK)
    expect(stage.hubspot.contact(id)).toMatchObject({ baton_score: '90' })
  })

  it('finds after a weekend without a service what was changed meanwhile, once', async () => {
    stage = withoutWebhooks(await createStage())
    const id = await knownContact()
    stage.clock.now += DAY
    submitForm(id, 1)
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
