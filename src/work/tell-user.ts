import { renderAnswer } from '../messages/answers.ts'
import { isRefused } from '../platform/errors.ts'
import type { AnswerName } from '../store/answers.ts'
import { INDEX } from '../store/partitions.ts'
import type { Handler, Parts } from './parts.ts'

/** Answers one user privately: why this score, or why a click did nothing. */
export function createTellUser(
  parts: Pick<Parts, 'clock' | 'config' | 'leads' | 'log' | 'slack' | 'store'>,
): Handler<{ id: string; handoffId: string; channel: string; user: string; what: AnswerName }> {
  const { store } = parts

  return async function tellUser({ id, handoffId, channel, user, what }) {
    const found = await parts.leads.findHandoff(handoffId)
    const about = found && { handoff: found.handoff, lead: found.state.lead }
    const message = renderAnswer(parts.config(), what, about, parts.clock.now())
    try {
      // What was clicked in no channel is answered in the user's conversation with Baton.
      await parts.slack.tellPrivately(await parts.slack.channelFor(channel), user, message)
    } catch (error) {
      if (!isRefused(error)) throw error
      parts.log.warn({ channel, code: error.code }, 'a private answer could not be shown')
    }
    await store.commit([], [['ZREM', store.keys.index(id, INDEX.answers), id]])
  }
}
