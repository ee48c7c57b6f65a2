import type { HubSpot } from '../hubspot/client.ts'
import type { Clock } from '../platform/clock.ts'
import type { Logger } from '../platform/log.ts'
import type { LeadStore } from '../store/leads.ts'
import type { Store } from '../store/partitions.ts'
import { signalKey } from '../store/schema.ts'
import type { JobRequest } from './table.ts'

const TRY_AGAIN = 5 * 60_000
const GIVE_UP = 48 * 60 * 60_000
const DEAD_SECONDS = 30 * 24 * 60 * 60

/**
 * Gives signals that came with an email address to the contact that has it. A contact that does not exist yet is
 * looked for again for 48 hours; then the signals go to the dead letters.
 */
export function createResolveEmail(parts: {
  clock: Clock
  store: Store
  leads: LeadStore
  hubspot: HubSpot
  log: Logger
  kick: (jobs: JobRequest[]) => void
}) {
  const { leads, store, clock } = parts
  return async function resolveEmail(key: string): Promise<void> {
    const { inbox } = await leads.read(key)
    const signals = inbox.items.filter((item) => item.kind === 'signal')
    const email = signals.find((item) => item.email)?.email
    const now = clock.now()
    const leadId = email ? await parts.hubspot.findContactByEmail(email) : null
    if (leadId) {
      const incoming = signals.map(({ signal, receivedAt }) => ({
        leadId,
        key: signalKey(signal.id),
        item: { kind: 'signal' as const, signal, receivedAt },
      }))
      await leads.ingest(incoming, now)
      await store.commit([], leads.writes.readInbox(key, inbox.count))
      parts.kick([{ name: 'process-lead', payload: { leadId } }])
      return
    }
    const newest = Math.max(...signals.map((item) => item.receivedAt))
    if (signals.length > 0 && now - newest < GIVE_UP) {
      await store.commit([], [['ZADD', store.keys.index(key, 'unread'), now + TRY_AGAIN, key]])
      return
    }
    parts.log.error(
      { lead: key, signals: signals.length },
      'no contact has the email address of these signals: they are kept among the dead letters',
    )
    await store.commit(
      [],
      [
        ['ZREM', store.keys.index(key, 'unread'), key],
        ['ZADD', store.keys.index(key, 'dead'), now, `unread:${key}`],
        // They hold an address, so they are not kept for ever.
        ['EXPIRE', store.keys.inbox(key), DEAD_SECONDS],
      ],
    )
  }
}
