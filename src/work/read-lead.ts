import type { Input } from '../leads/change.ts'
import { triggerNote } from '../leads/triggers.ts'
import type { StoredLead } from '../store/leads.ts'
import { INDEX } from '../store/partitions.ts'
import { createSmokeTests } from '../store/smoke-tests.ts'
import { findAccount } from './find-account.ts'
import { gatherContact } from './gather.ts'
import { CHANGED_MEANWHILE, GivenUp, type Handler, type Parts, RunLater } from './parts.ts'
import { isBeingWritten } from './write-contact.ts'

/**
 * The main job: gather what is known of the lead, decide, commit all of it or nothing, and have the rest done. It goes on
 * while more comes in, so that two runs for one lead never overlap.
 */
export function createReadLead(
  parts: Pick<
    Parts,
    | 'apply'
    | 'clock'
    | 'config'
    | 'enrichment'
    | 'hubspot'
    | 'hurry'
    | 'inbox'
    | 'leads'
    | 'log'
    | 'metrics'
    | 'portalId'
    | 'store'
  >,
): Handler<{ leadId: string }> {
  const { clock, inbox, leads } = parts
  const smokeTests = createSmokeTests(parts.store)

  return async function readLead({ leadId }, _known, turn) {
    for (let more = true; more; ) more = await readOnce(leadId, turn)
  }

  async function readOnce(leadId: string, turn?: () => Promise<void>): Promise<boolean> {
    const config = parts.config()
    // The inbox first: what comes in after it was read is not taken off it, even if HubSpot's answer is older.
    const state = await leads.read(leadId)
    if (state.inboxCount === 0 && !(await isWanted(state))) return false
    // The one place in which leads come into being.
    if (!state.lead && (await leads.wasErased(leadId, clock.now()))) {
      await inbox.dropRead(leadId, state.inboxCount)
      return false
    }
    if (state.inbox.some((item) => item.kind === 'event' && item.event === 'privacyDeletion')) {
      await order(INDEX.erasures, leadId)
      return false
    }
    const { input, late } = await gather(state, turn)
    await turn?.()
    const applied = await parts.apply(config, state, input, clock.now())
    // Somebody changed the lead meanwhile, for example by a click: decide again on what is true now.
    const known = applied.outcome === 'committed' ? { known: applied.after } : {}
    parts.hurry(turn ? applied.waiting.map((one) => ({ ...one, last: true })) : applied.waiting, known)
    if (applied.outcome === 'conflict') throw new RunLater(CHANGED_MEANWHILE)
    if (applied.outcome === 'given-up') throw new GivenUp(applied.reason)
    if (applied.outcome === 'nothing') return false
    const { decision, history } = applied.change
    for (const { rule, what } of history.flatMap((entry) => triggerNote(entry) ?? []))
      parts.metrics.triggers.inc({ trigger: rule, outcome: what })
    const { handoffs } = applied.change
    if (handoffs.some((one) => one.byRoute && !one.formerly && !state.handoffs[one.id]))
      for (const attribute of applied.after.lead?.missing ?? []) parts.metrics.lacking.inc({ attribute })
    if (decision) parts.metrics.decisions.inc({ route: decision.route, action: decision.action })
    late
      ?.then((answers) => keepLate(leadId, answers))
      .catch((error) => parts.log.warn({ lead: leadId, err: error }, 'a late answer of a provider was lost'))
    return applied.more
  }

  // It may have been done since it was asked for; then HubSpot need not be.
  async function isWanted({ id, lead }: StoredLead): Promise<boolean> {
    if (lead?.wakeAt !== null && lead?.wakeAt !== undefined && lead.wakeAt <= clock.now()) return true
    return inbox.isWaiting(INDEX.unread, id)
  }

  async function gather(
    state: StoredLead,
    turn?: () => Promise<void>,
  ): Promise<{ input: Input; late: Promise<Record<string, string>> | null }> {
    const contact = await parts.hubspot.readContact(state.id, turn !== undefined)
    await turn?.()
    if (!contact || 'movedTo' in contact) return { input: { type: 'missing', ...contact }, late: null }
    const { gathered, late } = await gatherContact(
      parts,
      parts.config(),
      state,
      contact,
      clock.now(),
      turn !== undefined,
    )
    const account = await findAccount(parts, parts.config(), state, gathered, clock.now(), turn !== undefined)
    // What is known to be written starts anew with a merge: not while somebody writes.
    if (gathered.merging && isBeingWritten(state, clock.now())) throw new RunLater(CHANGED_MEANWHILE)
    const test = state.lead?.test ?? (await smokeTests.of(contact.properties.email))
    return { input: { type: 'contact', gathered: { ...gathered, account, test } }, late }
  }

  async function keepLate(leadId: string, answers: Record<string, string>): Promise<void> {
    if (await leads.keepLate(leadId, answers)) await order(INDEX.unread, leadId)
  }

  async function order(index: string, leadId: string): Promise<void> {
    const now = clock.now()
    await inbox.wait(index, leadId, now)
    parts.hurry([{ index, id: leadId, at: now }])
  }
}
