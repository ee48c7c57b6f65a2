import type { Notice } from '../handoffs/notice.ts'
import { renderNotice } from '../messages/notice.ts'
import { managerOf } from '../messages/render.ts'
import { OutsideError } from '../platform/errors.ts'
import { INDEX } from '../store/partitions.ts'
import type { Handler, Parts } from './parts.ts'

const PRIORITY = 1

/** Tells a manager, or the person whom it concerns, something once, in a message that no handoff follows. It is looked for first: an earlier try may have sent it. */
export function createTellManager(
  parts: Pick<Parts, 'config' | 'leads' | 'log' | 'slack' | 'store'>,
): Handler<{ id: string; notice: Notice }> {
  const { slack, store } = parts

  return async function tellManager({ id, notice }) {
    const { team } = parts.config()
    const to = (notice.what === 'came-back' ? notice.to : undefined) ?? managerOf(team, notice.pool)
    const { lead } = await parts.leads.get(notice.lead)
    const isGone = notice.what !== 'rep-left' && !lead
    try {
      if (to && !isGone) {
        const channel = await slack.channelFor(to, PRIORITY)
        await slack.turn(channel, PRIORITY)
        const known = await slack.find(channel, id, notice.at)
        if (!known) await slack.post(channel, id, renderNotice(team, notice, lead))
      }
    } catch (error) {
      if (!(error instanceof OutsideError) || error.kind !== 'refused') throw error
      parts.log.error({ pool: notice.pool, code: error.code }, 'Slack refuses a message to a manager: check team.yaml')
    }
    await store.commit([], [['ZREM', store.keys.index(id, INDEX.notices), id]])
  }
}
