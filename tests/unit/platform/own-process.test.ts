import { fork } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { constants, getPriority } from 'node:os'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { inOwnProcess } from '../../../src/platform/own-process.ts'
import { isRedisAway } from '../../../src/platform/redis.ts'
import type { Task } from '../../support/own-process.ts'

const OWN = {
  file: new URL('../../support/own-process.ts', import.meta.url),
  name: 'test',
  longest: 60_000,
  megabytes: 64,
}

const ask = <T>(
  task: Task,
  { signal = new AbortController().signal, ...options }: { signal?: AbortSignal; longest?: number } = {},
) => inOwnProcess<T>({ ...OWN, ...options, task }, signal)

describe('a process of its own', () => {
  it.runIf(process.platform === 'linux')(
    'comes after everything else with all its threads, and nobody else does',
    async () => {
      const before = getPriority()
      const priorities = await ask<string[]>('priorities')
      expect(priorities.length).toBeGreaterThan(1)
      expect(new Set(priorities)).toEqual(new Set([`${constants.priority.PRIORITY_LOW} ${IDLE}`]))
      expect(getPriority()).toBe(before)
    },
  )

  it('says what went wrong, by its name', async () => {
    const error = await ask('fail').catch((failed) => failed)
    expect(error).toMatchObject({ name: 'ReplyError', message: expect.stringMatching(/^LOADING/), code: 'E' })
    expect(isRedisAway(error)).toBe(true)
  })

  it('is ended when nobody waits any more, and when it takes too long', async () => {
    const nobody = new AbortController()
    const asked = ask('wait', { signal: nobody.signal })
    nobody.abort()
    await expect(asked).rejects.toThrow('the test was ended before it was through: SIGKILL')
    await expect(ask('wait', { longest: 50 })).rejects.toThrow('it took longer than 0.05 s')
    await expect(ask('wait', { signal: AbortSignal.abort() })).rejects.toThrow('aborted')
  })

  it('takes no more memory than it may, and nobody with it when that runs out', async () => {
    // With what was made last; without a limit it is gigabytes.
    expect(await ask<number>('memory')).toBeLessThan(4 * OWN.megabytes * 2 ** 20)
    await expect(ask('fill')).rejects.toThrow('the test was ended before it was through: SIGABRT')
  })

  it('that cannot be started is an error, and nothing else', async () => {
    const { execPath } = process
    process.execPath = '/nowhere'
    try {
      await expect(ask('priorities')).rejects.toThrow('ENOENT')
      // What else it may say comes with the next turns.
      await wait(50)
    } finally {
      process.execPath = execPath
    }
  })

  it.runIf(process.platform === 'linux')('ends when whoever started it is killed', async () => {
    const starter = fork(OWN.file, { serialization: 'advanced', stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
    starter.send('start another' satisfies Task)
    let said = ''
    starter.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
    while (!/waits \d+\n/.test(said)) await wait(20)
    const started = Number(/waits (\d+)/.exec(said)?.[1])
    expect(isAlive(started)).toBe(true)
    starter.kill('SIGKILL')
    while (isAlive(started)) await wait(20)
  })
})

// SCHED_IDLE of sched(7).
const IDLE = 5

// One that nobody has buried yet is dead as well.
function isAlive(id: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${id}/stat`, 'utf8'))
  } catch {
    return false
  }
}
