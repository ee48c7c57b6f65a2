import type { CrmNote } from '../handoffs/crm-note.ts'
import { alertOnItsWay } from '../handoffs/delivery.ts'
import { byAge, type Handoff } from '../handoffs/handoff.ts'
import type { Post } from '../handoffs/posts.ts'
import { endedByArchive } from './archive.ts'
import type { Change, LeadState, NextConfig } from './change.ts'
import { knownAfterRead } from './compared.ts'
import { withConsent } from './consent.ts'
import { answersToWrite } from './forms.ts'
import type { HistoryEntry } from './history.ts'
import { isInHubSpot, type LeadRecord } from './lead.ts'
import type { Contact, Properties } from './observe.ts'
import type { Telling } from './outcomes.ts'
import { changedProperties, crmProperties, WRITING } from './properties.ts'
import { clearsOwner } from './release.ts'
import { tell } from './tell.ts'

/** What has changed so far while one input is worked out; `change` makes the whole of it. */
export interface Draft {
  /** A handoff that changed or began. */
  put(handoff: Handoff): void
  /** Every handoff as it is by now. */
  handoffs(): Handoff[]
  post(...posts: Post[]): void
  note(entry: HistoryEntry): void
  /** Somebody is to hear of it; each reader hears of all of it once. */
  tell(tells: readonly Telling[], event: Event): void
  /** A note on the contact in HubSpot. */
  crmNote(note: CrmNote): void
  /** HubSpot shows these values of properties that Baton is to write. */
  shows(values: Record<string, string>): void
  change(lead: LeadRecord | undefined, more?: Partial<Change>): Change
}

/**
 * What people are told of. `now` is epoch milliseconds; `newsAt`: when the newest thing happened that came in for the lead, absent
 * of an event of its own, such as a click or a rung. `company`: as it was just read.
 */
interface Event {
  now: number
  newsAt?: number
  company?: Properties | null
  /** The owner id of its newest deal. */
  dealOwner?: string | undefined
}

/** Begins a change of a lead; with a contact that was just read, what it shows is what HubSpot is known to have. */
export function draftOf(config: NextConfig, state: LeadState, contact?: Contact): Draft {
  let known = contact ? knownAfterRead(config.hubspot.properties, state, contact) : state.written
  const changed = new Map<string, Handoff>()
  const posts: Post[] = []
  const history: HistoryEntry[] = []
  const crmNotes: CrmNote[] = []
  const tellings: { tells: readonly Telling[]; event: Event }[] = []
  const handoffs = () => Object.values({ ...state.handoffs, ...Object.fromEntries(changed) })
  return {
    put: (handoff) => void changed.set(handoff.id, handoff),
    handoffs,
    post: (...more) => void posts.push(...more),
    note: (entry) => void history.push(entry),
    crmNote: (note) => void crmNotes.push(note),
    tell: (tells, event) => void (tells.length > 0 && tellings.push({ tells, event })),
    shows(values) {
      if (Object.keys(values).length > 0 && !(WRITING in known)) known = { ...known, ...values }
    },
    change(given, more = {}) {
      const lead = withTold(withoutWork(given))
      const after = lead ?? state.lead
      noteAlerts()
      return {
        ...(lead ? { lead } : {}),
        handoffs: [...changed.values()],
        posts,
        history,
        ...(crmNotes.length > 0 ? { crmNotes } : {}),
        ...(known === state.written ? {} : { shown: known }),
        toWrite: after !== null && isBehind(config, after, handoffs(), known),
        ...(lead && wantsRead(lead) ? { refresh: true } : {}),
        ...more,
      }
    },
  }

  function noteAlerts(): void {
    for (const { kind, handoffId } of posts) {
      const handoff = kind === 'rep-alert' ? handoffs().find(({ id }) => id === handoffId) : undefined
      if (handoff) changed.set(handoffId, alertOnItsWay(handoff))
    }
  }

  // Of a lead that is archived now every handoff ends without a word, and nothing wakes it.
  function withoutWork(lead: LeadRecord | undefined): LeadRecord | undefined {
    if (!lead?.archived || state.lead?.archived) return lead
    const over = endedByArchive(handoffs(), lead.archived.at)
    for (const handoff of over) changed.set(handoff.id, handoff)
    const kept = posts.filter(({ handoffId }) => !over.some(({ id }) => id === handoffId))
    posts.splice(0, posts.length, ...kept)
    history.push({
      at: lead.archived.at,
      what: 'archived',
      reason: `${lead.archived.by.what} ${lead.archived.by.name}`,
    })
    return { ...lead, wakeAt: null, fadesAt: null }
  }

  // All of it together, once it is known who has the lead and which alerts go out.
  function withTold(given: LeadRecord | undefined): LeadRecord | undefined {
    const lead = given ?? state.lead
    const [first] = tellings
    if (!first || !lead) return given
    const tells = tellings.flatMap((one) => one.tells)
    const newsAt = Math.max(...tellings.map(({ event }) => event.newsAt ?? Number.POSITIVE_INFINITY))
    const { now, company, dealOwner } = first.event
    const input = {
      config,
      state,
      lead,
      handoffs: handoffs(),
      posts,
      contact: contact?.properties,
      company,
      dealOwner,
      now,
    }
    const said = tell(input, { tells, newsAt })
    posts.push(...said.posts)
    return { ...lead, told: said.told }
  }
}

/** What HubSpot should say of a lead, with its newest handoff with sales. */
export function wantedProperties(config: NextConfig, lead: LeadRecord, handoffs: Handoff[]): Record<string, string> {
  const sales = handoffs.filter(({ byRoute }) => byRoute).sort(byAge)
  const people = [...Object.values(config.team.people), ...Object.values(config.team.reps)]
  const owners = people.flatMap(({ id, hubspotOwnerId }) => (hubspotOwnerId ? [[id, hubspotOwnerId]] : []))
  const names = config.hubspot.properties
  const own = crmProperties(lead, sales.at(-1), names, Object.fromEntries(owners), handoffs)
  if (clearsOwner(lead)) own.hubspot_owner_id ??= ''
  return { ...withConsent(config, lead, own), ...answersToWrite(lead) }
}

// What rules ask for outside of a read of the contact is done by the next one.
function wantsRead(lead: LeadRecord): boolean {
  return (lead.toOpen ?? lead.toSet) !== undefined && isInHubSpot(lead)
}

function isBehind(config: NextConfig, lead: LeadRecord, handoffs: Handoff[], written: Record<string, string>): boolean {
  if (!isInHubSpot(lead)) return false
  const wanted = wantedProperties(config, lead, handoffs)
  return Object.keys(changedProperties(wanted, written, config.hubspot.properties)).length > 0
}
