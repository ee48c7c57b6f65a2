import { afterEach, expect, test } from 'vitest'
import { INDEX } from '../../src/store/partitions.ts'
import { createStage, type Stage } from '../support/stage.ts'

const DUE = 20_000

let stage: Stage
afterEach(async () => stage.close())

test('an API whose process sweeps 20,000 due steps answers all the while', async () => {
  stage = await createStage()
  const { store, work } = stage.services[0] ?? {}
  if (!store || !work) throw new Error('no service')
  const ids = Array.from({ length: DUE }, (_, number) => `${number + 1_000}-1`)
  for (const [key, some] of Map.groupBy(ids, (id) => store.keys.index(id, INDEX.steps)))
    await store.redis.zadd(key, ...some.flatMap((id) => [stage.clock.now - 1, id]))
  const began = performance.now()
  let swept = false
  const sweep = work.sweep({ grace: false }).finally(() => {
    swept = true
  })
  const waits: number[] = []
  while (!swept) {
    const asked = performance.now()
    expect((await fetch(`${stage.addresses[0]}/healthz`)).status).toBe(200)
    waits.push(performance.now() - asked)
  }
  expect(await sweep).toBe(DUE)
  // Of the whole sweep no answer waits for more than a small part; with all of it at once it would be half.
  expect(Math.max(...waits) / (performance.now() - began)).toBeLessThan(0.25)
  expect(await store.count(INDEX.steps)).toBe(0)
})
