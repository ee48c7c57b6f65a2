import { CommanderError } from 'commander'
import { addCompletion } from './cli/completion.ts'
import { createProgram } from './cli/program.ts'
import { ConfigError } from './config/problems.ts'
import { describeSetupFailure } from './hubspot/setup.ts'
import { EnvironmentError } from './platform/env.ts'
import { OutsideError } from './platform/errors.ts'

/** The command line for ops: `npm run baton -- <command>`. Exits with 1 when something is wrong. */

// Whoever reads has had enough: `baton leads | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

try {
  const program = createProgram()
  await addCompletion(program)
  await program.parseAsync()
} catch (error) {
  // Commander has printed its own message already.
  if (error instanceof CommanderError) process.exit(error.exitCode)
  const known = error instanceof ConfigError || error instanceof EnvironmentError
  if (error instanceof OutsideError && error.system === 'hubspot') console.error(describeSetupFailure(error))
  else console.error(known ? error.message : `Baton: ${(error as Error).message}`)
  process.exit(1)
}
