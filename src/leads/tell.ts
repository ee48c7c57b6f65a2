import type { Notice } from '../handoffs/notice.ts'
import type { Team } from '../handoffs/team.ts'
import type { Telling } from './outcomes.ts'

/** The notices that tellings come to: each person hears of it once, whatever rules say so. */
export function noticesOf(team: Team, leadId: string, tells: readonly Telling[], now: number): Notice[] {
  const known = (who: string) => who in team.reps || who in team.managers || who in team.pools
  const to = new Set(tells.map(({ who }) => who).filter(known))
  return [...to].map((who) => {
    const own = tells.filter((telling) => telling.who === who)
    return {
      what: 'told',
      lead: leadId,
      to: who,
      because: own.map(({ by }) => by),
      opens: own.flatMap(({ buttons }) => buttons.map(({ open }) => open)),
      at: now,
    }
  })
}
