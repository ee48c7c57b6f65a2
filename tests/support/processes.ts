import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..', '..')

/** A Node process of the project that a test can kill. */
export interface RunningProcess {
  child: ChildProcess
  /** Everything that it has printed so far, both streams. */
  output(): string
  /** Sends a signal and waits until the process has ended; resolves with its exit code, or the signal that ended it. */
  end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null>
}

/** Starts `node <file> <args>` in the project's folder with exactly the given environment and PATH. */
export function startProcess(file: string, args: string[], env: Record<string, string>): RunningProcess {
  return follow(process.execPath, [join(ROOT, file), ...args], env, false)
}

/** Starts any program likewise, as the leader of a process group of its own, which `end` signals as a whole. */
export function startGroup(program: string, args: string[], env: Record<string, string>): RunningProcess {
  return follow(program, args, env, true)
}

function follow(program: string, args: string[], env: Record<string, string>, group: boolean): RunningProcess {
  const child = spawn(program, args, {
    cwd: ROOT,
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: group,
  })
  let output = ''
  const collect = (chunk: Buffer) => {
    output += chunk.toString('utf8')
  }
  child.stdout.on('data', collect)
  child.stderr.on('data', collect)
  const signalAll = (signal: NodeJS.Signals) => {
    try {
      process.kill(group ? -(child.pid ?? 0) : (child.pid ?? 0), signal)
    } catch {
      // All of it has ended already.
    }
  }
  return {
    child,
    output: () => output,
    async end(signal) {
      const ended = child.exitCode !== null || child.signalCode !== null
      // Of a group, others may live on.
      if (group || !ended) signalAll(signal)
      if (ended) return child.exitCode ?? child.signalCode
      const [code, by] = await once(child, 'exit')
      return code ?? by
    },
  }
}
