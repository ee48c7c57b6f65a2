import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createProcessStage, type ProcessStage } from '../support/process-stage.ts'
import { WITHOUT_REDIS_SERVER } from '../support/redis.ts'
import { SALES_ALONE } from '../support/sales-stage.ts'

const MINUTE = 60_000
const REMIND = 6_000
const TELL_MANAGER = 12_000
const LADDER = `handoffs:
  mql-to-sales: &six
    respondWithin: 6s
    hours: elapsed
    ladder: [{ at: 6s, do: remind }, { at: 9s, do: reassign }, { at: 12s, do: alert-manager }]
  mql-to-sales-tier-1: *six
`

let stage: ProcessStage

/** The environment of a process on a host whose clock is wrong. */
function onHost(offBy: number): Record<string, string> {
  const preload = new URL('../support/wrong-clock.ts', import.meta.url)
  return { NODE_OPTIONS: `--import=${preload.href}`, CLOCK_OFF_BY: String(offBy) }
}

/** When each message of a kind was posted, by the time of this process, oldest first. */
function postedAt(kind: 'reminder' | 'manager-alert'): number[] {
  return stage.slack
    .messages()
    .filter(({ metadata }) => String(metadata?.event_payload?.alert_key).includes(`.${kind}`))
    .map(({ ts }) => Number(ts) * 1_000)
}

/** Creates leads and watches them until the managers have been told; checks that nothing came before its time. */
async function climbLadders(count: number): Promise<void> {
  const createdAt = Date.now()
  const ids = Array.from({ length: count }, (_, index) => stage.createLead(`kim-${index}@smalltown.example`))
  const seen = new Map(ids.map((id) => [id, new Set<string>()]))
  const look = () => {
    for (const [id, statuses] of seen) statuses.add(stage.hubspot.contact(id)?.baton_sla_status ?? 'unknown')
    return postedAt('manager-alert').length
  }
  await expect.poll(look, { timeout: 60_000, interval: 25 }).toBe(count)
  // No handoff can have started before its lead was there.
  expect(postedAt('reminder')).toHaveLength(count)
  expect(postedAt('reminder').filter((at) => at < createdAt + REMIND)).toEqual([])
  expect(postedAt('manager-alert').filter((at) => at < createdAt + TELL_MANAGER)).toEqual([])
  await expect
    .poll(() => [...seen.keys()].map((id) => stage.hubspot.contact(id)?.baton_sla_status), { timeout: 20_000 })
    .toEqual(ids.map(() => 'breached'))
  expect([...seen.values()].filter((statuses) => !statuses.has('running'))).toEqual([])
}

describe.skipIf(WITHOUT_REDIS_SERVER)('a host whose clock is wrong', () => {
  beforeEach(async () => {
    stage = await createProcessStage()
    const files = { 'handoffs.yaml': LADDER, 'triggers.yaml': SALES_ALONE['triggers.yaml'] }
    for (const [name, text] of Object.entries(files)) await writeFile(join(stage.env.CONFIG_DIR ?? '', name), text)
  })
  afterEach(async () => stage.close())

  it.each([
    ['ten minutes behind', -10 * MINUTE],
    ['ten minutes ahead', 10 * MINUTE],
  ])(
    'takes what HubSpot signed, and no step of a ladder comes early, when it is %s',
    async (_, offBy) => {
      const one = await stage.start('both', onHost(offBy))
      stage.sendTo(one)
      await climbLadders(2)
      expect(stage.hubspot.deliveries.every(({ status }) => status === 204)).toBe(true)
      expect(one.output()).toContain("this host's clock and that of Redis differ")
    },
    120_000,
  )

  it('does no harm among workers with other clocks', async () => {
    const right = await stage.start('both')
    stage.sendTo(right)
    await stage.start('worker', onHost(-10 * MINUTE))
    await stage.start('worker', onHost(10 * MINUTE))
    await climbLadders(12)
    expect(right.output()).not.toContain("this host's clock")
  }, 120_000)

  it('looks for a post whose answer was lost where it is, not in the future, and posts it once', async () => {
    stage.sendTo(await stage.start('both', onHost(2 * MINUTE)))
    // The first two messages: the rep's and the channel's.
    stage.slack.failNext({ method: 'chat.postMessage', kind: 'accept-then-reset', times: 2 })
    const id = stage.createLead('kim@smalltown.example')
    const looked = () => stage.slack.calls.filter(({ method }) => method === 'conversations.history').length
    await expect.poll(looked, { timeout: 50_000 }).toBe(2)
    // A message that was not found would be posted now, before the reminder.
    await expect.poll(() => postedAt('reminder').length, { timeout: 50_000 }).toBe(1)
    const alerts = [...stage.alerts('U000SDR1'), ...stage.alerts('C0000SDR')].filter((key) =>
      key.startsWith(`${id}-1.`),
    )
    expect(new Set(alerts).size).toBe(alerts.length)
    expect(alerts).toHaveLength(3)
  }, 120_000)
})
