import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

const ROOT = join(import.meta.dirname, '..', '..')
const run = promisify(execFile)

/** Runs `docker` with these arguments and resolves with what it prints. Rejects with what it says when it fails. */
export async function docker(...args: string[]): Promise<string> {
  const { stdout } = await run('docker', args, { maxBuffer: 64 * 1024 * 1024 })
  return stdout.trim()
}

/** Runs a command inside a container; both streams, and the exit code instead of a rejection. */
export async function inside(container: string, ...command: string[]): Promise<{ code: number; output: string }> {
  return run('docker', ['exec', container, ...command], { maxBuffer: 64 * 1024 * 1024 }).then(
    ({ stdout, stderr }) => ({ code: 0, output: stdout + stderr }),
    (error) => ({ code: error.code, output: error.stdout + error.stderr }),
  )
}

/**
 * The project of docker/compose.yaml, under a name of its own and with these variables instead of those of a `.env`.
 * Uses `docker compose` where it is there, else the older `docker-compose`.
 */
export async function createCompose(project: string, variables: Record<string, string>) {
  const plugin = await docker('compose', 'version').catch(() => '')
  const [program, first] = plugin ? ['docker', ['compose']] : ['docker-compose', []]
  const files = ['-f', join(ROOT, 'docker', 'compose.yaml'), '-f', join(ROOT, 'tests', 'containers', 'compose.yaml')]
  return async function compose(...args: string[]): Promise<string> {
    const { stdout } = await run(program, [...first, '-p', project, ...files, ...args], {
      env: { ...process.env, ...variables },
      maxBuffer: 64 * 1024 * 1024,
    })
    return stdout.trim()
  }
}
