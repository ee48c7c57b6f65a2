import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { expect, it } from 'vitest'
import { createProgram } from '../../../src/cli/program.ts'

function commandsOf(command: Command, path = command.name()): [path: string, command: Command][] {
  const below = command.commands.flatMap((one) => commandsOf(one, `${path} ${one.name()}`))
  return command.commands.length > 0 && command.registeredArguments.length === 0 && !command.options.length
    ? below
    : [...(command.parent ? [[path, command] as [string, Command]] : []), ...below]
}

function helpOf(command: Command): string {
  const said: string[] = []
  command.configureOutput({ writeOut: (text) => void said.push(text) })
  command.outputHelp()
  return said.join('')
}

it.each(commandsOf(createProgram()))('%s says what it does, with examples, and answers as JSON', (path, command) => {
  expect(command.description()).not.toBe('')
  const help = helpOf(command)
  expect(help).toContain('\nExamples:\n')
  // `dead-letters` is the older name of another one.
  if (path !== 'baton dead-letters') expect(help).toContain(`npm run baton -- ${path.split(' ').slice(1).join(' ')}`)
  expect(command.options.map(({ long }) => long)).toContain('--json')
  for (const line of help.split('\n')) expect(line.length).toBeLessThanOrEqual(140)
})

it('every command stands in the table of README.md', async () => {
  const [, section = ''] = (await readFile('README.md', 'utf8')).split('\n## Command line\n')
  const table = section.split('\n## ')[0] ?? ''
  for (const [path] of commandsOf(createProgram()))
    if (path !== 'baton dead-letters') expect(table).toContain(`\`${path.replace('baton ', '')}`)
})
