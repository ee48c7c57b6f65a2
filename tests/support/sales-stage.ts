import { createStage, type Stage, type StageOptions } from './stage.ts'

/** Config files by which nothing happens but what routes to sales do: no trigger, and no other kind of handoff. */
export const SALES_ALONE = {
  'triggers.yaml': 'triggers: {}\n',
  'handoffs.yaml': `handoffs:
  mql-to-sales:
    respondWithin: 1h
    hours: business
    ladder: [ { at: 1h, do: remind }, { at: 2h, do: reassign }, { at: 4h, do: alert-manager } ]
  mql-to-sales-tier-1:
    respondWithin: 5m
    hours: business
    ladder: [ { at: 5m, do: remind }, { at: 2h, do: reassign }, { at: 4h, do: alert-manager } ]
attempts: { count: 3, within: 5bd, then: { nurture: signal-based } }
comesBack: { points: 20 }
`,
  // The reports of config/ name triggers and handoffs that are not there.
  'reports.yaml': 'dataQuality: { sample: 20 }\n',
}

/** A stage on which nothing happens but what routes to sales do; files of its own are laid over that. */
export function createSalesStage(options: StageOptions = {}): Promise<Stage> {
  return createStage({ ...options, files: { ...SALES_ALONE, ...options.files } })
}
