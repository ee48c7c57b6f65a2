import { afterEach, expect, it } from 'vitest'
import { createTier1Lead } from '../support/leads.ts'
import { createStage, type Stage } from '../support/stage.ts'

let stage: Stage
afterEach(async () => stage.close())

async function ready(): Promise<{ status: number; dependencies: Record<string, { status: string; detail?: string }> }> {
  const response = await fetch(`${stage.addresses[0]}/readyz`)
  const { dependencies } = (await response.json()) as Awaited<ReturnType<typeof ready>>
  return { status: response.status, dependencies }
}

it('names each dependency, and says of HubSpot and Slack how they answered last', async () => {
  stage = await createStage()
  expect(await ready()).toEqual({
    status: 200,
    dependencies: {
      redis: { status: 'ok' },
      workers: { status: 'ok' },
      config: { status: 'ok', detail: `version ${stage.config.version}` },
      adoption: { status: 'ok', detail: 'the contacts of this portal have not been looked through yet' },
      // It is asked at once whose portal it is.
      hubspot: expect.objectContaining({ status: 'ok' }),
      slack: { status: 'ok', detail: 'not called yet' },
      poll: { status: 'ok', detail: 'not polled yet' },
    },
  })
  createTier1Lead(stage)
  await stage.quiet()
  expect((await ready()).dependencies).toMatchObject({ hubspot: { status: 'ok' }, slack: { status: 'ok' } })
})

it('stays in service while Slack wants another token, and says so', async () => {
  stage = await createStage({ strict: false })
  stage.slack.failNext({ method: 'chat.postMessage', kind: 'ok-false', error: 'token_revoked', times: 100 })
  createTier1Lead(stage)
  await expect
    .poll(async () => (await ready()).dependencies.slack, { timeout: 20_000 })
    .toEqual({ status: 'degraded', detail: 'the last call: unavailable (token_revoked)' })
  expect((await ready()).status).toBe(200)
})

it('shows what the examination of the systems at the start found, by names of checks alone', async () => {
  stage = await createStage({ start: Date.now(), strict: false })
  const [service] = stage.services
  await service?.examine()
  expect((await ready()).dependencies.doctor).toEqual({ status: 'ok' })

  const [rep] = Object.values(stage.config.team.reps)
  stage.hubspot.archiveOwner(rep?.hubspotOwnerId ?? '')
  stage.hubspot.denyScope('crm.objects.deals.read')
  await service?.examine()
  const { status, dependencies } = await ready()
  expect(status).toBe(200)
  expect(dependencies.doctor).toEqual({
    status: 'degraded',
    detail: `at the start: hubspot scope crm.objects.deals.read, hubspot owner ${rep?.id}`,
  })
  const told = stage.logLines.map((line) => JSON.parse(line)).filter(({ msg }) => msg.startsWith('doctor'))
  expect(told).toHaveLength(2)
  expect(told[1]).toMatchObject({ level: 40, check: `hubspot owner ${rep?.id}`, todo: expect.any(String) })
  expect(JSON.stringify(told)).not.toContain('@')
  // Refusals that were looked for are no outage: work goes on.
  expect(dependencies).toMatchObject({ hubspot: { status: 'ok' }, slack: { status: 'ok' } })
})

it('the examination says when the last event of HubSpot came in', async () => {
  stage = await createStage({ start: Date.now() })
  const webhooks = async () => {
    const findings = await stage.services[0]?.examine()
    return findings?.find(({ check }) => check === 'hubspot webhooks')
  }
  expect(await webhooks()).toMatchObject({ status: 'warning', found: expect.stringContaining('no event has come in') })
  createTier1Lead(stage)
  await stage.quiet()
  stage.clock.now += 3 * 60_000
  expect(await webhooks()).toEqual({
    check: 'hubspot webhooks',
    status: 'ok',
    found: 'the last event came in 3 min ago',
  })
})
