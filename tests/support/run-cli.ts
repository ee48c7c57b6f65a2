import { execFile } from 'node:child_process'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..', '..')

/** How a run of the command line ended. */
export interface CliRun {
  code: number
  stdout: string
  stderr: string
}

/** Runs the command line as a child, with nothing of this process's environment but the path. */
export function runCli(args: string[], options: { env?: Record<string, string>; cwd?: string } = {}): Promise<CliRun> {
  return new Promise((resolve) => {
    const env = { PATH: process.env.PATH ?? '', ...options.env }
    const all = [join(ROOT, 'src', 'cli.ts'), ...args]
    execFile(process.execPath, all, { env, cwd: options.cwd ?? ROOT }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr })
    })
  })
}
