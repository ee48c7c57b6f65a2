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
      hubspot: { status: 'ok', detail: 'not called yet' },
      slack: { status: 'ok', detail: 'not called yet' },
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
