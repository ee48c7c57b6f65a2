import { renderReport } from '../src/messages/report.ts'
import type { Logger } from '../src/platform/log.ts'
import type { Metrics } from '../src/platform/metrics.ts'
import { Report } from '../src/reports/report.ts'
import type { Slack } from '../src/slack/client.ts'
import type { ReportProgress, Step } from '../src/store/reports-sent.ts'
import { createSendReport } from '../src/work/send-report.ts'

/**
 * Sends the weekly report of the week so far to somebody's Slack, as it is sent on Monday about the week before: in the demo no Monday
 * comes.
 */
export async function sendWeekSoFar(options: {
  address: string
  token: string
  consoleUrl: string
  to: string
  slack: Slack
  metrics: Metrics
  log: Logger
  now: () => number
}): Promise<void> {
  const headers = { authorization: `Bearer ${options.token}` }
  const answer = await fetch(`${options.address}/v1/reports/weekly?period=this`, { headers })
  const report = Report.parse(await answer.json())
  const url = `${options.consoleUrl}/console/reports/weekly?period=this`
  const { to, now } = options
  const send = createSendReport({ ...options, clock: { now } })
  const sending = { id: 'weekly', report, messages: renderReport({ report, url }), progress: inMemory(to) }
  await send.message(sending, to)
  await send.rest(sending, to)
}

function inMemory(to: string): ReportProgress {
  const steps = new Map<string, Step>()
  return {
    to: [to],
    step: (name) => steps.get(name),
    note: async (name, step) => void steps.set(name, step),
  }
}
