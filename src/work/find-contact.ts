import { type Command, INDEX } from '../store/partitions.ts'
import { signalKey } from '../store/schema.ts'
import { GivenUp, type Handler, type Parts } from './parts.ts'

const TRY_AGAIN = 5 * 60_000
const GIVE_UP = 48 * 60 * 60_000
const KEEP = 30 * 24 * 60 * 60_000

/**
 * Gives signals that came with an email address to the contact that has it. A contact that does not exist yet is looked
 * for again for 48 hours; then the signals stand among the dead letters, and each goes 30 days after it came.
 */
export function createFindContact(
  parts: Pick<Parts, 'clock' | 'hubspot' | 'hurry' | 'inbox' | 'leads' | 'log' | 'store'>,
): Handler<{ addressKey: string }> {
  const { clock, inbox, leads, store } = parts

  return async function findContact({ addressKey }) {
    const { inbox: items, inboxCount } = await leads.read(addressKey)
    const now = clock.now()
    const signals = items.filter((item) => item.kind === 'signal')
    const email = signals.find((item) => item.email)?.email
    if (!email) return inbox.dropRead(addressKey, inboxCount)
    const leadId = await parts.hubspot.findContactByEmail(email)
    if (leadId) {
      const incoming = signals.map(({ signal, receivedAt }) => ({
        leadId,
        key: signalKey(signal.id),
        item: { kind: 'signal' as const, signal, receivedAt },
      }))
      await inbox.ingest(incoming, now)
      parts.hurry([{ index: INDEX.unread, id: leadId, at: now }])
      return inbox.dropRead(addressKey, inboxCount)
    }
    if (await leads.wasErased(addressKey, now)) return inbox.dropRead(addressKey, inboxCount)
    // They hold an address, so they are not kept for ever; they stand in the order in which they came.
    const tooOld = signals.filter(({ receivedAt }) => receivedAt <= now - KEEP).length
    if (tooOld > 0) await inbox.dropRead(addressKey, tooOld)
    if (tooOld === inboxCount) return
    const newest = Math.max(...signals.map((item) => item.receivedAt))
    const again: Command = ['ZADD', store.keys.index(addressKey, INDEX.addresses), now + TRY_AGAIN, addressKey]
    if (now - newest < GIVE_UP) return void (await store.commit([], [again]))
    parts.log.error(
      { lead: addressKey, signals: signals.length - tooOld },
      'no contact has the email address of these signals: they are kept among the dead letters for 30 days',
    )
    throw new GivenUp('no contact has this email address')
  }
}
