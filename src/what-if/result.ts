import { z } from 'zod'

const Both = z.object({ before: z.number(), after: z.number() })

/** What another config would have done: what the terminal, a pull request and the API show. Counts are of leads unless it is said. */
export const WhatIf = z
  .object({
    config: z.object({
      before: z.string().nullable().describe('the version that made most of the decisions'),
      after: z.string(),
      versions: z
        .array(z.object({ version: z.string(), decisions: z.number() }))
        .describe('every version that made some: each decision is compared with the one that made it'),
    }),
    period: z.object({
      from: z.string().nullable().describe('the first decision looked at'),
      to: z.string().nullable(),
      since: z.string().nullable().describe('what was asked for'),
    }),
    leads: z.object({
      stored: z.number(),
      sampled: z.number().describe('how many of them were looked at'),
      compared: z.number().describe('those with a decision that could be compared'),
    }),
    decisions: z.object({
      found: z.number(),
      reproduced: z.number().describe('the config that made them gives the same again'),
      notReproduced: z
        .array(z.object({ why: z.string(), decisions: z.number() }))
        .describe('left out of all that follows'),
    }),
    changes: z.object({
      moved: z.number().describe('the band or the route is another'),
      ...{ score: z.number(), band: z.number(), tier: z.number(), route: z.number(), pool: z.number() },
      rep: z.object({
        direct: z.number().describe('their own route, pool or wish is another'),
        knockOn: z.number().describe('only because the turns of others have moved'),
      }),
      mql: Both,
    }),
    sales: Both.extend({
      added: z.number(),
      addedConverted: z.number().describe('of the added, those that became SQL, opportunity or customer all the same'),
      removed: z.number(),
      removedConverted: z.number(),
    }).describe('leads that a rep gets'),
    bands: z.array(z.object({ from: z.string(), to: z.string(), leads: z.number() })),
    routes: z.array(z.object({ from: z.string(), to: z.string(), leads: z.number(), why: z.string() })),
    reps: z.array(
      z.object({
        rep: z.string(),
        decided: z.number().describe('how many they really got'),
        leads: Both,
        perWeek: Both,
        busiestDay: Both.extend({ cap: z.number().nullable() }),
        busiestWeek: Both,
        openNow: z.number(),
        hoursPerWeek: z.number().nullable(),
        busy: Both.nullable().describe('per cent of the hours at work that the answers take'),
        waiting: Both.nullable().describe('the most leads that wait for an answer at once'),
        late: Both.nullable().describe('answered after the deadline, by the assumption; null: no answer is known'),
      }),
    ),
    weeks: z.array(z.object({ week: z.string(), rep: z.string(), ...Both.shape })),
    answers: z
      .object({ minutes: z.number().nullable(), known: z.number() })
      .describe('the assumption: a rep answers one lead after the other, each in this many minutes of work'),
    rotation: z.object({
      given: z.number(),
      same: z.number().describe('how many the computed rotation gives to who really got them'),
      nobody: Both.describe('leads for which nobody is free'),
    }),
    rules: z.array(z.object({ rule: z.string(), leads: z.number(), points: z.number().describe('on average') })),
    largest: z.array(
      z.object({
        lead: z.string(),
        url: z.string(),
        at: z.string(),
        score: Both,
        band: z.object({ before: z.string(), after: z.string() }),
        route: z.object({ before: z.string(), after: z.string() }),
        rep: z.object({ before: z.string().nullable(), after: z.string().nullable() }),
      }),
    ),
    neverFired: z.object({
      routes: z.array(z.string()),
      fit: z.array(z.string()),
      signals: z.array(z.string()),
      profile: z.array(z.string()),
    }),
    unknown: z.array(z.object({ what: z.string(), leads: z.number().nullable() })),
    mistakes: z
      .array(z.string())
      .describe('what cannot work in the new config, and routing cases that expect otherwise, by file and line'),
    failed: z.array(z.string()).describe('limits that it is over'),
  })
  .meta({ id: 'WhatIf', description: 'What another config would have done with the leads that are stored' })
export type WhatIf = z.output<typeof WhatIf>
