import { join } from 'node:path'
import { loadConfig } from '../../../src/config/load.ts'
import { REPORT_NAMES } from '../../../src/reports/report.ts'
import { createFactStreams } from '../../../src/store/facts.ts'
import { createAccountNames } from '../../../src/views/account-names.ts'
import { createReports } from '../../../src/views/reports.ts'
import { createReportProcesses } from '../../../src/work/report-processes.ts'
import { openBeside, PER_SECOND } from '../beside.ts'
import { fillFactYear } from '../fact-year.ts'
import type { Bench, Row } from '../row.ts'
import { SECRETS } from '../secrets.ts'
import { openStore } from '../store.ts'
import { number } from '../table.ts'

const CONFIG = join(import.meta.dirname, '..', '..', '..', 'config')
// So many leads have a million and a half facts.
const leadsOf = (bench: Bench) => bench.pick({ full: 118_000, quick: 20_000, tiny: 100 })

/** How long a report takes. */
export const report: Row = {
  name: 'report',
  what: 'the slowest report, of 1.5 M facts',
  unit: 's',
  how: 'Facts of 118,000 leads over 13 months, each in the stream of its partition; every report is made once, of its last period, in a process of its own as the service does it, from its start until it is here. The figure is the slowest of them.',
  aim: { of: 'figure', is: '<=', value: 10 },

  async open(bench) {
    await bench.redis.clear()
    const store = await openStore(bench.redis)
    const now = Date.now()
    const count = await fillFactYear(store, leadsOf(bench), now)
    const config = await loadConfig(CONFIG, now)
    const processes = createReportProcesses({ redisUrls: [bench.redis.url], prefix: 'baton' })
    const facts = createFactStreams(store.store)
    const reports = createReports({
      config: () => config,
      clock: { now: () => now },
      facts,
      run: processes.run,
      nameAccounts: createAccountNames(store.store),
    })
    let note = ''
    return {
      async baton() {
        const took: [string, number][] = []
        for (const name of REPORT_NAMES) {
          const start = performance.now()
          await reports.make(name)
          took.push([name, (performance.now() - start) / 1_000])
        }
        note = `${number(count)} facts: ${took.map(([name, seconds]) => `${name} ${seconds.toFixed(1)} s`).join(', ')}`
        return Math.max(...took.map(([, seconds]) => seconds))
      },
      notes: () => [note],
      async close() {
        processes.close()
        await store.close()
      },
    }
  },
}

/** What reports cost everybody else. */
export const reportBeside: Row = {
  name: 'report-beside',
  what: 'webhook to Slack while reports are made, p99 against without',
  unit: 'ms',
  how: `The row of webhook to Slack at ${PER_SECOND} leads/s, while GET /v1/reports makes the weekly, the monthly and the stuck report again and again from the facts of the row before; ceiling: the same without them. API and worker in one process.`,
  aim: { of: 'ratio', is: '<=', value: 1.1 },

  open(bench) {
    let turn = 0
    return openBeside(bench, {
      fill: (store) => fillFactYear(store, leadsOf(bench), Date.now()),
      async ask(address) {
        const name = ['weekly', 'monthly', 'stuck'][turn++ % 3]
        const response = await fetch(`${address}/v1/reports/${name}`, {
          headers: { authorization: `Bearer ${SECRETS.api}` },
        })
        if (response.status !== 200) throw new Error(`report: ${response.status} ${await response.text()}`)
        await response.text()
      },
      note: (asked) => `${asked} reports meanwhile`,
    })
  },
}
