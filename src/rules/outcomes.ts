import type { RepFilter } from './rep-filter.ts'
import type { Stage } from './stages.ts'

/*
 * What rules can have done about a lead, whatever rule says so: a trigger, a button, a step, the end of a handoff.
 */

/**
 * Who gets a handoff. `owner`: whoever owns that record in HubSpot, `else` where it has none or one that Baton does not know;
 * `person`: a rep, manager or person of team.yaml; `managerOf`: the manager of a pool, or of whoever has the contact
 * (`owner`); `lastWith`: who held its last handoff of one of these kinds.
 */
export type Party =
  | { pool: string; reps?: RepFilter | undefined }
  | { person: string }
  | { owner: 'contact' | 'company' | 'deal'; else?: Party | undefined }
  | { managerOf: string; else?: Party | undefined }
  | { lastWith: string[]; else?: Party | undefined }

/** A button in a message that tells of something: it opens a handoff of that kind. */
export interface OpenButton {
  open: string
  label?: string | undefined
}

/**
 * One thing to do about a lead. `tell`: somebody hears of it, by a name of team.yaml or by who they are to the lead
 * (`RECIPIENTS`); `enrol`: a nurture track takes over, `for` so many milliseconds or `until` a signal; `pause` and `resume`:
 * every track; `set`: properties in HubSpot; `open`: a handoff begins; `archive`: nothing is done about the lead until it
 * does something new; `stage`: it is in that stage now; `note`: a note on the contact in HubSpot.
 */
export type Outcome =
  | { do: 'tell'; who: string; buttons: OpenButton[] }
  | { do: 'enrol'; track: string; for?: number | undefined; until?: string | undefined }
  | { do: 'pause' }
  | { do: 'resume' }
  | { do: 'set'; properties: Record<string, string> }
  | { do: 'open'; kind: string; to?: Party | undefined }
  | { do: 'archive' }
  | { do: 'stage'; stage: Stage }
  | { do: 'note'; text: string }

/** Whom a rule can tell by what they are to the lead: whose contact, company or deal it is, who has it now, their manager. */
export const RECIPIENTS = ['owner', 'company-owner', 'deal-owner', 'holder', 'host', 'manager'] as const
