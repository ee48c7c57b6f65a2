import { slackIdOf } from '../leads/recipients.ts'
import type { RenderedMessage } from '../messages/alert.ts'
import { renderStuck, type StuckLine } from '../messages/stuck.ts'
import { isRefused } from '../platform/errors.ts'
import { createStuckLists } from '../store/stuck-lists.ts'
import { CHANGED_MEANWHILE, type Handler, type Parts, RunLater } from './parts.ts'

const PRIORITY = 1
// Longer than it takes to look for a message and to send it.
const BUSY = 15_000

/** Sends a list of stuck leads, or brings its message up to what became of them. */
export function createTellStuck(
  parts: Pick<Parts, 'clock' | 'config' | 'leads' | 'log' | 'portalId' | 'slack' | 'store'>,
): Handler<{ listId: string }> {
  const { clock, slack } = parts
  const lists = createStuckLists(parts.store)

  return async function tellStuck({ listId }) {
    const { team, handoffs } = parts.config()
    const list = await lists.read(listId)
    const to = list && slackIdOf(team, list.summary.to)
    if (list && to) {
      try {
        await send(to)
      } catch (error) {
        if (!isRefused(error)) throw error
        parts.log.error(
          { list: listId, code: error.code },
          'Slack refuses the list of stuck leads: check stuck in handoffs.yaml',
        )
      }
    }
    if (!(await lists.settle(listId, list))) throw new RunLater(CHANGED_MEANWHILE)

    async function send(slackId: string): Promise<void> {
      if (!list) return
      const { place, summary } = list
      const channel = place?.channel ?? (await slack.channelFor(slackId, PRIORITY))
      if (place) await slack.turnToUpdate()
      else await slack.turn(channel, PRIORITY)
      if (!place && !(await lists.claim(listId, clock.now(), clock.now() + BUSY))) throw new RunLater(BUSY)
      const known = place ?? (await slack.find(channel, listId, summary.at))
      const message = renderStuck({
        ...{ id: listId, count: summary.count, at: summary.at, after: handoffs.stuck?.after ?? 0 },
        ...{ lines: await linesOf(list.rows), portalId: parts.portalId() },
      })
      if (known) await update(known, message)
      if (!place) await lists.placed(listId, known ?? (await slack.post(channel, listId, message)))
    }
  }

  // Slack edits it no longer, and it may show who was erased since: then it goes.
  async function update({ channel, ts }: { channel: string; ts: string }, message: RenderedMessage): Promise<void> {
    await slack.update(channel, ts, message).catch(async (error) => {
      if (!isRefused(error)) throw error
      parts.log.warn({ channel, code: error.code }, 'the list of stuck leads can no longer be updated: it is deleted')
      await slack.remove(channel, ts)
    })
  }

  async function linesOf(rows: NonNullable<Awaited<ReturnType<typeof lists.read>>>['rows']): Promise<StuckLine[]> {
    const states = await Promise.all(rows.map(({ leadId }) => parts.leads.get(leadId)))
    return rows.flatMap(({ leadId: _, ...row }, at) => {
      const lead = states[at]?.lead
      return lead && lead.mergedInto === undefined ? [{ lead, ...row }] : []
    })
  }
}
