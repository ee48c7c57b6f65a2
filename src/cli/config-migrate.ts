import { readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { loadConfig } from '../config/load.ts'
import { type Migration, migrationOf } from '../config/migrate.ts'
import { hostNow } from '../platform/clock.ts'

const HELP = `
An older directory is read as it is; this writes it as it is written today. Comments stay, and what it says stays the same.

Examples:
  npm run baton -- config migrate --dry-run            print what would be done
  npm run baton -- config migrate ./our-config`

/** `config migrate`: rewrites a config directory that was written for an older version. */
export function addConfigMigrate(config: Command): void {
  config
    .command('migrate')
    .argument('[dir]', 'the config directory', process.env.CONFIG_DIR || './config')
    .option('--dry-run', 'only say what would be done')
    .option('--json', 'print what was done as JSON')
    .description('rewrite a directory that was written for an older version; comments are kept')
    .addHelpText('after', HELP)
    .action(async (directory: string, { dryRun = false, json = false }: { dryRun?: boolean; json?: boolean }) => {
      // What does not hold together is mended by a person first: nobody could tell afterwards which mistake is whose.
      await loadConfig(directory, hostNow())
      const migration = migrationOf(await textsIn(directory))
      if (!dryRun) await carryOut(directory, migration)
      const written = dryRun ? [] : [...Object.keys(migration.texts), ...migration.renames.map(({ to }) => to)]
      if (json) console.log(JSON.stringify({ directory, dryRun, done: migration.done, written }, null, 2))
      else console.log(describe(directory, migration, dryRun))
    })
}

async function textsIn(directory: string): Promise<Record<string, string>> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.yaml'))
  const texts = await Promise.all(names.map((name) => readFile(join(directory, name), 'utf8')))
  return Object.fromEntries(names.map((name, index) => [name, texts[index] ?? '']))
}

// A service that watches the folder sees a config that holds at every step.
async function carryOut(directory: string, { texts, renames }: Migration): Promise<void> {
  for (const [name, text] of Object.entries(texts)) {
    await writeFile(join(directory, `${name}.new`), text)
    await rename(join(directory, `${name}.new`), join(directory, name))
  }
  for (const { from, to } of renames) await rename(join(directory, from), join(directory, to))
  await loadConfig(directory, hostNow())
}

function describe(directory: string, { done }: Migration, dryRun: boolean): string {
  if (done.length === 0) return `${directory} is written as it is written today: nothing to do.`
  const head = dryRun ? `${directory}, if it were done:` : `${directory} is rewritten, and holds together:`
  return [head, ...done.map((line) => `  ${line}`)].join('\n')
}
