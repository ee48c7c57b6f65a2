import type { Config } from '../../config/config.ts'
import { settleHandoff } from '../../handoffs/attempts.ts'
import type { Handoff } from '../../handoffs/handoff.ts'
import type { LeadRecord } from '../../leads/lead.ts'
import { rejectionText } from '../../leads/properties.ts'
import type { Clock } from '../../platform/clock.ts'
import { type HandoffChange, type Handoffs, releases } from '../../store/handoffs.ts'
import { followUps } from '../../work/follow-ups.ts'
import type { JobRequest } from '../../work/table.ts'

/** Settles handoffs by a person's word. Each resolves with false when somebody, or the clock, was faster. */
export function createSettle(parts: {
  clock: Clock
  config: () => Config
  handoffs: Handoffs
  kick: (jobs: JobRequest[]) => void
}) {
  type Decide = (handoff: Handoff, lead: LeadRecord, now: number) => HandoffChange | null

  async function settle(handoffId: string, what: string, by: string, decide: Decide): Promise<boolean> {
    const now = parts.clock.now()
    let before: Handoff | undefined
    const change = await parts.handoffs.change(handoffId, now, (handoff, lead) => {
      before = handoff
      const decided = decide(handoff, lead, now)
      return decided && { ...decided, history: { at: now, what, by } }
    })
    if (!change || !before) return false
    const { handoff } = change
    parts.kick(followUps(handoff.leadId, { handoff, released: releases(before, handoff) }, now))
    return true
  }

  function end(handoff: Handoff, ending: Parameters<typeof settleHandoff>[2]): { handoff: Handoff } | null {
    const ended = settleHandoff(parts.config(), handoff, ending)
    return ended && { handoff: ended }
  }

  return {
    /** The rep has contacted the lead: the clock stops. */
    contacted: (handoffId: string, by: string): Promise<boolean> =>
      settle(handoffId, 'contacted', by, (handoff, _lead, at) => end(handoff, { at, how: 'contacted', by })),

    /** The rep wants somebody else to take it: the ladder's worker looks for the next one at once. */
    passOn: (handoffId: string, by: string): Promise<boolean> =>
      settle(handoffId, 'pass-on', by, (handoff, _lead, at) =>
        handoff.status === 'open' && !handoff.passOn ? { handoff: { ...handoff, passOn: { by, at } } } : null,
      ),

    /** A person took the lead out; the reason goes to HubSpot, and the lead is not routed again. */
    disqualified(handoffId: string, by: string, choice: string, note: string | undefined): Promise<boolean> {
      const reason = rejectionText(choice, note)
      return settle(handoffId, 'disqualified', by, (handoff, lead, at) => {
        const ended = end(handoff, { at, how: 'disqualified', by, reason })
        return ended && { ...ended, lead: { ...lead, rejected: { by, reason, at }, lookAgainAt: null } }
      })
    },
  }
}
