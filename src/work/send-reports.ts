import { readerOf } from '../leads/recipients.ts'
import { renderReport } from '../messages/report.ts'
import { OutsideError } from '../platform/errors.ts'
import { createLease } from '../platform/lease.ts'
import { isRedisAway } from '../platform/redis.ts'
import { type DueReport, deliveriesOf, partOf } from '../reports/schedule.ts'
import { createReportsSent } from '../store/reports-sent.ts'
import { createWebhookOutbox } from '../store/webhook-outbox.ts'
import { type Parts, RunLater } from './parts.ts'
import { reportsDue } from './reports-due.ts'
import { createSendReport } from './send-report.ts'

const MINUTE = 60_000
const LEASE = 5 * MINUTE
// After an error of our own, which another look at once would only repeat.
const PAUSE = 10 * MINUTE
// So much later than it was due, its readers wonder why.
const LATE = 60 * MINUTE

/**
 * Sends the reports that are due, each to its people, once, whichever worker is first; also those that were due while nobody ran. One that
 * cannot be made or sent does not hold up the others.
 */
export function createSendReports(
  parts: Pick<
    Parts,
    'clock' | 'config' | 'hurry' | 'log' | 'metrics' | 'mode' | 'publicUrl' | 'reports' | 'slack' | 'store'
  >,
) {
  const { clock, log, store } = parts
  const sent = createReportsSent(store)
  const sendReport = createSendReport(parts)
  const lease = createLease({ redis: store.redis, key: store.keys.shared('reports:lease'), milliseconds: LEASE })
  const pausedUntil = new Map<string, number>()

  async function due(): Promise<DueReport[]> {
    const now = clock.now()
    return (await reportsDue(parts)).filter(({ delivery }) => (pausedUntil.get(delivery.id) ?? 0) <= now)
  }

  return {
    isDue: async (): Promise<boolean> => (await reportsDue(parts)).length > 0,

    /** Sends the reports that are due. Rejects when a system outside has to be waited for. */
    async send(): Promise<void> {
      let waits: unknown
      // The last period that was sent is noted: a later one must not go before an earlier one.
      const heldUp = new Set<string>()
      // What is due is known only to who has the lease: another one may just have sent it.
      if (!(await lease.hold())) return
      try {
        await sent.keepOnly(deliveriesOf(parts.config().reports).map(({ id }) => id))
        for (const one of await due()) {
          if (heldUp.has(one.delivery.id)) continue
          try {
            if (!(await sendOne(one))) return
          } catch (error) {
            if (isRedisAway(error)) throw error
            heldUp.add(one.delivery.id)
            if (error instanceof OutsideError || error instanceof RunLater) waits ??= error
            else {
              log.error(
                { report: one.delivery.id, period: one.period.name, err: error },
                'a report could not be made or sent: it is tried again in ten minutes',
              )
              pausedUntil.set(one.delivery.id, clock.now() + PAUSE)
            }
          }
        }
      } finally {
        await lease.release().catch(() => undefined)
      }
      if (waits !== undefined) throw waits
    },
  }

  /** False where the lease was lost: making a report may take its time, and what comes then is done by whoever has it. */
  async function sendOne({ delivery, period, at }: DueReport): Promise<boolean> {
    const { id } = delivery
    if (!(await lease.hold())) return false
    const report = partOf(await parts.reports.make(delivery.report, period.name), delivery)
    const late = clock.now() - at > LATE ? at : undefined
    const url = parts.publicUrl && `${parts.publicUrl}/console/reports/${report.name}?period=${period.name}`
    const progress = await sent.progress(id, period.name, recipientsOf(delivery.to, id))
    const sending = { id, report, progress, messages: renderReport({ report, url, late }) }
    let failed: unknown
    for (const step of [sendReport.message, sendReport.rest]) {
      for (const to of progress.to) {
        if (!(await lease.hold())) return false
        try {
          await step(sending, to)
        } catch (error) {
          if (!(error instanceof OutsideError || error instanceof RunLater)) throw error
          failed ??= error
        }
      }
    }
    if (failed !== undefined) throw failed
    await tellOthers(report.name, period.name)
    await sent.sent(id, period.name)
    log.info({ report: id, period: period.name }, 'a report was sent')
    return true
  }

  async function tellOthers(name: string, period: string): Promise<void> {
    if (parts.mode === 'observe') return
    const url = parts.publicUrl && `${parts.publicUrl}/v1/reports/${name}?period=${period}`
    parts.hurry(await createWebhookOutbox(store).addReport({ name, period, url }, parts.config().webhooks, clock.now()))
  }

  /** Slack ids, each once: two names may be the same person. */
  function recipientsOf(names: readonly string[], report: string): string[] {
    const { team } = parts.config()
    const ids = names.flatMap((who) => {
      const to = readerOf(team, who)
      if (to === undefined)
        log.error({ report, to: who }, 'a report is for somebody who is not there: check reports.yaml and team.yaml')
      return to ?? []
    })
    return [...new Set(ids)]
  }
}
