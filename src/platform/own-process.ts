import { fork } from 'node:child_process'
import { once } from 'node:events'
import { giveWay } from './priority.ts'

/** A process of its own for work that takes the processor for long: what it answers first is the result. */
export interface OwnProcess {
  /** The module that the process runs: it calls `answer`. */
  file: URL
  /** What it needs to know: plain data. */
  task: unknown
  /** What it is called where it ends without an answer. */
  name: string
  /** Milliseconds after which it is ended. */
  longest: number
  megabytes: number
  /** Beside them, how much what was made last may take: where much is made and soon let go, more of it is copied less often. */
  youngMegabytes?: number
}

type Answer<T> = { result: T } | { failed: Failure }

/** An error on its way from one process to the other, which keeps its message alone. */
type Failure = Pick<NodeJS.ErrnoException, 'name' | 'message' | 'stack' | 'code'>

// What collects garbage on other cores is in the way of those who work there.
const ONE_CORE = '--single-threaded-gc'

/**
 * Runs a process to its answer. Rejects when it fails, with its error's name, message and code; when it cannot be started, ends or takes
 * too long; and when `signal` says that nobody waits any more. A thread would not do: what collects its garbage and compiles its code
 * works for the whole service, at the service's priority.
 */
export async function inOwnProcess<T>(
  { file, task, name, longest, megabytes, youngMegabytes }: OwnProcess,
  signal: AbortSignal,
): Promise<T> {
  signal.throwIfAborted()
  // V8 keeps three of these spaces for what was made last.
  const young = youngMegabytes === undefined ? [] : [`--max-semi-space-size=${Math.ceil(youngMegabytes / 3)}`]
  const child = fork(file, {
    execArgv: [ONE_CORE, `--max-old-space-size=${megabytes}`, ...young],
    serialization: 'advanced',
  })
  const stop = () => void child.kill('SIGKILL')
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    stop()
  }, longest)
  signal.addEventListener('abort', stop)
  // One that cannot be started has no exit, but may have several errors.
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()).on('error', () => resolve()))
  try {
    return await new Promise<T>((resolve, reject) => {
      child.once('message', (answer: Answer<T>) =>
        'result' in answer ? resolve(answer.result) : reject(Object.assign(new Error(), answer.failed)),
      )
      child.on('error', reject)
      child.once('exit', (code, by) => {
        const why = isLate ? `it took longer than ${longest / 1_000} s` : (by ?? `exit code ${code}`)
        reject(new Error(`the ${name} was ended before it was through: ${why}`))
      })
      child.send(task as object)
    })
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
    stop()
    await ended
  }
}

/** In such a process: answers with what `work` makes of its task. Everything else on the machine goes first. */
export async function answer<Task, T>(work: (task: Task) => Promise<T>): Promise<void> {
  giveWay()
  // Whoever waits for the answer is gone.
  process.once('disconnect', () => process.exit())
  const [task] = await once(process, 'message')
  const reply: Answer<T> = await work(task).then(
    (result) => ({ result }),
    (error: NodeJS.ErrnoException) => ({ failed: failureOf(error) }),
  )
  process.send?.(reply)
}

function failureOf({ name, message, stack, code }: NodeJS.ErrnoException): Failure {
  return { name, message, ...(stack === undefined ? {} : { stack }), ...(code === undefined ? {} : { code }) }
}
