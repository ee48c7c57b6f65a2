import { type Command, InvalidArgumentError, Option } from 'commander'
import { suggestion } from '../config/problems.ts'
import { writeCursor } from '../http/v1/cursors.ts'
import { whole } from '../rules/words.ts'
import { exportFacts } from '../store/export-facts.ts'
import { createFactStreams } from '../store/facts.ts'
import { deadItems } from '../views/dead.ts'
import { FACT_TYPE_NAMES, type FactFilter } from '../views/facts.ts'
import { RULE_DAYS, RULE_KINDS } from '../views/rules.ts'
import { atService } from './at-service.ts'
import { cursorOption, fromNow, limitOption, mustBeKnown, printJson, printTable, sinceOption } from './output.ts'

const RULES_HELP = `
Scoring rules and profiles are counted by the decisions that are kept, scored again by the config of this folder; routes by what was
decided; triggers by what they did. --json prints one document, as GET /v1/rules answers it.
Exit code 3: no decision was made in that time.

Examples:
  npm run baton -- rules
  npm run baton -- rules --days 90 --kind fit
  npm run baton -- rules --json | jq -r '.rules[] | select(.times == 0) | .rule'`

const DEAD_HELP = `
Work that was given up is tried again every hour, and with every event of its lead. --json prints one document, as GET /v1/dead-letters
answers it.

Examples:
  npm run baton -- dead list
  npm run baton -- dead replay send-post:401000000001-1-alert
  npm run baton -- dead replay --all`

const FACTS_HELP = `
Facts name leads by pseudonyms, and no person. The latest come first, of the last 7 days unless told. --json prints one document, as
GET /v1/facts answers it.

Examples:
  npm run baton -- facts
  npm run baton -- facts --type breached --since 30d
  npm run baton -- facts --rep ae-1 --json | jq '.facts[].type'
  npm run baton -- facts export --to facts.sqlite`

