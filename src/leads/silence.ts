import type { Signal } from '../rules/attributes.ts'
import { attributesOf } from '../rules/condition.ts'
import type { NextConfig } from './change.ts'
import type { LeadRecord } from './lead.ts'
import { readInstant } from './observe.ts'

/** What tells whether a lead is quiet: the types of signals, and the properties in which HubSpot dates what it did. */
export interface SilenceConfig {
  signals: NextConfig['signals']
  hubspot: { activity: string[] }
}

/** Whether a signal is something that the lead did out of interest: what our own people did is not, nor is a mere open. */
export function isOwnAct({ signals }: Pick<SilenceConfig, 'signals'>, { type, by }: Signal): boolean {
  const known = Object.hasOwn(signals, type) ? signals[type] : undefined
  return by !== 'sales' && known?.by !== 'sales' && known?.endsSilence !== false
}

/** When the lead last did something itself, in epoch milliseconds: by its signals, and by what HubSpot dates. */
export function lastOwnAct(
  config: SilenceConfig,
  { signals, properties }: Pick<LeadRecord, 'signals' | 'properties'>,
  now: number,
): number | undefined {
  const acts = signals.flatMap((signal) => (isOwnAct(config, signal) ? [signal.session?.until ?? signal.at] : []))
  const dated = config.hubspot.activity.flatMap((name) => readInstant(properties[name]) ?? [])
  const known = [...acts, ...dated].filter((at) => at <= now)
  return known.length > 0 ? Math.max(...known) : undefined
}

/**
 * Since when a lead is quiet: since its last own act, and never from before Baton came to know it, so that a portal of old
 * contacts is not quiet all at once.
 */
export function quietSince(
  config: SilenceConfig,
  lead: Pick<LeadRecord, 'signals' | 'properties'>,
  knownSince: number,
  now: number,
): number {
  return Math.max(lastOwnAct(config, lead, now) ?? knownSince, knownSince)
}

/** The same for what stands for a lead when it is routed: only where some route asks about silence. */
export function quietForRoutes(
  config: SilenceConfig & Pick<NextConfig, 'routing'>,
  lead: Pick<LeadRecord, 'signals' | 'properties'>,
  known: Pick<LeadRecord, 'knownSince'> | null,
  now: number,
): { quietSince?: number } {
  const isAsked = config.routing.routes.some(({ when }) => when && attributesOf(when).includes('quiet'))
  return isAsked ? { quietSince: quietSince(config, lead, known?.knownSince ?? now, now) } : {}
}
