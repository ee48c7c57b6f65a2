import type { Config } from '../config/config.ts'
import type { Clock } from '../platform/clock.ts'
import { createHands } from '../store/by-rep.ts'
import { createFactStreams } from '../store/facts.ts'
import { createHandoffLists } from '../store/handoffs.ts'
import { createLeadIndex } from '../store/lead-index.ts'
import type { Leads } from '../store/leads.ts'
import type { Store } from '../store/partitions.ts'
import { createPastDecisions } from '../store/past-decisions.ts'
import type { Pools } from '../store/pools.ts'
import { createClockViews } from './clocks.ts'
import { createQualityViews } from './data-quality.ts'
import { createFactPages } from './facts.ts'
import { createHandoffPages } from './handoff-list.ts'
import { type ContactSearch, createLeadLists } from './leads.ts'
import { createPoolViews } from './pools.ts'
import { createRuleViews } from './rules.ts'
import { createTimelines } from './timeline.ts'
import { createWho } from './who.ts'

/** The views by which the API and the command line answer alike: leads, handoffs, pools, people, rules and facts. */
export function createViews(parts: {
  config: () => Config
  clock: Clock
  store: Store
  leads: Leads
  pools: Pools
  hubspot: (ContactSearch & { ownerOf?: (email: string) => Promise<string | null> }) | null
}) {
  const { store, leads, hubspot } = parts
  const hands = createHands(store)
  const facts = createFactStreams(store)
  const leadLists = createLeadLists({ index: createLeadIndex(store), leads, hubspot })
  const viewPools = createPoolViews({ ...parts, hands })
  return {
    leadLists,
    handoffPages: createHandoffPages({ lists: createHandoffLists(store, leads.readHandoff), leads }),
    timeline: createTimelines(parts),
    viewClocks: createClockViews({ hands, leads }),
    viewPools,
    who: createWho({
      ...parts,
      viewPools,
      hands,
      leadLists,
      ...(hubspot?.ownerOf ? { ownerOf: hubspot.ownerOf } : {}),
    }),
    viewRules: createRuleViews({ ...parts, past: createPastDecisions(store), facts }),
    factPages: createFactPages(facts),
    quality: createQualityViews(parts),
  }
}
