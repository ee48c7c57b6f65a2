import type { Config } from '../config/config.ts'
import { settleHandoff } from '../handoffs/attempts.ts'
import type { Handoff } from '../handoffs/handoff.ts'
import { nextDue, takeDueSteps, wantsAnotherRep } from '../handoffs/ladder.ts'
import type { HubSpot } from '../hubspot/client.ts'
import type { Clock } from '../platform/clock.ts'
import type { Logger } from '../platform/log.ts'
import { type Handoffs, releases } from '../store/handoffs.ts'
import type { LeadStore } from '../store/leads.ts'
import type { PoolLedger } from '../store/pools.ts'
import { afterFollowUp } from './after-follow-up.ts'
import { followUps } from './follow-ups.ts'
import { ladderPosts } from './posts.ts'
import { hasResponded } from './read-lead.ts'
import type { JobRequest } from './table.ts'
import { RunLater } from './worker.ts'

/** Takes what a handoff's ladder says is due: remind, reassign, tell the manager, or pass on at a rep's wish. */
export function createTakeDueSteps(parts: {
  config: () => Config
  clock: Clock
  leads: LeadStore
  handoffs: Handoffs
  pools: PoolLedger
  hubspot: HubSpot
  log: Logger
  kick: (jobs: JobRequest[]) => void
}) {
  return async function takeDue({ handoffId }: { handoffId: string }): Promise<void> {
    const config = parts.config()
    const now = parts.clock.now()
    let before: Handoff | undefined
    const reserved: { pool: string; assignmentId: string }[] = []
    const change = await attempt().finally(() => giveBack(handoffId, reserved))
    if (!change || !before) return
    const released = releases(before, change.handoff)
    const postIds = (change.posts ?? []).map((post) => post.id)
    parts.kick(followUps(change.handoff.leadId, { postIds, handoff: change.handoff, released }, parts.clock.now()))

    async function attempt() {
      return parts.handoffs.change(handoffId, now, async (handoff, lead) => {
        before = handoff
        const due = nextDue(handoff)
        if (due === null) return null
        // BullMQ wakes a timer by its host's clock, which may be ahead of the time that all agree on.
        if (due > now && !handoff.passOn) throw new RunLater(due - now)
        if (handoff.followUp)
          return afterFollowUp({ config, hubspot: parts.hubspot }, handoff, handoff.followUp, lead, now)
        if (!handoff.passOn && (await respondedInHubSpot(config, handoff))) {
          const ended = settleHandoff(config, handoff, { at: now, how: 'seen-in-hubspot' })
          return ended && { handoff: ended, history: { at: now, what: 'seen-in-hubspot' } }
        }
        const next = wantsAnotherRep(handoff, now) ? await anotherRep(config, handoff, now) : null
        if (next) reserved.push(next)
        const { handoff: after, notices } = takeDueSteps(handoff, now, next)
        return {
          handoff: after,
          posts: ladderPosts(after, notices),
          history: { at: now, what: 'ladder', steps: after.events.slice(handoff.events.length) },
        }
      })
    }
  }

  // A click, or another worker, was faster: a rep who was about to get the lead and did not is free again.
  async function giveBack(handoffId: string, reserved: { pool: string; assignmentId: string }[]): Promise<void> {
    if (reserved.length === 0) return
    const { record: handoff } = await parts.leads.readHandoff(handoffId)
    for (const { pool, assignmentId } of reserved) {
      const held = handoff?.status === 'open' && handoff.holders.some((holder) => holder.assignmentId === assignmentId)
      if (!held) await parts.pools.release(pool, assignmentId)
    }
  }

  async function anotherRep(config: Config, handoff: Handoff, now: number) {
    const assignmentId = `${handoff.id}-${handoff.holders.length + 1}`
    const hadIt = handoff.holders.map((holder) => holder.rep)
    const choice = await parts.pools.assign(config.team, { assignmentId, pool: handoff.pool, hadIt }, now)
    return choice.rep === null ? null : { rep: choice.rep, pool: choice.pool, assignmentId }
  }

  // A look before anybody is bothered. When HubSpot cannot be read the ladder goes on: a needless reminder is better
  // than a lead that nobody hears of.
  async function respondedInHubSpot(config: Config, handoff: Handoff): Promise<boolean> {
    try {
      const contact = await parts.hubspot.readContact(handoff.leadId)
      return contact !== null && (await hasResponded({ config, hubspot: parts.hubspot }, contact, handoff))
    } catch (error) {
      parts.log.warn(
        { handoff: handoff.id, err: error },
        'HubSpot could not be asked for a response: the ladder goes on',
      )
      return false
    }
  }
}
