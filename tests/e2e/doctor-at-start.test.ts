import { afterEach, expect, test } from 'vitest'
import { addressOf, createProcessStage, type ProcessStage } from '../support/process-stage.ts'
import type { RunningProcess } from '../support/processes.ts'
import { WITHOUT_REDIS_SERVER } from '../support/redis.ts'

let stage: ProcessStage
afterEach(async () => stage.close())

const doctorOf = async (one: RunningProcess) => {
  const response = await fetch(`${addressOf(one)}/readyz`)
  const { ready, dependencies } = (await response.json()) as { ready: boolean; dependencies: Record<string, object> }
  expect(ready).toBe(true)
  return dependencies.doctor
}

test.skipIf(WITHOUT_REDIS_SERVER)('a start says what is not set up, and a mended one that all is well', async () => {
  stage = await createProcessStage()
  stage.hubspot.archiveOwner('102')
  const one = await stage.start('both')
  await expect
    .poll(() => doctorOf(one), { timeout: 20_000 })
    .toEqual({
      status: 'degraded',
      detail: 'at the start: hubspot owner ae-2',
    })
  expect(one.output()).toContain('"check":"hubspot owner ae-2"')

  stage.hubspot.createOwner({ id: '102', email: '102@team.example', firstName: 'Rep', lastName: '102' })
  const other = await stage.start('worker', { PORT: '0' })
  await expect.poll(() => doctorOf(other), { timeout: 20_000 }).toEqual({ status: 'ok' })
  // An API alone leaves it to the workers.
  const api = await stage.start('api', { PORT: '0' })
  expect(await doctorOf(api)).toBeUndefined()
  expect(api.output()).not.toContain('doctor')
})

test.skipIf(WITHOUT_REDIS_SERVER)('a HubSpot that says nothing delays no start and no lead', async () => {
  stage = await createProcessStage()
  stage.hubspot.failNext({ path: /account-info|properties|owners|flows|search/, hang: true, times: 100 })
  const one = await stage.start('both')
  stage.sendTo(one)
  stage.createLead('kim@smalltown.example')
  await expect.poll(() => stage.alerts('C0000SDR').length, { timeout: 20_000 }).toBeGreaterThan(0)
  await expect.poll(() => one.output(), { timeout: 40_000 }).toContain('doctor: something is not set up')
  expect(one.output()).toMatch(/Baton is running.*hubspot did not answer/s)
  expect(one.output()).not.toMatch(/hubspot did not answer.*Baton is running/s)
})
