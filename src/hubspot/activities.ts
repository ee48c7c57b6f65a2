import type { Client } from '@hubspot/api-client'
import { ACTIVITY_TYPES, type Activities, type Activity, type ActivityType } from '../leads/change.ts'
import { readInstant } from '../leads/observe.ts'
import { isRefused, OutsideError } from '../platform/errors.ts'
import { type BatchAnswer, resultsOf, rowsOf } from './answers.ts'
import { createLoader } from './batches.ts'
import { type Call, permittedBy } from './call.ts'

/*
 * What people and leads did, by HubSpot's own records of it: their ids by association, then the properties that say who
 * acted and when. What was said in them is not read. A type that the app may not read is left out and named.
 */

/** The properties of each type that say who acted. */
const WHO: Record<ActivityType, string[]> = {
  calls: ['hs_call_direction', 'hs_call_status'],
  emails: ['hs_email_direction'],
  meetings: ['hs_meeting_source', 'hs_meeting_created_from_link_id', 'hs_meeting_outcome'],
  communications: ['hs_communication_channel_type'],
}
const WHEN = ['hs_timestamp', 'hs_createdate', 'hs_created_by_user_id', 'hubspot_owner_id']

// A contact may have thousands of mails; ids rise, and only the newest can be an answer to a clock that runs.
const NEWEST = 25
// So long a type that was refused is not asked for again, in milliseconds: a scope is granted by hand.
const REFUSED_FOR = 60_000

/** Ids that a contact is associated with; `paged` when there are more than one answer holds. */
interface Associated {
  ids: string[]
  paged: boolean
}

interface Gaps {
  errors?: { category?: string; subCategory?: unknown }[]
}

/** Thrown inside a batch when the app may not read a type; no failure of HubSpot. */
class NotAllowed extends Error {}

/** Reads the activities of contacts. What is asked for at about the same time goes in one call for each type. */
export function createActivityReader({
  client,
  call,
  times,
}: {
  client: Client
  call: Call
  times: { quiet: number; busy: number; busyCrowd: number }
}) {
  const refusedAt = new Map<ActivityType, number>()
  const permitted = permittedBy(call, () => new NotAllowed())

  const readers = ACTIVITY_TYPES.map((type) => {
    const associations = createLoader<string, Associated>(times, async (ids) => {
      const answer = await permitted(`find ${type}`, () =>
        client.crm.associations.v4.batchApi.getPage('contacts', type, { inputs: ids.map((id) => ({ id })) }),
      )
      refuseGaps(answer as Gaps)
      return new Map(
        resultsOf(answer).map((row) => [
          row._from.id,
          { ids: row.to.map(({ toObjectId }) => String(toObjectId)), paged: row.paging?.next !== undefined },
        ]),
      )
    })
    const activities = createLoader<string, Activity>(times, async (ids) => {
      const answer = await permitted(`read ${type}`, () =>
        client.crm.objects.batchApi.read(type, {
          inputs: ids.map((id) => ({ id })),
          properties: [...WHEN, ...WHO[type]],
          propertiesWithHistory: [],
        }),
      )
      return rowsOf(answer as BatchAnswer<(typeof answer)['results'][number]>, (row) => [row.id, toActivity(type, row)])
    })

    return { type, read }

    /** Null when the app may not read this type, or not all of it is known. */
    async function read(contactId: string): Promise<Activity[] | null> {
      if (performance.now() - (refusedAt.get(type) ?? Number.NEGATIVE_INFINITY) < REFUSED_FOR) return null
      try {
        const associated = await associations.load(contactId)
        if (associated?.paged) return null
        const newest = (associated?.ids ?? []).sort((a, b) => Number(b) - Number(a)).slice(0, NEWEST)
        const rows = await Promise.all(newest.map((id) => activities.load(id)))
        return rows.flatMap((row) => row ?? [])
      } catch (error) {
        if (error instanceof NotAllowed) refusedAt.set(type, performance.now())
        else if (!isRefused(error)) throw error
        return null
      }
    }
  })

  /** The newest activities of a contact. Rejects with `OutsideError` when HubSpot does not answer. */
  return async function readActivities(contactId: string): Promise<Activities> {
    const all = await Promise.all(readers.map(async ({ type, read }) => ({ type, rows: await read(contactId) })))
    return {
      found: all.flatMap(({ rows }) => rows ?? []),
      unread: all.flatMap(({ type, rows }) => (rows === null ? [type] : [])),
    }
  }
}

function toActivity(
  type: ActivityType,
  { id, createdAt, properties }: { id: string; createdAt: Date; properties: Record<string, string | null> },
): Activity {
  const written = readInstant(properties.hs_createdate) ?? createdAt.getTime()
  return { type, id, at: readInstant(properties.hs_timestamp) ?? written, createdAt: written, properties }
}

// A contact without any is an error of its own in the answer; of one that could not be read nothing is known.
function refuseGaps(answer: Gaps): void {
  const gap = answer.errors?.find(({ category, subCategory }) => {
    return category !== 'OBJECT_NOT_FOUND' && !String(subCategory).includes('NO_ASSOCIATIONS_FOUND')
  })
  if (gap) throw new OutsideError('hubspot', 'unavailable', gap.category ?? 'unknown')
}
