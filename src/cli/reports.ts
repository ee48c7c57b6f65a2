import { writeFile } from 'node:fs/promises'
import { Argument, type Command } from 'commander'
import { suggestion } from '../config/problems.ts'
import { csvText } from '../http/csv.ts'
import { giveWay } from '../platform/priority.ts'
import { REPORT_NAMES, type Report, type ReportName } from '../reports/report.ts'
import { sectionTable, tidyTable } from '../reports/table.ts'
import { reportText } from '../reports/text.ts'
import { createFactStreams } from '../store/facts.ts'
import { createAccountNames } from '../views/account-names.ts'
import { createReports } from '../views/reports.ts'
import { createReportRunner } from '../work/report.ts'
import { type AtService, atService } from './at-service.ts'
import { printJson, terminalWidth } from './output.ts'

const HELP = `
A report is made from the facts in the Redis of the running service: findings in words, then tables; – stands where nobody can say. Every
report can be asked for of any week (2026-W47), month (2026-11) or quarter (2026-Q4), in the zone of the calendar of reports.yaml; last is
the last of its own kind that is over, this the present one, last-month and the like say of which kind.
As CSV each figure is a line, or with --section one table with its own columns. --json prints what GET /v1/reports/{name} answers.
Exit code 0: done; 1: an error; 2: --reconcile found a difference of over 5 %, or could not compare; 3: there are no facts yet.

Examples:
  npm run baton -- report weekly
  npm run baton -- report monthly --period 2026-10
  npm run baton -- report weekly --period this --json | jq '.findings[].text'
  npm run baton -- report monthly --reconcile --section reconcile
  npm run baton -- report weekly --section sources --csv sources.csv`

const DIFFERS = 2
const NOTHING_YET = 3

interface Options {
  period: string
  section?: string
  json?: true
  csv?: string
  reconcile?: true
}

/** `report`: a report of a period, as a table, JSON or CSV. */
export function addReports(program: Command): void {
  program
    .command('report')
    .addArgument(new Argument('<report>', 'which one').choices(REPORT_NAMES))
    .option('--period <period>', 'of which week, month or quarter', 'last')
    .option('--section <section>', 'only this table')
    .option('--json', 'print what GET /v1/reports/{name} answers')
    .option('--csv <file>', 'write it as CSV; - is the output')
    .option('--reconcile', "hold its counts against HubSpot's own; needs HUBSPOT_ACCESS_TOKEN")
    .description('a report of a week, a month or a quarter')
    .addHelpText('after', HELP)
    .action((name: ReportName, { period, section, json, csv, reconcile }: Options) =>
      atService(async (at) => {
        const whole = await reportsAt(at).make(name, period, { reconcile: reconcile === true })
        const report = section === undefined ? whole : withSection(whole, section)
        if (report.findings.some(({ id, level }) => id.startsWith('reconcile-') && level === 'warn'))
          process.exitCode = DIFFERS
        if ((await createFactStreams(at.store).earliest()) === null) process.exitCode = NOTHING_YET
        if (csv !== undefined) await writeCsv(report, section !== undefined, csv)
        if (json) return printJson(report)
        if (csv === undefined) console.log(reportText(report, terminalWidth()))
        else if (csv !== '-') console.log(`${csv}: ${report.title}, ${report.period.title}.`)
      }),
    )
}

/** What makes reports in this process, which is no service. */
function reportsAt({ store, clock, config, hubspot }: AtService) {
  giveWay()
  const facts = createFactStreams(store)
  return createReports({
    config,
    clock,
    facts,
    run: createReportRunner(facts),
    nameAccounts: createAccountNames(store),
    countContacts: hubspot?.countContacts,
  })
}

function withSection(report: Report, id: string): Report {
  const sections = report.sections.filter((one) => one.id === id)
  const known = report.sections.map((one) => one.id)
  if (sections.length === 0) throw new Error(`the ${report.name} report has no section "${id}"${suggestion(id, known)}`)
  return { ...report, sections }
}

async function writeCsv(report: Report, isOne: boolean, file: string): Promise<void> {
  const [section] = report.sections
  const { columns, rows } = isOne && section ? sectionTable(section) : tidyTable(report)
  const text = csvText(columns, rows)
  if (file === '-') return console.log(text.trimEnd())
  await writeFile(file, text).catch((error: Error) => {
    throw new Error(`cannot write ${file}: ${error.message}`)
  })
}
