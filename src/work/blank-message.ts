import { ERASED } from '../messages/render.ts'
import { isRefused } from '../platform/errors.ts'
import { blankEntry } from '../store/erase.ts'
import { INDEX } from '../store/partitions.ts'
import type { Handler, Parts } from './parts.ts'

/** Takes the content out of a Slack message whose lead was erased. */
export function createBlankMessage(
  parts: Pick<Parts, 'slack' | 'store'>,
): Handler<{ leadId: string; channel: string; ts: string }> {
  const { slack, store } = parts

  return async function blankMessage({ leadId, channel, ts }) {
    await slack.turnToUpdate()
    try {
      await slack.update(channel, ts, ERASED)
    } catch (error) {
      // A message that is gone already holds nothing either.
      if (!isRefused(error)) throw error
    }
    await store.commit([], [['ZREM', store.keys.index(leadId, INDEX.blanks), blankEntry(leadId, { channel, ts })]])
  }
}
