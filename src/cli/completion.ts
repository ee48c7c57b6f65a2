import { join } from 'node:path'
import complete from '@bomb.sh/tab'
import addTab from '@bomb.sh/tab/commander'
import { Argument, type Command } from 'commander'
import { loadConfig } from '../config/load.ts'
import { hostNow } from '../platform/clock.ts'

const SHELLS = ['bash', 'zsh', 'fish'] as const

const HELP = `
It completes commands, options, and the reps, pools, routes and kinds of the config in CONFIG_DIR. It is for the word baton:
  alias baton="npm run --silent baton --"

Examples:
  npm run --silent baton -- completion bash >> ~/.bashrc
  npm run --silent baton -- completion zsh > ~/.zsh/completions/_baton
  npm run --silent baton -- completion fish > ~/.config/fish/completions/baton.fish`

type Kind = 'rep' | 'pool' | 'route' | 'kind'

// Which options and arguments take which names of the config.
const NAMES: Record<string, Kind> = { rep: 'rep', pool: 'pool', route: 'route', kind: 'kind', who: 'rep' }

/** `completion`: what a shell asks to complete a command line. The names are read only when a shell asks. */
export async function addCompletion(program: Command): Promise<void> {
  program
    .command('completion')
    .addArgument(new Argument('<shell>').choices(SHELLS))
    .option('--json', 'print the script as JSON')
    .description('print the script by which a shell completes commands, options and names')
    .addHelpText('after', HELP)
    .action((shell: (typeof SHELLS)[number], { json }: { json?: true }) => {
      const executable = [process.execPath, join(import.meta.dirname, '..', 'cli.ts')].map(quoted).join(' ')
      if (!json) return complete.setup('baton', executable, shell)
      console.log(JSON.stringify({ shell, executable }))
    })
  if (process.argv[2] !== 'complete') return
  const names = await namesOf()
  const tab = addTab(program)
  for (const command of [tab, ...tab.commands.values()]) {
    for (const part of [...command.options.values(), ...command.arguments.values()]) {
      const kind = NAMES['value' in part ? part.value : part.name]
      // What has choices of its own keeps them.
      if (kind && !isChosen(program, command.value, kind)) part.handler = offer(names[kind])
    }
  }
}

function isChosen(program: Command, path: string, option: string): boolean {
  const command = path
    .split(' ')
    .reduce<Command | undefined>((found, name) => found?.commands.find((one) => one.name() === name), program)
  return command?.options.some((one) => one.long === `--${option}` && one.argChoices !== undefined) ?? false
}

function offer(values: readonly (readonly [string, string])[]) {
  return (say: (value: string, description: string) => void): void => {
    for (const [value, description] of values) say(value, description)
  }
}

// A config that does not load completes no names.
async function namesOf(): Promise<Record<Kind, [string, string][]>> {
  const config = await loadConfig(process.env.CONFIG_DIR || './config', hostNow()).catch(() => null)
  if (!config) return { rep: [], pool: [], route: [], kind: [] }
  return {
    rep: Object.values(config.team.reps).map(({ id, name }) => [id, name]),
    pool: Object.keys(config.team.pools).map((name) => [name, '']),
    route: config.routing.routes.map(({ name }) => [name, '']),
    kind: Object.keys(config.handoffs.kinds).map((name) => [name, '']),
  }
}

function quoted(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
