/** Running the tools that install things, and talking to whoever waits for them. */
import { spawn } from 'node:child_process'

const linesShown = 15

/**
 * One line to the user, on standard error so that a command's own output stays clean.
 * @param {string} line
 * @returns {void}
 */
export function say(line) {
  process.stderr.write(`${line}\n`)
}

/**
 * Runs a tool to its end without showing its output. Throws one message with the tool's last lines when it fails.
 * A signal or an error here takes the tool down as well.
 * @param {string} program
 * @param {string[]} args
 * @param {{ cwd?: string, env?: Record<string, string> }} [options]
 * @returns {Promise<void>}
 */
export function runTool(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    let output = ''
    const env = { ...process.env, ...options.env }
    const child = spawn(program, args, { cwd: options.cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
    const release = atExit(() => child.kill())
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
    child.on('error', (error) => {
      release()
      reject(new Error(`${program} could not be started: ${error.message}`))
    })
    child.on('close', (code, signal) => {
      release()
      if (code === 0) return resolve()
      const how = signal ?? `exit code ${code}`
      reject(new Error(`${program} ${args.join(' ')} failed (${how}). It says:\n${tellingLines(output)}`))
    })
  })
}

/**
 * What a tool's output has to say about its failure: its errors, for npm ends them with a page of usage; else its end.
 * @param {string} output
 * @returns {string}
 */
function tellingLines(output) {
  const lines = output.trimEnd().split('\n')
  const errors = lines.filter((line) => /^E: |^npm err|error/i.test(line))
  return (errors.length > 0 ? errors.slice(0, linesShown) : lines.slice(-linesShown)).join('\n')
}

/**
 * Does this should the set-up end early, by a signal too. Call what it returns once there is nothing left to clean up.
 * @param {() => void} cleanUp
 * @returns {() => void}
 */
export function atExit(cleanUp) {
  process.on('exit', cleanUp)
  for (const signal of Object.keys(exitCodes)) process.on(signal, exitOn)
  return () => {
    process.off('exit', cleanUp)
    for (const signal of Object.keys(exitCodes)) process.off(signal, exitOn)
  }
}

/** What a shell reports for a program that a signal ended: 128 plus the signal's number. @type {Record<string, number>} */
const exitCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 }

/** @param {string} signal */
function exitOn(signal) {
  process.exit(exitCodes[signal] ?? 1)
}
