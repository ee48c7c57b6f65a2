import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Command } from 'commander'
import { loadConfig } from '../config/load.ts'
import { appNeeds, webhookUrl } from '../hubspot/app.ts'
import { APP_FILE, isOwnProject, projectFiles } from '../hubspot/project.ts'
import { hostNow } from '../platform/clock.ts'
import { readProjectEnv } from '../platform/env.ts'

const HELP = `
It needs PUBLIC_URL and CONFIG_DIR (./config), and no token: HubSpot gives one once the project is uploaded.
Run again after a change of hubspot.yaml it writes its own files anew, and leaves what else is there.

Examples:
  PUBLIC_URL=https://baton.example.com npm run baton -- hubspot project ../baton-app
  cd ../baton-app && hs project upload`

/** `hubspot project`: writes the project of HubSpot's command line. */
export function addHubSpotProject(hubspot: Command): void {
  hubspot
    .command('project')
    .argument('<dir>', 'the folder to write to; an empty one, or one that this command wrote before')
    .option('--json', 'print what was written as JSON')
    .description("write the project of HubSpot's command line: the app with its scopes and webhooks")
    .addHelpText('after', HELP)
    .action(async (directory: string, { json = false }: { json?: boolean }) => {
      const env = readProjectEnv(process.env)
      const config = await loadConfig(env.CONFIG_DIR, hostNow())
      const needs = appNeeds(config.reads, Object.values(config.hubspot.properties))
      const written = await writeProject(directory, projectFiles(needs, env.PUBLIC_URL))
      const targetUrl = webhookUrl(env.PUBLIC_URL)
      if (json) return console.log(JSON.stringify({ directory, written, targetUrl, ...needs }, null, 2))
      console.log(
        [
          written.length > 0 ? `Written to ${directory}: ${written.join(', ')}.` : `${directory} is up to date.`,
          `${needs.subscriptions.length} webhook subscriptions, sent to ${targetUrl}.`,
          ...(targetUrl.startsWith('http:') ? ['HubSpot sends webhooks only to https: change PUBLIC_URL.'] : []),
          ...(needs.polled.length > 0
            ? [`HubSpot sends no webhook for ${needs.polled.join(', ')}: Baton polls them.`]
            : []),
          `Next: cd ${directory} && hs project upload; then docker/README.md says what to click.`,
        ].join('\n'),
      )
    })
}

/** Writes the files that differ, and names them. Refuses a folder that holds something else. */
async function writeProject(directory: string, files: Record<string, string>): Promise<string[]> {
  // A folder under git is no reason to refuse.
  const present = (await readdir(directory).catch(none)).filter((name) => !name.startsWith('.'))
  const appFile = await readFile(join(directory, APP_FILE), 'utf8').catch(() => '')
  if (present.length > 0 && !isOwnProject(appFile))
    throw new Error(`${directory} holds something else (${present.slice(0, 3).join(', ')}): name an empty folder.`)
  const written: string[] = []
  for (const [path, content] of Object.entries(files)) {
    const file = join(directory, path)
    if ((await readFile(file, 'utf8').catch(() => '')) === content) continue
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, content)
    written.push(path)
  }
  return written
}

function none(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return []
  throw new Error(`${error.path} is no folder that can be read.`)
}
