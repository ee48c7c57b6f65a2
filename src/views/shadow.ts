import { z } from 'zod'
import { foldShadow, TURNED_OUT } from '../facts/shadow.ts'
import { iso } from '../rules/words.ts'
import type { FactStreams } from '../store/facts.ts'
import type { Shadow } from '../store/shadow.ts'

const Instant = z.iso.datetime()
const Sizes = z.object({ decisions: z.number(), leads: z.number() })
const Move = z.object({
  from: z.string().describe('by the live config'),
  to: z.string().describe('by the shadow'),
  decisions: z.number(),
  leads: z.number(),
  outcomes: z
    .object(
      Object.fromEntries(TURNED_OUT.map((one) => [one, z.number()])) as Record<
        (typeof TURNED_OUT)[number],
        z.ZodNumber
      >,
    )
    .describe('how many of these leads have come to that since'),
})

/** What a config has found so far that runs beside the live one, or ran last. */
export const ShadowView = z
  .object({
    state: z.enum(['none', 'running', 'stopped']),
    version: z.string().optional().describe('of the config that runs beside the live one'),
    since: Instant.optional(),
    until: Instant.optional(),
    compared: z.number().describe('decisions that both made'),
    failed: z.number().describe('decisions of which the shadow could not say anything'),
    differing: Sizes.describe('where anything differs'),
    changed: z
      .object({ score: Sizes, band: Sizes, tier: Sizes, route: Sizes, to: Sizes })
      .describe('by what differs; to: the pool or track, or that the lead is out'),
    meanScoreChange: z.number().nullable().describe('of the decisions whose score differs'),
    moves: z.object({ route: z.array(Move), to: z.array(Move), band: z.array(Move), tier: z.array(Move) }),
  })
  .meta({ id: 'Shadow' })
export type ShadowView = z.output<typeof ShadowView>

/** Makes what reads it: for the API and the command line. */
export function createShadowView({ shadow, facts }: { shadow: Pick<Shadow, 'read' | 'counts'>; facts: FactStreams }) {
  return async function viewShadow(): Promise<ShadowView> {
    const run = await shadow.read()
    const nothing = { version: '', since: 0, until: 0 }
    const found = await foldShadow(run ? facts.since(run.since) : none(), run ?? nothing)
    if (!run) return { state: 'none', compared: 0, failed: 0, ...found }
    const { version, since, until } = run
    return {
      state: until === undefined ? 'running' : 'stopped',
      version,
      since: iso(since),
      ...(until === undefined ? {} : { until: iso(until) }),
      ...(await shadow.counts(version)),
      ...found,
    }
  }
}

async function* none(): AsyncGenerator<never[]> {}
