import { managerIdOf, mayPress } from '../handoffs/buttons.ts'
import { type Handoff, holderOf } from '../handoffs/handoff.ts'
import { memberOf } from '../handoffs/parties.ts'
import { managersOf, type Team } from '../handoffs/team.ts'
import type { Click, NextConfig } from './change.ts'
import type { LeadRecord } from './lead.ts'

/*
 * Who may do what to a handoff. Whoever is no Slack user acts by a token, at the console or by the command line, whose own
 * scopes and roles have let them through.
 */

/** Whether somebody acts for those who run Baton: by a token of the API, at the console, or by the command line. */
export function isOperator(by: string): boolean {
  return by === 'cli' || /^(api|console):/.test(by)
}

/** Whether a Slack user manages a handoff: its pools' managers, or the one that it names. */
function managesHandoff(team: Team, handoff: Handoff, user: string): boolean {
  const pools = [handoff.pool, holderOf(handoff)?.pool ?? handoff.pool]
  const managers = [managerIdOf(team, handoff), ...pools.flatMap((name) => managersIn(team, name))]
  return managers.some((id) => id !== undefined && memberOf(team, id)?.slackUserId === user)
}

function managersIn({ pools }: Team, name: string): string[] {
  const pool = pools[name]
  return pool ? managersOf(pool) : []
}

/** Whether a Slack user is one of the managers. */
export function isManager({ managers }: Team, user: string): boolean {
  return Object.values(managers).some(({ slackUserId }) => slackUserId === user)
}

/**
 * Whether somebody may do this to a handoff. Reopening, releasing and giving it to a named rep are for its managers; an answer is
 * taken back by who gave it, the holder or a manager; who snoozes has the lead; the rest is for whoever sees its buttons.
 */
export function mayDo(
  { team, handoffs }: Pick<NextConfig, 'team' | 'handoffs'>,
  lead: LeadRecord | null,
  handoff: Handoff,
  by: string,
  does: Click,
): boolean {
  if (isOperator(by)) return true
  const manages = managesHandoff(team, handoff, by)
  const holds = memberOf(team, holderOf(handoff)?.rep ?? '')?.slackUserId === by
  if (does === 'reopen' || does === 'release' || (typeof does === 'object' && 'assign' in does)) return manages
  if (does === 'undo') return manages || holds || handoff.answered?.by === by
  if (does === 'snooze') return holds
  return mayPress(team, handoffs.kinds[handoff.kind], handoff, lead?.properties.hubspot_owner_id, by)
}
