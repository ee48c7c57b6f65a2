import type { CrmNote } from '../handoffs/crm-note.ts'
import type { Handoff } from '../handoffs/handoff.ts'
import type { Post } from '../handoffs/posts.ts'
import type { Change, LeadState, NextConfig } from './change.ts'
import { knownAfterRead } from './compared.ts'
import { withConsent } from './consent.ts'
import type { HistoryEntry } from './history.ts'
import type { LeadRecord } from './lead.ts'
import type { Contact } from './observe.ts'
import { changedProperties, crmProperties } from './properties.ts'
import { clearsOwner } from './release.ts'

/** What has changed so far while one input is worked out; `change` makes the whole of it. */
export interface Draft {
  /** A handoff that changed or began. */
  put(handoff: Handoff): void
  /** Every handoff as it is by now. */
  handoffs(): Handoff[]
  post(...posts: Post[]): void
  note(entry: HistoryEntry): void
  /** A note on the contact in HubSpot. */
  crmNote(note: CrmNote): void
  change(lead: LeadRecord | undefined, more?: Partial<Change>): Change
}

/** Begins a change of a lead; with a contact that was just read, what it shows is what HubSpot is known to have. */
export function draftOf(config: NextConfig, state: LeadState, contact?: Contact): Draft {
  const known = contact ? knownAfterRead(config.hubspot.properties, state, contact) : state.written
  const changed = new Map<string, Handoff>()
  const posts: Post[] = []
  const history: HistoryEntry[] = []
  const crmNotes: CrmNote[] = []
  const handoffs = () => Object.values({ ...state.handoffs, ...Object.fromEntries(changed) })
  return {
    put: (handoff) => void changed.set(handoff.id, handoff),
    handoffs,
    post: (...more) => void posts.push(...more),
    note: (entry) => void history.push(entry),
    crmNote: (note) => void crmNotes.push(note),
    change(lead, more = {}) {
      const after = lead ?? state.lead
      return {
        ...(lead ? { lead } : {}),
        handoffs: [...changed.values()],
        posts,
        history,
        ...(crmNotes.length > 0 ? { crmNotes } : {}),
        ...(known === state.written ? {} : { shown: known }),
        toWrite: after !== null && isBehind(config, after, handoffs(), known),
        ...more,
      }
    },
  }
}

/** What HubSpot should say of a lead, with its newest handoff with sales. */
export function wantedProperties(config: NextConfig, lead: LeadRecord, handoffs: Handoff[]): Record<string, string> {
  const sales = handoffs.filter(({ byRoute }) => byRoute).sort((a, b) => a.startedAt - b.startedAt)
  const owners = Object.values(config.team.reps).map((rep) => [rep.id, rep.hubspotOwnerId])
  const names = config.hubspot.properties
  const wanted = crmProperties(lead, sales.at(-1), names, Object.fromEntries(owners), handoffs)
  if (clearsOwner(lead)) wanted.hubspot_owner_id ??= ''
  return withConsent(config, lead, wanted)
}

function isBehind(config: NextConfig, lead: LeadRecord, handoffs: Handoff[], written: Record<string, string>): boolean {
  if (lead.missingSince !== undefined || lead.mergedInto !== undefined) return false
  const wanted = wantedProperties(config, lead, handoffs)
  return Object.keys(changedProperties(wanted, written, config.hubspot.properties)).length > 0
}
