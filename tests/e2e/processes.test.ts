import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { BURST } from '../../src/handoffs/burst.ts'
import { createProcessStage, type ProcessStage } from '../support/process-stage.ts'
import { WITHOUT_REDIS_SERVER } from '../support/redis.ts'

const LEADS = 60
const REPS = ['U000SDR1', 'U000SDR2']

let stage: ProcessStage

describe.skipIf(WITHOUT_REDIS_SERVER)('two APIs and two workers, each a process', () => {
  beforeEach(async () => {
    stage = await createProcessStage()
  })
  afterEach(async () => stage.close())

  it('handle every lead once, whichever API heard of it, and one stops without the others noticing', async () => {
    const { hubspot, slack } = stage
    const apis = [await stage.start('api'), await stage.start('api')]
    const workers = [await stage.start('worker'), await stage.start('worker')]
    const ids: string[] = []
    for (let index = 0; index < LEADS; index++) {
      // Both hear of every lead: one twice, the other once.
      for (const [which, api] of apis.entries()) {
        stage.sendTo(api, { duplicates: (index + which) % 2 })
        if (which === 0) ids.push(stage.createLead(`kim-${index}@smalltown.example`))
        else hubspot.changeContact(ids[index] ?? '', { jobtitle: 'CMO' }, { by: 'form' })
        await new Promise((resolve) => setImmediate(resolve))
      }
    }
    await expect.poll(() => slack.messages().length, { timeout: 20_000, interval: 5 }).toBeGreaterThan(LEADS / 4)
    expect(await workers[0]?.end('SIGTERM')).toBe(0)

    const running = () => ids.filter((id) => hubspot.contact(id)?.baton_sla_status === 'running').length
    await expect.poll(running, { timeout: 50_000 }).toBe(LEADS)
    // Each rep has some alerts one by one, and the rest in one list.
    await expect.poll(() => slack.messages().length, { timeout: 50_000 }).toBe(LEADS + 2 * (BURST.alone + 1))
    const rest = new RegExp(`^${LEADS / 2 - BURST.alone} leads for you`)
    const lists = () => REPS.map((rep) => slack.messages(rep).filter(({ text }) => rest.test(text)).length)
    await expect.poll(lists, { timeout: 50_000 }).toEqual([1, 1])
    await hubspot.settled()
    for (const api of apis) expect(api.output()).not.toContain('"level":50')
    expect(hubspot.deliveries.every(({ status }) => status === 204)).toBe(true)
    expect(new Set(stage.alerts('C0000SDR')).size).toBe(LEADS)
    // A second decision about a handed-off lead would have started a second handoff.
    for (const alert of stage.alerts('C0000SDR')) expect(alert).toMatch(/^\d+-1\./)
    for (const rep of REPS) expect(new Set(stage.alerts(rep)).size).toBe(BURST.alone + 1)
    const owners = ids.map((id) => hubspot.contact(id)?.hubspot_owner_id)
    expect(owners.filter((owner) => owner === '201')).toHaveLength(LEADS / 2)
    expect(owners.filter((owner) => owner === '202')).toHaveLength(LEADS / 2)
  }, 120_000)
})
