import type { WhatIf } from '../../../src/what-if/result.ts'

const NONE = { before: 0, after: 0 }

/** A result of a hundred leads in which nothing has changed, but for what is given. */
export function result(more: Partial<WhatIf> = {}): WhatIf {
  return {
    config: { before: 'aaa', after: 'bbb', versions: [{ version: 'aaa', decisions: 120 }] },
    period: { from: '2026-10-01T00:00:00.000Z', to: '2026-11-18T00:00:00.000Z', since: null },
    leads: { stored: 100, sampled: 100, compared: 100 },
    decisions: { found: 120, reproduced: 120, notReproduced: [] },
    changes: { moved: 0, score: 0, band: 0, tier: 0, route: 0, pool: 0, rep: { direct: 0, knockOn: 0 }, mql: NONE },
    sales: { ...NONE, added: 0, addedConverted: 0, removed: 0, removedConverted: 0 },
    bands: [],
    routes: [],
    reps: [
      {
        rep: 'ae-1',
        decided: 0,
        leads: NONE,
        perWeek: NONE,
        busiestDay: { ...NONE, cap: null },
        busiestWeek: NONE,
        openNow: 0,
        hoursPerWeek: 40,
        busy: null,
        waiting: null,
        late: null,
      },
    ],
    weeks: [],
    answers: { minutes: null, known: 0 },
    rotation: { given: 0, same: 0, nobody: NONE },
    rules: [],
    largest: [],
    neverFired: { routes: [], fit: [], signals: [], profile: [] },
    unknown: [],
    mistakes: [],
    failed: [],
    ...more,
  }
}
