import type { Start } from '../handoffs/kinds.ts'
import type { Signal } from '../rules/attributes.ts'
import type { Party } from '../rules/outcomes.ts'
import type { Stage } from '../rules/stages.ts'
import { keyOf } from '../rules/texts.ts'
import type { NextConfig } from './change.ts'
import type { LeadRecord } from './lead.ts'
import type { Opening } from './outcomes.ts'
import { furthest } from './stages.ts'

/*
 * What starts a handoff by itself, each occasion once: what is new in this look at the lead, and nothing that was there when
 * Baton saw it first.
 */

/** What is new about a lead. */
export interface News {
  /** The signals that no decision has known. */
  signals: readonly Signal[]
  /** The stage that it reached just now. */
  stage?: Stage | undefined
  /** The lead status that was set in HubSpot since the last look. */
  status?: string | undefined
  /** A person has just taken it out. */
  out?: { unexplained: boolean } | undefined
}

/** A handoff that is to begin: of which kind, by what (`route`, as messages and facts call it), for whom, about which deal. */
export interface Starting {
  kind: string
  route: string
  to?: Party | undefined
  about?: string | undefined
  /** Whether it takes the place of another handoff with sales: what HubSpot or the lead shows does, what a rule opens does not. */
  takesOver: boolean
  /** What was said when another handoff ended, by which this one begins. */
  said?: { by?: string | undefined; reason?: string | undefined } | undefined
  /** Whom a person gave it to, on purpose. */
  assigned?: { rep: string; by: string } | undefined
  /** Nobody has said why the lead was taken out, by which it begins. */
  unexplained?: boolean | undefined
}

/** The handoffs that begin by news and by what rules open, in the order of the config: one of each kind, and one for each deal. */
export function startingOf(
  { handoffs }: Pick<NextConfig, 'handoffs'>,
  news: News,
  openings: readonly Opening[],
): Starting[] {
  return Object.entries(handoffs.kinds).flatMap(([kind, { starts }]): Starting[] => {
    const deals = dealStarts(starts, news.signals)
    if (deals.length > 0) return deals.map((deal) => ({ kind, takesOver: true, ...deal }))
    for (const start of starts) {
      const found = occasion(start, news)
      if (found) return [{ kind, takesOver: true, ...found }]
    }
    const opening = openings.find((one) => one.kind === kind)
    if (opening) {
      const { to, by, said, assigned } = opening
      // Its own start had it opened, by a click or a step.
      const isOwn = by.name === kind
      const isStage = by.what === 'handoff' && starts.some((start) => 'stage' in start && start.stage === by.name)
      const route = isOwn ? (starts.map(wordOf)[0] ?? kind) : by.name
      const more = { ...(to ? { to } : {}), ...(said ? { said } : {}), ...(assigned ? { assigned } : {}) }
      return [{ kind, route, takesOver: isOwn || isStage, ...more }]
    }
    return []
  })
}

/** The stage to which news moves a lead by `stages.yaml`; the furthest one, undefined when none does. */
export function movedBy({ moves }: Pick<NextConfig, 'moves'>, news: News): Stage | undefined {
  const to = moves
    .filter(({ when }) => when.some((start) => occasion(start, news) !== undefined || dealMoved([start], news.signals)))
    .map((move) => move.to)
  return to.length > 0 ? to.reduce(furthest) : undefined
}

function occasion(start: Start, news: News): Pick<Starting, 'route' | 'about' | 'unexplained'> | undefined {
  if ('signal' in start)
    return news.signals.some(({ type }) => type === start.signal) ? { route: start.signal } : undefined
  if ('stage' in start) return news.stage === start.stage ? { route: start.stage } : undefined
  if ('leadStatus' in start) {
    const { status } = news
    return status !== undefined && includes(start.leadStatus, status) ? { route: status } : undefined
  }
  if ('dealStage' in start) return undefined
  return news.out && { route: wordOf(start), unexplained: news.out.unexplained }
}

// What a start goes by in messages and facts.
function wordOf(start: Start): string {
  if ('signal' in start) return start.signal
  if ('stage' in start) return start.stage
  if ('leadStatus' in start) return start.leadStatus[0] ?? ''
  return 'dealStage' in start ? (start.dealStage[0] ?? '') : 'disqualified'
}

// Whether a deal went to one of these stages: that is news about each of its contacts.
function dealMoved(starts: readonly Start[], signals: readonly Signal[]): boolean {
  return signals.some((signal) => dealStage(starts, signal) !== undefined)
}

// Each deal has a handoff of its own, at the contact that stands for it. A stage that closes it in its pipeline is known by that
// as well, whatever the pipeline calls it.
function dealStarts(starts: readonly Start[], signals: readonly Signal[]): Pick<Starting, 'route' | 'about'>[] {
  return signals.flatMap((signal) => {
    const route = dealStage(starts, signal)
    return signal.deal?.main && route !== undefined ? [{ route, about: signal.detail }] : []
  })
}

function dealStage(starts: readonly Start[], { type, value, deal }: Signal): string | undefined {
  if (type !== DEAL_MOVED) return undefined
  const stages = starts.flatMap((start) => ('dealStage' in start ? start.dealStage : []))
  return [String(value ?? ''), deal?.closed ?? ''].find((stage) => includes(stages, stage))
}

/** The signal of a deal that went to another stage: `value` is the stage, `detail` the deal. */
const DEAL_MOVED = 'deal_stage_changed'

function includes(words: readonly string[], word: string): boolean {
  return words.some((one) => keyOf(one) === keyOf(word))
}

/** The kinds that begin when a person takes the lead out: that it is out does not end them. */
export function startsByDisqualification({ handoffs }: Pick<NextConfig, 'handoffs'>, kind: string): boolean {
  return handoffs.kinds[kind]?.starts.some((start) => 'disqualifiedBy' in start) ?? false
}

/**
 * The lead status that was set since the last look. Nothing at the first look, nor where the record was rebuilt or is older than
 * what it should say.
 */
export function statusSet(
  previous: Pick<LeadRecord, 'attributes' | 'readBy'> | null,
  attributes: LeadRecord['attributes'],
): string | undefined {
  if (!previous || previous.readBy === null) return undefined
  const [was, is] = [previous.attributes.leadStatus?.value, attributes.leadStatus?.value]
  return is !== undefined && is !== was ? String(is) : undefined
}
