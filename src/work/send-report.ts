import { chartAlt, chartPng } from '../charts/chart.ts'
import type { RenderedMessage } from '../messages/alert.ts'
import type { ReportMessages } from '../messages/report.ts'
import { isRefused, OutsideError } from '../platform/errors.ts'
import type { Report } from '../reports/report.ts'
import { idPart } from '../store/live-messages.ts'
import type { ReportProgress } from '../store/reports-sent.ts'
import { type Parts, RunLater } from './parts.ts'

/** A report on its way to its people: `id` is its delivery. */
export interface SendingReport {
  id: string
  report: Report
  messages: ReportMessages
  progress: ReportProgress
}

/** Where Slack has a message. */
interface Place {
  channel: string
  ts: string
}

const PRIORITY = 0
// What was shared shows in its thread only after a moment.
const SETTLING = 15_000
// A picture that does not go up by then does not go up; its text has long been read.
const TRIED_FOR = 60 * 60_000

/**
 * Sends a report to one of its people: first its message and what is told on its own, then the thread with its pictures. Every step
 * is noted before and after, so that whoever goes on after a crash looks into Slack before repeating one.
 */
export function createSendReport(parts: Pick<Parts, 'clock' | 'log' | 'metrics' | 'slack'>) {
  const { clock, log, slack } = parts
  // What was said in the log already.
  const said = new Set<string>()

  return { message, rest }

  /** The message, and findings that are told on their own. Whom Slack refuses is left out, and said in the log. */
  async function message(sending: SendingReport, to: string): Promise<void> {
    const { messages, progress } = sending
    if (progress.step(`text:${to}`)?.refused) return
    try {
      const channel = await slack.channelFor(to, PRIORITY)
      await post(sending, `text:${to}`, channel, keyOf(sending), messages.message)
      for (const { id, message } of messages.alerts)
        await post(sending, `alert:${id}:${to}`, channel, `${keyOf(sending)}/alert/${idPart(id)}`, message)
    } catch (error) {
      if (!isRefused(error)) throw error
      const { code } = error
      await progress.note(`text:${to}`, { at: clock.now(), refused: code })
      parts.metrics.unreached.inc({ reader: 'report', code })
      log.error(
        { report: sending.id, to, code },
        'Slack refuses a report: check who gets it in reports.yaml, and that Baton is in the channel',
      )
    }
  }

  /** What stands in the thread. */
  async function rest(sending: SendingReport, to: string): Promise<void> {
    const { messages, progress, report } = sending
    const text = progress.step(`text:${to}`)
    if (text?.ts === undefined) return
    const { ts } = text
    const channel = await slack.channelFor(to, PRIORITY)
    for (const [at, reply] of messages.thread.entries())
      await post(sending, `thread:${at}:${to}`, channel, `${keyOf(sending)}/${at + 1}`, reply, ts)
    for (const chart of report.charts) {
      const step = `chart:${chart.id}:${to}`
      try {
        await picture(sending, step, chart, { channel, ts })
      } catch (error) {
        const isOver = clock.now() - text.at > TRIED_FOR
        if (error instanceof RunLater || (!isRefused(error) && !isOver)) throw error
        await leaveOut(sending, step, error)
      }
    }
  }

  async function post(
    { progress }: SendingReport,
    step: string,
    channel: string,
    key: string,
    rendered: RenderedMessage,
    thread?: string,
  ): Promise<void> {
    const before = progress.step(step)
    if (before?.ts !== undefined) return
    const now = clock.now()
    const found = before && (await look(channel, key, before.at, thread))
    if (!found) {
      await progress.note(step, { at: before?.at ?? now })
      await slack.turn(channel, PRIORITY)
    }
    const { ts } = found || (await slack.post(channel, key, rendered, thread))
    await progress.note(step, { at: now, ts })
  }

  // Where it may not look it may write all the same: better twice than not at all.
  async function look(channel: string, key: string, since: number, thread?: string): Promise<Place | null> {
    try {
      if (thread === undefined) return await slack.find(channel, key, since)
      const { keys } = await slack.thread(channel, thread)
      return keys.has(key) ? { channel, ts: thread } : null
    } catch (error) {
      if (isRefused(error)) return null
      throw error
    }
  }

  async function picture(
    sending: SendingReport,
    step: string,
    chart: Report['charts'][number],
    { channel, ts }: Place,
  ): Promise<void> {
    const { progress, report } = sending
    const before = progress.step(step)
    if (before?.ts !== undefined || before?.refused !== undefined) return
    const name = `${report.name}-${report.period.name}-${idPart(chart.id)}.png`
    const now = clock.now()
    if (before) {
      if ((await slack.thread(channel, ts)).files.has(name)) return progress.note(step, { at: now, ts })
      if (now - before.at < SETTLING) throw new RunLater(SETTLING)
    }
    const data = await chartPng(chart).catch((error) => leaveOut(sending, step, error))
    if (!data) return
    await slack.turn(channel, PRIORITY)
    await progress.note(step, { at: now })
    await slack.upload(channel, ts, { name, title: chart.title, alt: chartAlt(chart), data: new Uint8Array(data) })
    await progress.note(step, { at: now, ts })
  }

  // The text stands alone. Each cause is said once.
  async function leaveOut({ id, progress }: SendingReport, step: string, error: unknown): Promise<void> {
    const code = error instanceof OutsideError ? error.code : 'not-drawn'
    await progress.note(step, { at: clock.now(), refused: code })
    if (said.has(code)) return
    said.add(code)
    const [err, why] =
      error instanceof OutsideError
        ? [{}, WORDS[code] ?? 'Slack does not take it']
        : [{ err: error }, 'it could not be drawn']
    log.warn({ report: id, code, ...err }, `a report goes without a picture: ${why}`)
  }
}

const WORDS: Record<string, string> = {
  missing_scope: 'the Slack app lacks the scope files:write; add it, and install the app again',
  not_in_channel: 'Baton is not in the channel; invite it',
}

function keyOf({ id, report }: SendingReport): string {
  return `report/${id}/${report.period.name}`
}
