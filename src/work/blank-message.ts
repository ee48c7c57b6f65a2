import { ERASED } from '../messages/render.ts'
import { isRefused } from '../platform/errors.ts'
import { blankEntry } from '../store/erase.ts'
import { INDEX } from '../store/partitions.ts'
import { GivenUp, type Handler, type Parts } from './parts.ts'

/** Takes the content out of a Slack message whose lead was erased; where Slack edits it no longer, the message is deleted. */
export function createBlankMessage(
  parts: Pick<Parts, 'slack' | 'store'>,
): Handler<{ leadId: string; channel: string; ts: string }> {
  const { slack, store } = parts

  return async function blankMessage({ leadId, channel, ts }) {
    await slack.turnToUpdate()
    try {
      await slack.empty(channel, ts, ERASED)
    } catch (error) {
      if (!isRefused(error)) throw error
      // The hourly try finds it gone once somebody has deleted it.
      throw new GivenUp(
        `Slack neither edits nor deletes message ${ts} in ${channel} of an erased lead (${error.code}): delete it by hand`,
      )
    }
    await store.commit([], [['ZREM', store.keys.index(leadId, INDEX.blanks), blankEntry(leadId, { channel, ts })]])
  }
}
