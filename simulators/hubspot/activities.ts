// What leads and reps do in the simulated HubSpot, and what HubSpot counts of it on the contact.

import type { Links } from './links.ts'
import type { EngagementType, ObjectType } from './object-types.ts'
import type { CrmRecord } from './record.ts'
import type { RecordStore } from './records.ts'
import type { Owner } from './routes.ts'

/** A form that a known contact sends. */
export interface SubmittedForm {
  name: string
  /** The title of the page that the form stands on. */
  page?: string | undefined
  /** When it was sent, in epoch milliseconds; now when absent. */
  at?: number | undefined
  /** Fields of the form, which change properties of the contact. */
  properties?: Record<string, string> | undefined
  /** Tells nobody, not even of the fields. */
  silent?: boolean | undefined
}

/** A call, message, meeting, note or task that is logged with a contact. */
export interface Activity {
  type: 'call' | 'meeting' | 'email' | 'communication' | 'note' | 'task'
  /** Who acted: a rep, or the lead (an incoming call or mail, a meeting that it booked). */
  by: 'rep' | 'lead'
  /** Whose activity it is; the contact's owner when absent. */
  ownerId?: string | undefined
  /** When it happened, in epoch milliseconds; now when absent. It is logged now. */
  at?: number | undefined
  /** Of a communication; WHATS_APP when absent. */
  channel?: 'WHATS_APP' | 'SMS' | 'LINKEDIN_MESSAGE' | undefined
  /**
   * Not documented: whether histories and events of what HubSpot counts name the person who logged it, or HubSpot (the
   * default).
   */
  countedBy?: 'person' | 'hubspot' | undefined
  silent?: boolean | undefined
}

/** How each activity is kept: its object type, and how HubSpot's first-engagement properties name it (COMMUNICATION is assumed). */
const KEPT: Record<Activity['type'], { objects: EngagementType; engagement: string | undefined }> = {
  call: { objects: 'calls', engagement: 'CALL' },
  meeting: { objects: 'meetings', engagement: 'MEETING_EVENT' },
  email: { objects: 'emails', engagement: 'EMAIL' },
  communication: { objects: 'communications', engagement: 'COMMUNICATION' },
  note: { objects: 'notes', engagement: undefined },
  task: { objects: 'tasks', engagement: 'TASK' },
}

// HubSpot's words: a visit ends after half an hour without a view.
const VISIT_ENDS_AFTER = 30 * 60_000

/** What activities are kept in. */
export interface ActivityParts {
  stores: Record<ObjectType, RecordStore>
  links: Links
  owners: Map<string, Owner>
  now: () => number
}

