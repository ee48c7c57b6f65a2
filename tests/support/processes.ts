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
  const child = spawn(process.execPath, [join(ROOT, file), ...args], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const collect = (chunk: Buffer) => {
    output += chunk.toString('utf8')
  }
  child.stdout.on('data', collect)
  child.stderr.on('data', collect)
  return {
    child,
    output: () => output,
    async end(signal) {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode ?? child.signalCode
      child.kill(signal)
      const [code, by] = await once(child, 'exit')
      return code ?? by
    },
  }
}
