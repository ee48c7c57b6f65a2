import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/*
 * A helper is a process of the benchmark that answers calls of its parent: a simulator, or a ceiling. It ends with its
 * parent.
 */

type Handlers = { [name: string]: (argument: never) => unknown }

/** The calls that a parent may make, by what the helper's handlers are. */
export type Remote<H extends Handlers> = {
  [N in keyof H]: (...argument: Parameters<H[N]>) => Promise<Awaited<ReturnType<H[N]>>>
}

/** A running helper. */
export interface Helper<H extends Handlers> {
  call: Remote<H>
  stop(): Promise<void>
}

interface Question {
  id: number
  name: string
  argument: unknown
}
type Answer = { id: number; value: unknown } | { id: number; failure: string }

/** Answers the parent's calls; for the helper's side. */
export function serve(handlers: Handlers): void {
  process.on('message', async ({ id, name, argument }: Question) => {
    try {
      process.send?.({ id, value: await (handlers[name] as (argument: unknown) => unknown)(argument) } satisfies Answer)
    } catch (error) {
      process.send?.({ id, failure: (error as Error).stack ?? String(error) } satisfies Answer)
    }
  })
  process.on('disconnect', () => process.exit())
}

/** Starts `processes/<file>` with the given arguments. A call rejects with what the helper threw, or when it ends. */
export function startHelper<H extends Handlers>(file: string, args: string[] = []): Helper<H> {
  const child = fork(join(import.meta.dirname, 'processes', file), args)
  const waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>()
  let last = 0
  child.on('message', (answer: Answer) => {
    const asked = waiting.get(answer.id)
    waiting.delete(answer.id)
    if ('failure' in answer) asked?.reject(new Error(`${file}: ${answer.failure}`))
    else asked?.resolve(answer.value as never)
  })
  child.on('exit', () => {
    for (const { reject } of waiting.values()) reject(new Error(`${file} ended`))
  })
  const call = new Proxy({} as Remote<H>, {
    get: (_, name) => (argument: unknown) =>
      new Promise((resolve, reject) => {
        const id = ++last
        waiting.set(id, { resolve, reject })
        child.send({ id, name: String(name), argument } satisfies Question)
      }),
  })
  return {
    call,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.disconnect()
      await once(child, 'exit')
    },
  }
}