/** What leads and reps can do. */
export function createActivities({ stores, links, owners, now }: ActivityParts) {
  const { contacts } = stores

  /** Counts a contact attempt or another activity on the contact, as HubSpot does whoever acted. */
  function counted(contact: CrmRecord, at: string, attempt: boolean): Record<string, string> {
    const one = (name: string) => String(Number(contact.properties[name] ?? 0) + 1)
    const attempts = {
      num_contacted_notes: one('num_contacted_notes'),
      notes_last_contacted: latest(contact, 'notes_last_contacted', at),
    }
    return {
      num_notes: one('num_notes'),
      notes_last_updated: latest(contact, 'notes_last_updated', at),
      ...(attempt ? attempts : {}),
    }
  }

  function submitForm(contactId: string, { name, page, at = now(), properties = {}, silent }: SubmittedForm): void {
    const contact = contacts.live(contactId)
    const [title, date] = [page === undefined ? name : `${page}: ${name}`, new Date(at).toISOString()]
    const first: Record<string, string> = contact.properties.first_conversion_date
      ? {}
      : { first_conversion_event_name: title, first_conversion_date: date }
    // A form that is told of late is not the last one.
    const last = date >= (contact.properties.recent_conversion_date ?? '')
    contact.forms.add(name)
    const unique = Math.max(contact.forms.size, Number(contact.properties.num_unique_conversion_events ?? 0))
    const counts = {
      num_conversion_events: String(Number(contact.properties.num_conversion_events ?? 0) + 1),
      num_unique_conversion_events: String(unique),
      ...(last ? { recent_conversion_event_name: title, recent_conversion_date: date } : {}),
      ...{ hs_last_sales_activity_timestamp: latest(contact, 'hs_last_sales_activity_timestamp', date), ...first },
    }
    contacts.update(contact.id, { ...properties, ...counts }, { by: 'form', at, silent })
  }

  function viewPage(contactId: string, url: string, { at = now(), silent }: { at?: number; silent?: boolean } = {}) {
    const { id, properties } = contacts.live(contactId)
    const last = properties.hs_analytics_last_timestamp
    const isOn = last !== undefined && last !== null && at - Date.parse(last) < VISIT_ENDS_AFTER
    const plusOne = (name: string) => String(Number(properties[name] ?? 0) + 1)
    const date = new Date(at).toISOString()
    const visit = {
      hs_analytics_num_visits: plusOne('hs_analytics_num_visits'),
      hs_analytics_last_visit_timestamp: date,
    }
    const view = {
      hs_analytics_num_page_views: plusOne('hs_analytics_num_page_views'),
      hs_analytics_last_url: url,
      hs_analytics_last_timestamp: date,
    }
    contacts.update(id, { ...view, ...(isOn ? {} : visit) }, { by: 'hubspot', at, silent })
  }

  function logActivity(contactId: string, activity: Activity): string {
    const { type, by, at = now(), countedBy = 'hubspot', silent } = activity
    const contact = contacts.live(contactId)
    const { properties: own } = contact
    const ownerId = activity.ownerId ?? own.hubspot_owner_id ?? undefined
    const date = new Date(at).toISOString()
    const userId = ownerId === undefined ? undefined : owners.get(ownerId)?.userIdIncludingInactive
    const { objects, engagement } = KEPT[type]
    const engaged = {
      hs_timestamp: date,
      ...(ownerId === undefined ? {} : { hubspot_owner_id: ownerId }),
      ...(by === 'rep' && userId !== undefined ? { hs_created_by_user_id: String(userId) } : {}),
      ...particulars(activity),
    }
    const { id } = stores[objects].create(engaged, { by: 'person', userId, silent })
    links.link({ type: 'contacts', id: contact.id }, { type: objects, id })

    const attempt = type !== 'note' && type !== 'task'
    const assigned = own.hubspot_owner_assigneddate ?? ''
    const ofOwner = own.hubspot_owner_id != null && own.hubspot_owner_id === ownerId && date >= assigned
    const engages = by === 'rep' && engagement !== undefined
    const first = {
      hs_sa_first_engagement_date: date,
      hs_sa_first_engagement_object_type: engagement ?? '',
      hs_sa_first_engagement_descr: engagement ?? '',
      ...(assigned ? { hs_time_to_first_engagement: String(at - Date.parse(assigned)) } : {}),
    }
    const lastOfLead = { hs_last_sales_activity_timestamp: latest(contact, 'hs_last_sales_activity_timestamp', date) }
    const changes = {
      ...counted(contact, date, attempt),
      ...(engages && ofOwner && !own.hs_sa_first_engagement_date ? first : {}),
      ...(by === 'rep' && attempt && !own.hs_first_outreach_date ? { hs_first_outreach_date: date } : {}),
      ...(by === 'lead' ? lastOfLead : {}),
      ...(by === 'lead' && type === 'email' ? { hs_sales_email_last_replied: date } : {}),
      ...(type === 'meeting' ? { engagements_last_meeting_booked: date, hs_latest_meeting_activity: date } : {}),
    }
    contacts.update(contact.id, changes, { by: countedBy === 'person' ? 'person' : 'hubspot', userId, silent })
    return id
  }

  /** A chat counts as a contact attempt whoever began it, and is a conversation: none of the engagement objects. */
  function logChat(contactId: string, { at = now(), silent }: { at?: number; silent?: boolean } = {}): void {
    const contact = contacts.live(contactId)
    contacts.update(contact.id, counted(contact, new Date(at).toISOString(), true), { by: 'hubspot', silent })
  }

  return { submitForm, viewPage, logActivity, logChat }
}

/** The later of two instants in ISO 8601: one of now and what the contact has. */
function latest(contact: CrmRecord, name: string, date: string): string {
  return [date, contact.properties[name] ?? ''].sort()[1] ?? date
}

/** The properties from which a reader tells who acted. */
function particulars({ type, by, channel = 'WHATS_APP' }: Activity): Record<string, string> {
  const rep = by === 'rep'
  if (type === 'call') return { hs_call_direction: rep ? 'OUTBOUND' : 'INBOUND' }
  if (type === 'email') return { hs_email_direction: rep ? 'EMAIL' : 'INCOMING_EMAIL' }
  if (type === 'meeting') return { hs_meeting_source: rep ? 'CRM_UI' : 'MEETINGS_PUBLIC' }
  return type === 'communication' ? { hs_communication_channel_type: channel, hs_communication_logged_from: 'CRM' } : {}
}
