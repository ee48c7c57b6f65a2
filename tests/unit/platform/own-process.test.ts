import { fork } from 'node:child_process'
import { once } from 'node:events'
import { constants, getPriority } from 'node:os'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { inOwnProcess } from '../../../src/platform/own-process.ts'
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

  it('says what went wrong', async () => {
    await expect(ask('fail')).rejects.toThrow('no such period')
  })

  it('is ended when nobody waits any more, and when it takes too long', async () => {
    const nobody = new AbortController()
    const asked = ask('wait', { signal: nobody.signal })
    nobody.abort()
    await expect(asked).rejects.toThrow('the test was ended before it was through')
    await expect(ask('wait', { longest: 50 })).rejects.toThrow('the test was ended before it was through')
    await expect(ask('wait', { signal: AbortSignal.abort() })).rejects.toThrow('aborted')
  })

  it('that runs out of memory takes nobody with it', async () => {
    await expect(ask('fill')).rejects.toThrow('the test was ended before it was through')
  })

  it('ends when whoever started it is killed', async () => {
    const starter = fork(OWN.file, { serialization: 'advanced', stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
    starter.send('start another' satisfies Task)
    const [line] = await once(starter.stderr?.setEncoding('utf8') ?? starter, 'data')
    const started = Number(/waits (\d+)/.exec(String(line))?.[1])
    expect(isAlive(started)).toBe(true)
    starter.kill('SIGKILL')
    while (isAlive(started)) await wait(20)
  })
})

// SCHED_IDLE of sched(7).
const IDLE = 5

function isAlive(id: number): boolean {
  try {
    process.kill(id, 0)
    return true
  } catch {
    return false
  }
}
