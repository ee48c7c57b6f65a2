import { Worker } from 'node:worker_threads'

/** A thread of its own for work that takes the processor for long: what it answers first is the result. */
export interface Threaded {
  /** The module that the thread runs: it reads `workerData`, and posts its answer to `parentPort`. */
  file: URL
  workerData: unknown
  /** What it is called where it ends without an answer. */
  name: string
  /** Milliseconds after which it is ended. */
  longest: number
  megabytes: number
  /** Of them, how much what was made last may take: where much is made and soon let go, more of it is copied less often. */
  youngMegabytes?: number
}

/** Runs a thread to its answer. Rejects when it fails, takes too long, or `signal` says that nobody waits any more. */
export async function inThread<T>(
  { file, workerData, name, longest, megabytes, youngMegabytes }: Threaded,
  signal: AbortSignal,
): Promise<T> {
  signal.throwIfAborted()
  const young = youngMegabytes === undefined ? {} : { maxYoungGenerationSizeMb: youngMegabytes }
  const thread = new Worker(file, { workerData, resourceLimits: { maxOldGenerationSizeMb: megabytes, ...young } })
  const stop = () => void thread.terminate()
  const timer = setTimeout(stop, longest)
  signal.addEventListener('abort', stop)
  try {
    return await new Promise<T>((resolve, reject) => {
      thread.once('message', resolve)
      thread.once('error', reject)
      thread.once('exit', () => reject(new Error(`the ${name} was ended before it was through`)))
    })
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
    await thread.terminate()
  }
}
