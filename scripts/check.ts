/** `npm run check`: every check that needs neither Redis nor a browser, at most one per core at a time. */
import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { dirname } from 'node:path'

/** `run` is what follows `node`. */
type Step = { name: string; run: string[] }

const steps: Step[] = [
  { name: 'unit tests', run: ['node_modules/vitest/vitest.mjs', 'run', '--project', 'unit'] },
  { name: 'types', run: ['node_modules/typescript/bin/tsc', '--noEmit'] },
  { name: 'lint', run: ['node_modules/@biomejs/biome/bin/biome', 'ci', '--error-on-warnings', '--colors=off'] },
  { name: 'config', run: ['src/cli.ts', 'config', 'check'] },
  { name: 'openapi', run: ['src/cli.ts', 'openapi', '--check'] },
  { name: 'config schemas', run: ['src/cli.ts', 'config', 'schemas', '--check'] },
]

type Outcome = { step: Step; passed: boolean; output: string; seconds: string }

const root = dirname(import.meta.dirname)

function runStep(step: Step): Promise<Outcome> {
  const started = performance.now()
  return new Promise((resolve) => {
    let output = ''
    const finish = (passed: boolean) => {
      resolve({ step, passed, output, seconds: ((performance.now() - started) / 1000).toFixed(1) })
    }
    const child = spawn(process.execPath, step.run, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        output += chunk
      })
    }
    child.on('error', (error) => {
      output += error.message
      finish(false)
    })
    child.on('close', (code) => finish(code === 0))
  })
}

function report({ step, passed, output, seconds }: Outcome) {
  process.stdout.write(`${passed ? 'ok    ' : 'FAILED'}  ${step.name} (${seconds} s)\n`)
  if (!passed) process.stdout.write(`\n${output.trim()}\n\n`)
}

const waiting = [...steps]
const outcomes: Outcome[] = []

async function work() {
  for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
    const outcome = await runStep(step)
    report(outcome)
    outcomes.push(outcome)
  }
}

await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, work))
const failed = outcomes.filter((outcome) => !outcome.passed).map((outcome) => outcome.step.name)
process.stdout.write(failed.length === 0 ? 'All checks passed.\n' : `Failed: ${failed.join(', ')}.\n`)
process.exitCode = failed.length === 0 ? 0 : 1
