import { type Command, Option } from 'commander'
import { writeCursor } from '../http/v1/cursors.ts'
import { FLAWS, type Flaw } from '../leads/quality.ts'
import { counted, whole } from '../rules/words.ts'
import type { QualityCounts, QualityItem } from '../views/data-quality.ts'
import { atService } from './at-service.ts'
import { cursorOption, fromNow, limitOption, printJson, printTable } from './output.ts'

const HELP = `
All leads are checked every night; --check has it done now, which the service begins within a quarter of a minute.
Leads that may be one person are listed side by side. Baton merges nobody: open them in HubSpot and merge them there.

Examples:
  npm run baton -- quality
  npm run baton -- quality --kind duplicate
  npm run baton -- quality --kind missing --limit 200 --json | jq '.leads[].url'
  npm run baton -- quality --check`

interface Options {
  kind?: Flaw
  limit: number
  cursor?: string
  check?: true
  json?: true
}

/** `quality`: what is wrong with the data of leads in HubSpot. */
export function addQuality(program: Command): void {
  program
    .command('quality')
    .addOption(new Option('--kind <kind>', 'only leads of which this is wrong').choices(FLAWS))
    .option('--limit <count>', 'at most so many', limitOption, 50)
    .option('--cursor <next>', 'the page behind: `next` of the page before')
    .option('--check', 'check all leads now')
    .option('--json', 'print what GET /v1/data-quality answers')
    .description(
      'leads whose data in HubSpot is to be put right, the worst first; reads the Redis of the running service',
    )
    .addHelpText('after', HELP)
    .action(({ kind, limit, cursor, check, json }: Options) =>
      atService(async (at) => {
        if (check) {
          await at.quality.checkAgain()
          return json ? printJson({ accepted: true }) : console.log('All leads are checked soon.')
        }
        const { summary, leads, next } = await at.quality.page(kind, cursorOption(cursor, /^\d{1,18}$/), limit)
        const following = next && writeCursor(next)
        if (json) return printJson({ summary, leads, next: following })
        console.log(summaryText(summary, at.clock.now()))
        if (summary) printTable(tableOf(leads), 'Nothing of that is wrong.')
        const [first] = leads
        // A link in each row leaves no room for what is wrong.
        if (first) console.log(`\nEach in HubSpot: ${first.url.replace(first.id, 'ID')}`)
        if (following) console.log(`\nAnd more: --cursor ${following}`)
      }),
    )
}

function summaryText(summary: QualityCounts | null, now: number): string {
  if (!summary) return 'No check was made yet: the service makes one within a minute of its start.'
  const { checkedAt, leads, flawed, kinds } = summary
  const found = FLAWS.flatMap((kind) => (kinds[kind] ? [`${kind} ${whole(kinds[kind])}`] : []))
  const counts = found.length > 0 ? `: ${found.join(', ')}` : ''
  return `Checked ${fromNow(checkedAt, now)}. Of ${counted(leads, 'lead')} ${whole(flawed)} with something wrong${counts}.\n`
}

function tableOf(leads: readonly QualityItem[]) {
  const rows = leads.map((item) => [
    item.id,
    [item.name, item.company].filter(Boolean).join(', '),
    item.forSales ? 'yes' : '',
    item.wrong.join('; '),
  ])
  return { head: ['id', 'lead', 'sales', 'what is wrong'], rows }
}
