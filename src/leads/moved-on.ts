import { endHandoff, type Handoff, isHeld } from '../handoffs/handoff.ts'
import type { Attributes, Signal } from '../rules/attributes.ts'
import { STAGES, type Stage } from '../rules/stages.ts'
import type { NextConfig } from './change.ts'
import { STAGES_OF_SALES } from './lead.ts'
import { answered, asksForContact, endAnswered } from './people.ts'
import { furthest } from './stages.ts'
import { movedBy, type News } from './starts.ts'

/*
 * What our own people move a lead to by something else than its stage in HubSpot, such as a deal that is won or lost: the handoff
 * with sales follows it at once, before that stage stands in HubSpot.
 */

/** Where such news moves a lead, and since when; undefined when it moves nothing. `cameFrom`: its stage before. */
export interface Move {
  to: Stage
  cameFrom: Stage
  at: number
}

/** The move that is in the news; the lead's own signals are no word of ours. */
export function moveOf(config: NextConfig, cameFrom: Stage, news: News, now: number): Move | undefined {
  const ours = news.signals.filter(({ by }) => by === 'sales')
  const to = movedBy(config, { signals: ours, status: news.status })
  const isBack = to === 'recycled' && (cameFrom === 'sql' || cameFrom === 'opportunity')
  const isOn = to !== undefined && isOfSales(to) && to !== cameFrom && furthest(cameFrom, to) === to
  if (to === undefined || !(isBack || isOn)) return undefined
  const byThese = ours.filter((signal: Signal) => movedBy(config, { signals: [signal] }) === to)
  return { to, cameFrom, at: Math.min(now, ...byThese.map(({ at }) => at)) }
}

/**
 * The handoff with sales after a move: one that wants contact is answered by it and over, for sales goes on with the lead; where
 * the lead goes back to nurture any is over. The same one when it stays.
 */
export function movedOn(config: NextConfig, handoff: Handoff, { to, cameFrom, at }: Move, now: number): Handoff {
  if (!handoff.byRoute || !isHeld(handoff)) return handoff
  if (to === 'recycled') return endHandoff(handoff, { at: now, how: 'recycled' }) ?? handoff
  if (isOfSales(cameFrom) || !asksForContact(config, handoff)) return handoff
  const answer = { at: Math.max(handoff.startedAt, at), how: 'seen-in-hubspot', evidence: 'history' } as const
  return endAnswered(answered(config, handoff, answer) ?? handoff, { at: now, how: 'qualified' })
}

/** The attributes as they are once HubSpot shows the stage of a move: what conditions ask, such as `done` of a kind. */
export function withStageShown(attributes: Attributes, { to }: Move): Attributes {
  const value = STAGES[to]
  const { lifecycleStage } = attributes
  return value === null
    ? attributes
    : { ...attributes, lifecycleStage: { source: 'hubspot', ...lifecycleStage, value } }
}

function isOfSales(stage: Stage): boolean {
  return STAGES_OF_SALES.includes(STAGES[stage] ?? '')
}
