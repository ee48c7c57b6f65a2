import { expect, it } from 'vitest'
import { createCheckUnreachable } from '../../../src/work/check-unreachable.ts'

const MINUTE = 60_000

it('is due every five minutes while somebody is unreachable, whoever does the work', async () => {
  let now = 0
  let known: object[] = [{ rep: 'ae-1' }]
  const parts = {
    clock: { now: () => now },
    store: { redis: {}, keys: { shared: (name: string) => name } },
    unreachable: { all: async () => known },
  }
  const { isDue } = createCheckUnreachable(parts as unknown as Parameters<typeof createCheckUnreachable>[0])
  const asked: boolean[] = []
  for (const minutes of [0, 4, 5, 6, 9, 10]) {
    now = minutes * MINUTE
    asked.push(await isDue())
  }
  expect(asked).toEqual([false, false, true, false, false, true])
  now = 20 * MINUTE
  known = []
  expect(await isDue()).toBe(false)
})
