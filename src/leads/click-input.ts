import type { Handoff } from '../handoffs/handoff.ts'
import type { Reserved } from './assign.ts'
import type { LeadState, NextConfig } from './change.ts'
import type { LeadRecord } from './lead.ts'

/** What somebody does to a handoff of a lead, with what a form said of it. `now` is epoch milliseconds. */
export interface ClickInput {
  config: NextConfig
  state: LeadState
  lead: LeadRecord
  handoff: Handoff
  by: string
  now: number
  reserved: Reserved
}
