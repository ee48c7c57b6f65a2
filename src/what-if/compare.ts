import type { Config } from '../config/config.ts'
import type { Decision, Standing } from '../leads/decision.ts'
import type { KeptDecision } from '../leads/history.ts'
import { replayKept } from '../leads/next.ts'
import { lastOwnAct } from '../leads/silence.ts'
import type { Attributes } from '../rules/attributes.ts'
import { attributesOf } from '../rules/condition.ts'

/** A decision that was made, as the old rules make it again and as the other ones would have made it. */
export interface Compared {
  past: KeptDecision
  was: Decision
  becomes: Decision
}

/** A decision that the old rules do not make again, and why. */
export interface NotReproduced {
  past: KeptDecision
  why: string
}

/** What decisions are compared by: the config of a version, or why there is none; the other config; what it knows of the lead. */
export interface Comparison {
  configOf: (version: string) => Config | string
  after: Config
  /** The lead's attributes under the other config, which may read more than the one that decided. */
  attributesUnder: (before: Config, past: KeptDecision) => Attributes
}

/**
 * Makes a lead's decisions again, oldest first, each as of its own time: by the config that made it, and by the other. Whether
 * sales has the lead follows what each of the two decided before; what people said of it stands under both.
 */
export function compareLead(
  id: string,
  { configOf, after, attributesUnder }: Comparison,
  decisions: readonly KeptDecision[],
): { compared: Compared[]; failed: NotReproduced[] } {
  const compared: Compared[] = []
  const failed: NotReproduced[] = []
  let held: { before: boolean; after: boolean } | undefined
  for (const past of decisions) {
    const before = configOf(past.config)
    const was = typeof before === 'string' ? before : again(before, id, past)
    const why = typeof was === 'string' ? was : differenceOf(was, past)
    const had = isHeldAfter(past)
    if (typeof before === 'string' || typeof was === 'string' || why !== null) {
      failed.push({ past, why: why ?? 'it cannot be computed again' })
      held = { before: had, after: had }
      continue
    }
    const standing = underOthers(after, past, held)
    const becomes =
      before.version === after.version && standing === past.standing
        ? was
        : again(after, id, { ...past, standing, attributes: attributesUnder(before, past) })
    if (typeof becomes === 'string') {
      failed.push({ past, why: `the other config: ${becomes}` })
      held = { before: had, after: had }
      continue
    }
    compared.push({ past, was, becomes })
    held = { before: had, after: isHeldAfter(becomes) }
  }
  return { compared, failed }
}

// An older release may have kept what this one cannot compute with.
function again(config: Config, id: string, past: KeptDecision): Decision | string {
  try {
    return replayKept(config, id, past) ?? 'it cannot be computed again'
  } catch (error) {
    return `it cannot be computed again: ${(error as Error).message}`
  }
}

/** In what a decision comes out otherwise than it was kept; null when it is the same. */
function differenceOf({ score, route, action }: Decision, past: KeptDecision): string | null {
  const names = [
    score.fit.points === past.fit ? '' : 'fit',
    score.engagement.points === past.engagement ? '' : 'engagement',
    score.total === past.score ? '' : 'score',
    score.band === past.band ? '' : 'band',
    route.route === past.route ? '' : 'route',
    action === past.action ? '' : 'action',
  ].filter(Boolean)
  return names.length === 0 ? null : `this release computes otherwise: ${names.join(', ')}`
}

function isHeldAfter({ action }: Pick<Decision, 'action'>): boolean {
  return action === 'assign' || action === 'stay-with-sales'
}

/** What stood for a lead, had the other rules decided before. */
function underOthers(
  after: Config,
  { standing, signals, at }: KeptDecision,
  held: { before: boolean; after: boolean } | undefined,
): Standing {
  const followed = !held || held.before === held.after ? standing : withSales(standing, held.after)
  // That other rules think more of an old contact is nothing that it did.
  const adopted = followed.adopted ? { ...followed, adopted: { band: 'hot' } } : followed
  if (adopted.quietSince !== undefined || !asksForSilence(after)) return adopted
  const quietSince = lastOwnAct(after, { signals, properties: {} }, at)
  return quietSince === undefined ? adopted : { ...adopted, quietSince }
}

// Whom sales never got, it has not reached in vain either.
function withSales(standing: Standing, has: boolean): Standing {
  if (has) return standing.withSales ? standing : { ...standing, withSales: true }
  const { comesBack: _, resting: __, restsIn: ___, ...rest } = standing
  return { ...rest, withSales: false }
}

const asked = new WeakMap<Config, boolean>()

function asksForSilence(config: Config): boolean {
  const known = asked.get(config)
  if (known !== undefined) return known
  const asks = config.routing.routes.some(({ when }) => when && attributesOf(when).includes('quiet'))
  asked.set(config, asks)
  return asks
}
