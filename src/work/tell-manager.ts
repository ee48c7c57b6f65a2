import type { Notice } from '../handoffs/notice.ts'
import type { Team } from '../handoffs/team.ts'
import { renderNotice } from '../messages/notice.ts'
import { managerOf } from '../messages/render.ts'
import { isRefused } from '../platform/errors.ts'
import { type Command, INDEX } from '../store/partitions.ts'
import { type Handler, type Parts, RunLater } from './parts.ts'

const PRIORITY = 1
// Longer than it takes to look for a message and to send it.
const BUSY = 15_000

/** Tells a manager, or the person whom it concerns, something once, in a message that no handoff follows. It is looked for first: an earlier try may have sent it. */
export function createTellManager(
  parts: Pick<Parts, 'clock' | 'config' | 'hubspot' | 'leads' | 'log' | 'slack' | 'store'>,
): Handler<{ id: string; notice: Notice }> {
  const { clock, slack, store } = parts

  return async function tellManager({ id, notice }) {
    const { team } = parts.config()
    const to = recipient(team, notice)
    const { lead } = await parts.leads.get(notice.lead)
    const isGone = notice.what !== 'rep-left' && !lead
    try {
      if (to && !isGone) {
        const channel = await slack.channelFor(to, PRIORITY)
        const outsider = notice.what === 'owned-elsewhere' ? await parts.hubspot.ownerName(notice.owner) : undefined
        await slack.turn(channel, PRIORITY)
        await claim(id)
        const known = await slack.find(channel, id, notice.at)
        if (!known) await slack.post(channel, id, renderNotice(team, notice, lead, outsider))
      }
    } catch (error) {
      if (!isRefused(error)) throw error
      parts.log.error(
        { lead: notice.lead, notice: notice.what, code: error.code },
        'Slack refuses a message to a manager: check team.yaml',
      )
    }
    await store.commit(
      [],
      [
        ['ZREM', store.keys.index(id, INDEX.notices), id],
        ['DEL', store.keys.post(id)],
      ],
    )
  }

  // Two workers would each look, find nothing and send it.
  async function claim(id: string): Promise<void> {
    const key = store.keys.post(id)
    const now = clock.now()
    const claimed: Buffer | '' = (await store.redis.hgetBuffer(key, 'until')) ?? ''
    const isFree = Number(claimed.toString()) <= now
    const commands: Command[] = [
      ['HSET', key, 'until', now + BUSY],
      ['PEXPIRE', key, 4 * BUSY],
    ]
    if (!isFree || !(await store.commit([{ key, field: 'until', value: claimed }], commands))) throw new RunLater(BUSY)
  }
}

function recipient(team: Team, notice: Notice): string | undefined {
  if (notice.what === 'came-back' && notice.to !== undefined) return notice.to
  return managerOf(team, notice.pool)
}
