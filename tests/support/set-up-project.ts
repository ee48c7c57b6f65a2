import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const source = join(import.meta.dirname, '..', '..')

/** How a program ended and what it said. */
export type Ending = { code: number | null; signal: string | null; stdout: string; stderr: string }

/** A run that has begun: what it has said so far, how to signal it, and its end. */
export type Running = { said(): string; kill(signal: NodeJS.Signals): void; ending: Promise<Ending> }

/**
 * A project in a temporary folder with this project's own set-up, on a machine that has nothing but an npm that is
 * ours: `npm` is its body, JavaScript with `args` and `fs` at hand, run in the folder that npm is to install into.
 */
export function createSetUpProject(npm: string) {
  const root = mkdtempSync(join(tmpdir(), 'baton-set-up-'))
  const bin = join(root, 'bin')
  const write = (path: string, text: string, mode = 0o644) => {
    mkdirSync(join(root, path, '..'), { recursive: true })
    writeFileSync(join(root, path), text, { mode })
  }
  const useNpm = (body: string) => {
    const head = `#!${process.execPath}\nimport fs from 'node:fs'\nconst args = process.argv.slice(2)\n`
    write(
      'bin/npm',
      `${head}fs.appendFileSync(${JSON.stringify(join(root, 'npm-calls'))}, args.join(' ') + '\\n')\n${body}\n`,
      0o755,
    )
  }
  for (const part of ['scripts/setup.mjs', 'scripts/setup', 'src/platform/programs.mjs'])
    cpSync(join(source, part), join(root, part), { recursive: true })
  write('package.json', '{ "type": "module" }')
  write('package-lock.json', '{ "lockfileVersion": 3 }')
  useNpm(npm)

  const begin = (args: string[], env: Record<string, string> = {}): Running => {
    const options = { cwd: tmpdir(), env: { PATH: bin, ...env } }
    const child = spawn(process.execPath, [join(root, 'scripts', 'setup.mjs'), ...args], options)
    let stdout = ''
    let stderr = ''
    child.stdin.end()
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      stdout += chunk
    })
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      stderr += chunk
    })
    const ending = new Promise<Ending>((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }))
    })
    return { said: () => stdout + stderr, kill: (signal) => child.kill(signal), ending }
  }

  return {
    root,
    bin,
    write,
    useNpm,
    begin,
    run: (args: string[], env?: Record<string, string>) => begin(args, env).ending,
    npmCalls: () =>
      existsSync(join(root, 'npm-calls')) ? readFileSync(join(root, 'npm-calls'), 'utf8').trim().split('\n') : [],
    remove: (path = '') => rmSync(join(root, path), { recursive: true, force: true }),
  }
}
