import type { RenderedMessage } from '../messages/alert.ts'
import { isRefused } from '../platform/errors.ts'
import type { LiveMessage, LiveMessages } from '../store/live-messages.ts'
import { type Parts, RunLater } from './parts.ts'

// Longer than it takes to look for a message and to send it.
const BUSY = 15_000
// Until then it is most likely there, and only has to be brought up to date.
const SOON = 2_000

/** Whom a live message is for, how urgent it is, and what it says; null of one that says nothing any more. */
export interface Showing {
  to: string
  priority: number
  message: RenderedMessage
}

/**
 * Sends a live message, or brings it up to what it says now; resolves with where Slack has it. What may have been sent is looked for
 * first. One that Slack can no longer update is sent anew, and the old one deleted, for it may show who was erased since.
 */
export function createShowLive({ clock, slack }: Pick<Parts, 'clock' | 'slack'>, live: LiveMessages) {
  return async function showLive(id: string, { place }: LiveMessage, { to, priority, message }: Showing) {
    if (place) {
      await slack.turnToUpdate()
      const isUpdated = await slack.update(place.channel, place.ts, message).then(
        () => true,
        (error) => {
          if (isRefused(error)) return false
          throw error
        },
      )
      if (isUpdated) {
        await live.shown(id, place, clock.now())
        return place
      }
      await slack.remove(place.channel, place.ts).catch((error) => {
        if (!isRefused(error)) throw error
      })
      await live.forgetPlace(id)
    }
    const channel = await slack.channelFor(to, priority)
    await slack.turn(channel, priority)
    const now = clock.now()
    const begun = await live.claim(id, now, now + BUSY)
    if (begun === false) throw new RunLater(SOON)
    try {
      const key = `${id}@${begun}`
      const found = await slack.find(channel, key, begun)
      if (found) await slack.update(found.channel, found.ts, message)
      const sent = found ?? (await slack.post(channel, key, message))
      const { ts } = sent
      await live.shown(id, { channel: sent.channel, ts }, clock.now())
      return { channel: sent.channel, ts }
    } catch (error) {
      await live.release(id)
      throw error
    }
  }
}
