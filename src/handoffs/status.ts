import type { Ending } from './endings.ts'
import type { Handoff } from './handoff.ts'

/** Where a clock stands, as the CRM shows it. */
export const SLA_STATUSES = ['none', 'waiting', 'running', 'responded', 'breached'] as const
export type SlaStatus = (typeof SLA_STATUSES)[number]

/** Where a handoff stands, as the API shows it. A breached one also stands in one of these. */
export const HANDOFF_STATUSES = ['waiting', 'open', 'responded', 'closed'] as const
export type HandoffStatus = (typeof HANDOFF_STATUSES)[number]

/** The clock's state for the CRM: breached as soon as the deadline has passed, also when the response came later. */
export function slaStatus(handoff: Handoff | undefined): SlaStatus {
  if (!handoff) return 'none'
  const orBreached = (status: SlaStatus) => (handoff.breachedAt === undefined ? status : 'breached')
  switch (handoff.state) {
    case 'waiting':
      return 'waiting'
    case 'open':
      return orBreached('running')
    case 'answered':
      return orBreached('responded')
    case 'ended':
      return handoff.answered && handoff.ended?.how !== 'returned' ? orBreached('responded') : 'none'
  }
}

// The answer stands: the lead was reached, or taken on.
const TAKEN_ON: readonly Ending[] = ['done', 'qualified', 'accepted']

/** Where it stands in the API's words: one whose answer was not taken back counts as responded. */
export function handoffStatus({ state, answered, ended }: Handoff): HandoffStatus {
  switch (state) {
    case 'waiting':
    case 'open':
      return state
    case 'answered':
      return 'responded'
    case 'ended':
      return answered && ended && TAKEN_ON.includes(ended.how) ? 'responded' : 'closed'
  }
}
