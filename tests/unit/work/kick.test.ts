import { expect, it } from 'vitest'
import { createLogger } from '../../../src/platform/log.ts'
import { createKick } from '../../../src/work/kick.ts'
import type { JobRequest } from '../../../src/work/table.ts'

const lines: string[] = []
const log = createLogger('warn', { write: (line: string) => void lines.push(line) })
const job = (leadId: number): JobRequest => ({ name: 'process-lead', payload: { leadId: String(leadId) } })
const jobs = (count: number) => Array.from({ length: count }, (_, index) => job(index))

function producers() {
  const calls: JobRequest[][] = []
  const answers: (() => void)[] = []
  return {
    calls,
    answer: async (error?: Error) => {
      const [next] = answers.splice(0, 1)
      if (error) failing = error
      next?.()
      await new Promise((resolve) => setImmediate(resolve))
    },
    add: (some: JobRequest[]) =>
      new Promise<void>((resolve, reject) => {
        calls.push(some)
        answers.push(() => {
          const error = failing
          failing = undefined
          if (error) reject(error)
          else resolve()
        })
      }),
  }
}
let failing: Error | undefined

it('adds at once what comes first, and together what comes meanwhile, a hundred at a time', async () => {
  const queue = producers()
  const kick = createKick({ producers: queue, log })
  kick([job(1)])
  expect(queue.calls).toEqual([[job(1)]])
  kick(jobs(70))
  kick(jobs(70))
  expect(queue.calls).toHaveLength(1)
  await queue.answer()
  expect(queue.calls.map((some) => some.length)).toEqual([1, 100])
  await queue.answer()
  expect(queue.calls.map((some) => some.length)).toEqual([1, 100, 40])
})

it('goes on after jobs that could not be added, and says so', async () => {
  const queue = producers()
  const kick = createKick({ producers: queue, log })
  kick([job(1)])
  kick([job(2)])
  await queue.answer(new Error('away'))
  expect(queue.calls).toEqual([[job(1)], [job(2)]])
  expect(lines.join()).toContain('jobs could not be added: the sweep will')
  await queue.answer()
  kick([job(3)])
  expect(queue.calls.at(-1)).toEqual([job(3)])
})

it('leaves to the sweep what is too much to hold', async () => {
  const queue = producers()
  const kick = createKick({ producers: queue, log })
  kick([job(1)])
  kick(jobs(4_990))
  kick(jobs(20))
  expect(lines.at(-1)).toContain('"jobs":10')
  for (let calls = 0; calls < 60; calls++) await queue.answer()
  expect(queue.calls.flat()).toHaveLength(5_001)
})
