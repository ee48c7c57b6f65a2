import { valueToFill } from '../leads/fill-value.ts'
import { isInHubSpot } from '../leads/lead.ts'
import { isRefused } from '../platform/errors.ts'
import { factCommands } from '../store/commit.ts'
import { INDEX } from '../store/partitions.ts'
import { createQualityLists, type Done, type Fill, type readFill } from '../store/quality-lists.ts'
import type { Handler, Parts } from './parts.ts'

/**
 * Fills in a value into HubSpot that somebody wants there: only where the property is still empty at that moment, for a value that is
 * there is somebody's word. Once: what was filled in before it could be noted is seen in HubSpot.
 */
export function createFillIn(
  parts: Pick<Parts, 'clock' | 'config' | 'hubspot' | 'hurry' | 'leads' | 'store'>,
): Handler<NonNullable<ReturnType<typeof readFill>>> {
  const { clock, hubspot, leads, store } = parts
  const lists = createQualityLists(store)

  return async function fillIn({ leadId, listId, attribute }) {
    const row = (await lists.read(listId))?.rows.find((one) => one.leadId === leadId)
    const fill = row?.fills?.find((one) => one.attribute === attribute)
    const wanted = row?.done[attribute]
    const { lead } = await leads.get(leadId)
    if (fill && wanted?.what === 'filling' && lead && isInHubSpot(lead)) {
      const came = await write(leadId, fill)
      const now = clock.now()
      const done: Done = { what: came.what, by: wanted.by, at: now, ...(came.code ? { code: came.code } : {}) }
      const isNoted = await lists.note(listId, leadId, attribute, done, (before) => before?.what === 'filling')
      if (isNoted && came.what === 'filled') {
        const about = {
          at: now,
          lead: lead.pseudonym,
          rule: attribute,
          source: fill.source,
          config: parts.config().version,
        }
        // Read again at once, so that rules know it as HubSpot has it.
        await store.commit(
          [],
          [
            ...factCommands(store.keys, leadId, [{ type: 'filled', ...about }], parts.config().retention, now),
            ['ZADD', store.keys.index(leadId, INDEX.unread), 'LT', now, leadId],
          ],
        )
        parts.hurry([{ index: INDEX.unread, id: leadId, at: now }])
      }
      const messages = await lists.touch(listId, now)
      parts.hurry(messages.map((id) => ({ index: INDEX.qualityLists, id, at: now })))
    }
    await store.commit([], [['ZREM', store.keys.index(leadId, INDEX.fills), `${leadId}-fill~${listId}~${attribute}`]])
  }

  async function write(leadId: string, { property, value }: Fill): Promise<{ what: Done['what']; code?: string }> {
    const text = valueToFill(await hubspot.optionsOf(property), value)
    if (text === undefined) return { what: 'refused', code: 'none of its options says it' }
    const contact = await hubspot.readContact(leadId)
    if (!contact || 'movedTo' in contact) return { what: 'there' }
    const present = (contact.properties[property] ?? '').trim()
    if (present !== '') return { what: present === text ? 'filled' : 'there' }
    try {
      const [refused] = await hubspot.writeContact(leadId, { [property]: text })
      return refused ? { what: 'refused', code: refused.code } : { what: 'filled' }
    } catch (error) {
      if (!isRefused(error)) throw error
      return { what: 'refused', code: error.code }
    }
  }
}
