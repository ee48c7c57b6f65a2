import type { Notice } from '../handoffs/notice.ts'
import type { Team } from '../handoffs/team.ts'
import { managersInLine, slackIdOf } from '../leads/recipients.ts'
import { renderNotice } from '../messages/notice.ts'
import { isRefused, type OutsideError } from '../platform/errors.ts'
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
    const { lead } = await parts.leads.get(notice.lead)
    const isGone = notice.what !== 'rep-left' && notice.what !== 'channel-refused' && !lead
    let refusal: OutsideError | undefined
    for (const to of isGone ? [] : readers(team, notice)) {
      try {
        refusal = undefined
        const channel = await slack.channelFor(to, PRIORITY)
        const outsider = notice.what === 'owned-elsewhere' ? await parts.hubspot.ownerName(notice.owner) : undefined
        await slack.turn(channel, PRIORITY)
        await claim(id)
        const known = await slack.find(channel, id, notice.at)
        if (!known) await slack.post(channel, id, renderNotice(team, notice, lead, outsider))
        break
      } catch (error) {
        if (!isRefused(error)) throw error
        refusal = error
        await store.redis.hdel(store.keys.post(id), 'until')
        parts.log.error(
          { lead: notice.lead, notice: notice.what, code: error.code },
          'Slack refuses a message to a manager: the next in line hears of it. Check team.yaml',
        )
      }
    }
    // Nobody could be told: it is tried again as a dead letter.
    if (refusal) throw refusal
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

// In order; the next where Slack does not reach the one before.
function readers(team: Team, notice: Notice): string[] {
  const line = managersInLine(team, notice.pool).flatMap((who) => slackIdOf(team, who) ?? [])
  return notice.what === 'came-back' && notice.to !== undefined ? [notice.to, ...line] : line
}
