import { beforeEach, describe, expect, it } from 'vitest'
import { createLogger } from '../../../src/platform/log.ts'
import type { Waiting } from '../../../src/store/commit.ts'
import type { StoredLead } from '../../../src/store/leads.ts'
import { INDEX } from '../../../src/store/partitions.ts'
import { createHurry } from '../../../src/work/hurry.ts'
import type { Queues } from '../../../src/work/queues.ts'
import type { Runner } from '../../../src/work/run.ts'
import { WORK } from '../../../src/work/table.ts'
import { HOUR, leadState, NOW } from '../../support/records.ts'

const lines: string[] = []
const log = createLogger('warn', { write: (line: string) => void lines.push(line) })
beforeEach(() => void lines.splice(0))

const later = (index: number): Waiting => ({ index: INDEX.steps, id: `${index}-1`, at: NOW + HOUR })
const due = (index: number): Waiting => ({ index: INDEX.unread, id: String(index), at: NOW })
const many = (make: (index: number) => Waiting, count: number) => Array.from({ length: count }, (_, at) => make(at))
const KNOWN: StoredLead = {
  ...leadState(),
  ...{ version: 1, fields: 2, writtenAs: '', inboxCount: 0, late: {}, older: [] },
}
/** Until what leaves in the same moment has left. */
const moment = () => new Promise((resolve) => setImmediate(resolve))

/** Queues that answer when they are told to, one call after another. */
function queues() {
  const answers: { resolve: () => void; reject: (error: Error) => void }[] = []
  const calls: { id: string }[][] = []
  const call = (items: { id: string }[]) =>
    new Promise<void>((resolve, reject) => {
      calls.push(items)
      answers.push({ resolve, reject })
    })
  const add: Queues['add'] = (items) => call(items)
  const setTimers: Queues['setTimers'] = (timers) => call(timers)
  return {
    calls,
    queues: { add, setTimers },
    ids: () => calls.flat().map(({ id }) => id),
    answer: async (error?: Error) => {
      const next = answers.shift()
      if (error) next?.reject(error)
      else next?.resolve()
      await moment()
    },
  }
}

/** Hurries in a process that does no such work, unless it has a runner. */
function hurryWith(queues: Pick<Queues, 'add' | 'setTimers'>, runner: Pick<Runner, 'run' | 'busy'> | null = null) {
  return createHurry({ table: WORK, queues, clock: { now: () => NOW }, log, runner })
}

describe('what is due', () => {
  it('is done at once where such work is done, with what is known of the lead', () => {
    const ran: unknown[] = []
    const run: Runner['run'] = async (item, known) => void ran.push([item, known])
    const queue = queues()
    hurryWith(queue.queues, { run, busy: () => [] })([due(1)], { known: KNOWN })
    expect(ran).toEqual([[{ name: 'read-lead', id: '1', last: undefined }, KNOWN]])
    expect(queue.calls).toEqual([])
  })

  it('is a job where it is not, together with what was written with it', async () => {
    const queue = queues()
    const post: Waiting = { index: INDEX.posts, id: '42-1.rep-alert-1', at: NOW - 1 }
    hurryWith(queue.queues)([due(1), post, { ...due(2), last: true }])
    await moment()
    expect(queue.calls).toEqual([
      [
        expect.objectContaining({ name: 'read-lead', id: '1', last: undefined }),
        expect.objectContaining({ name: 'send-post', id: '42-1.rep-alert-1', last: undefined }),
        expect.objectContaining({ name: 'read-lead', id: '2', last: true }),
      ],
    ])
  })
})

describe('what is due later', () => {
  it('is set for its instant when it has a timer, and else left to the sweep', async () => {
    const queue = queues()
    const wake: Waiting = { index: INDEX.wake, id: '42', at: NOW + HOUR }
    hurryWith(queue.queues)([later(1), wake, { ...due(1), at: NOW + 1 }, { index: 'unheard-of', id: '1', at: NOW }])
    await moment()
    expect(queue.calls).toEqual([[{ name: 'take-steps', id: '1-1', at: NOW + HOUR }]])
  })

  it('leaves at once when it comes first, and together when it comes meanwhile, a hundred at a time', async () => {
    const queue = queues()
    const hurry = hurryWith(queue.queues)
    hurry([later(1)])
    await moment()
    expect(queue.ids()).toEqual(['1-1'])
    hurry(many(later, 70))
    hurry(many(later, 70))
    expect(queue.calls).toHaveLength(1)
    await queue.answer()
    expect(queue.calls.map((some) => some.length)).toEqual([1, 100])
    await queue.answer()
    expect(queue.calls.map((some) => some.length)).toEqual([1, 100, 40])
  })
})

describe.each([
  ['jobs', due],
  ['timers', later],
] as const)('%s', (_, make) => {
  it('that could not be added are told of, and those after them are added', async () => {
    const queue = queues()
    const hurry = hurryWith(queue.queues)
    hurry([make(1)])
    await moment()
    hurry([make(2)])
    await queue.answer(new Error('away'))
    expect(queue.ids()).toEqual([make(1).id, make(2).id])
    expect(lines.join()).toContain('work could not be hurried: the sweep will')
    await queue.answer()
    hurry([make(3)])
    await moment()
    expect(queue.ids().at(-1)).toBe(make(3).id)
  })

  it('that are too many to hold are left to the sweep', async () => {
    const queue = queues()
    const hurry = hurryWith(queue.queues)
    for (const some of [1, 4_990, 20]) hurry(many(make, some))
    await moment()
    for (let calls = 0; calls < 60; calls++) await queue.answer()
    expect(queue.ids()).toHaveLength(5_000)
  })

  it('and how many those were is told', async () => {
    const queue = queues()
    const hurry = hurryWith(queue.queues)
    for (const some of [1, 4_990, 20]) hurry(many(make, some))
    await moment()
    for (let calls = 0; calls < 60; calls++) await queue.answer()
    expect(lines.join()).toContain('"work":11')
  })
})
