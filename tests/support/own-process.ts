import { readdirSync, readFileSync } from 'node:fs'
import { getHeapStatistics } from 'node:v8'
import { answer, inOwnProcess } from '../../src/platform/own-process.ts'

/** What the process of the tests is asked: its priorities, thread by thread; to fail, to wait; how much memory it may take, and to fill it; to start another. */
export type Task = 'priorities' | 'fail' | 'wait' | 'memory' | 'fill' | 'start another'

await answer(answerFor)

async function answerFor(task: Task): Promise<unknown> {
  switch (task) {
    case 'priorities':
      return readdirSync('/proc/self/task').map(priorityOf)
    case 'fail':
      throw Object.assign(new Error('LOADING Redis is loading the dataset in memory'), {
        name: 'ReplyError',
        code: 'E',
      })
    case 'wait':
      console.error(`waits ${process.pid}`)
      return new Promise(() => setInterval(() => undefined, 1_000))
    case 'memory':
      return getHeapStatistics().heap_size_limit
    case 'fill':
      return fill()
    case 'start another':
      return inOwnProcess(
        { file: new URL(import.meta.url), name: 'test', longest: 60_000, megabytes: 64, task: 'wait' },
        new AbortController().signal,
      )
  }
}

// Its nice value and its policy, of all that stands in the file the 19th and the 41st; a name in brackets may hold spaces.
function priorityOf(thread: string): string {
  const [, rest = ''] = /.*\) (.*)/s.exec(readFileSync(`/proc/self/task/${thread}/stat`, 'utf8')) ?? []
  const fields = rest.split(' ')
  return `${fields[16]} ${fields[38]}`
}

function fill(): number {
  const kept: number[][] = []
  for (;;) kept.push(Array.from({ length: 100_000 }, (_, index) => index + kept.length / 2))
}