/** `rules`, `dead` and `facts`: what the config did, what could not be done, and what happened. */
export function addOps(program: Command): void {
  program
    .command('rules')
    .option('--days <days>', 'how far it looks back', daysOption, RULE_DAYS.usual)
    .addOption(new Option('--kind <kind>', 'only these').choices(RULE_KINDS))
    .option('--json', 'print what GET /v1/rules answers')
    .description('how often each scoring rule, route and trigger fired; what never fired comes first')
    .addHelpText('after', RULES_HELP)
    .action(({ days, kind, json }: { days: number; kind?: string; json?: true }) =>
      atService(async (at) => {
        const view = await at.viewRules(days)
        const rules = view.rules.filter((rule) => kind === undefined || rule.kind === kind)
        if (view.decisions === 0) process.exitCode = 3
        if (json) return printJson({ ...view, rules })
        const now = at.clock.now()
        const rows = rules.map((rule) => [
          rule.kind,
          rule.rule,
          rule.times === 0 ? 'never' : whole(rule.leads),
          rule.times === 0 ? '' : whole(rule.times),
          fromNow(rule.last, now),
        ])
        console.log(`${whole(view.decisions)} decisions of the last ${days} days, config ${view.config}`)
        printTable({ head: ['kind', 'rule', 'leads', 'times', 'last'], rows }, 'There is no such rule.')
      }),
    )

  const dead = program
    .command('dead')
    .description('work that could not be done, since when and why')
    .addHelpText('after', DEAD_HELP)
  const list = (json?: true) =>
    atService(async (at) => {
      const deadLetters = await deadItems(at.dead)
      if (json) return printJson({ deadLetters })
      const rows = deadLetters.map(({ id, since, tries, reason }) => [minuteOf(since), id, `${tries} ×`, reason])
      printTable({ head: ['since, UTC', 'id', 'given up', 'reason'], rows }, 'There are no dead letters.')
    })
  dead
    .command('list')
    .option('--json', 'print what GET /v1/dead-letters answers')
    .description('the dead letters, the oldest first')
    .addHelpText('after', DEAD_HELP)
    .action(({ json }: { json?: true }) => list(json))
  dead
    .command('replay')
    .argument('[ids...]', 'those to try again, as the list names them')
    .option('--all', 'all of them')
    .option('--json', 'print those that are tried again as JSON')
    .description('try dead letters again, within 15 seconds')
    .addHelpText('after', DEAD_HELP)
    .action((ids: string[], { all, json }: { all?: true; json?: true }) =>
      atService(async (at) => {
        if (ids.length === 0 && !all) throw new Error('which? Name some as "dead list" does, or say --all.')
        const known = (await deadItems(at.dead)).map(({ id }) => id)
        const unknown = ids.find((id) => !known.includes(id))
        if (unknown !== undefined) throw new Error(`there is no dead letter "${unknown}"${suggestion(unknown, known)}`)
        const replayed = await at.dead.replay(all ? known : ids)
        if (json) return printJson({ replayed })
        console.log(
          replayed.length === 0
            ? 'There are no dead letters.'
            : `Tried again within 15 seconds: ${replayed.join(', ')}`,
        )
      }),
    )
  program
    .command('dead-letters', { hidden: true })
    .option('--json', 'print what GET /v1/dead-letters answers')
    .description('the same as "dead list"')
    .addHelpText('after', DEAD_HELP)
    .action(({ json }: { json?: true }) => list(json))

  const facts = program
    .command('facts')
    .addOption(new Option('--type <type>', 'only these').choices(FACT_TYPE_NAMES))
    .option('--rep <rep>', 'whom it is about')
    .option('--pool <pool>', 'the pool that has the handoff, or had it last')
    .option('--route <route>', 'the route of the lead')
    .option('--lead <pseudonym>', 'the pseudonym of a lead, as facts name it')
    .option('--since <when>', 'happened since then: 7d, 24h, a date', sinceOption, sinceOption('7d'))
    .option('--limit <count>', 'at most so many', limitOption, 50)
    .option('--cursor <next>', 'the page behind: `next` of the page before')
    .option('--json', 'print what GET /v1/facts answers')
    .description('what happened, the latest first, without personal data')
    .addHelpText('after', FACTS_HELP)
    .action(({ limit, cursor, json, since, ...same }: FactOptions) =>
      atService(async (at) => {
        mustBeKnown(at, { ...(same.rep ? { rep: same.rep } : {}), ...(same.pool ? { pool: same.pool } : {}) })
        const after = cursorOption(cursor, /^[0-9a-f]-\d+-\d+\.\d+$/)
        const now = at.clock.now()
        const page = await at.factPages({ ...same, since: since(now) }, after, limit)
        const next = page.next && writeCursor(page.next)
        if (json) return printJson({ facts: page.facts, next })
        const rows = page.facts.map((fact) => [
          minuteOf(fact.at),
          fact.type,
          fact.lead ?? '',
          fact.rep ?? '',
          fact.pool ?? '',
          fact.value === undefined ? '' : String(fact.value),
          fact.rule ?? fact.route ?? '',
          fact.reason ?? fact.stage ?? '',
        ])
        printTable(
          { head: ['at, UTC', 'type', 'lead', 'rep', 'pool', 'value', 'rule or route', 'reason'], rows },
          'Nothing like that happened.',
        )
        if (next !== null) console.log(`\nAnd more: --cursor ${next}`)
      }),
    )
  facts
    .command('export')
    .requiredOption('--to <file>', 'the SQLite file to write; one that is there is replaced')
    .option('--json', 'print the file and the count as JSON')
    .description('write every fact into a SQLite file; reads the Redis of the running service')
    .addHelpText('after', FACTS_HELP)
    .action(({ to }: { to: string }, command: Command) =>
      atService(async (at) => {
        const count = await exportFacts(createFactStreams(at.store), to, at.clock.now())
        // The group has the option as well, and takes it before its command does.
        if (command.optsWithGlobals().json) return printJson({ file: to, facts: count })
        console.log(`${to}: ${count} facts.`)
      }),
    )
}

interface FactOptions extends Omit<FactFilter, 'since'> {
  since: (now: number) => number
  limit: number
  cursor?: string
  json?: true
}

function daysOption(text: string): number {
  if (/^[1-9]\d{0,2}$/.test(text) && Number(text) <= RULE_DAYS.most) return Number(text)
  throw new InvalidArgumentError(`It must be a whole number from 1 to ${RULE_DAYS.most}.`)
}

function minuteOf(at: string): string {
  return at.slice(0, 16).replace('T', ' ')
}
