import { setImmediate } from 'node:timers/promises'
import { z } from 'zod'
import type { Config } from '../config/config.ts'
import { decide } from '../leads/decision.ts'
import type { KeptDecision } from '../leads/history.ts'
import type { Clock } from '../platform/clock.ts'
import { iso } from '../rules/words.ts'
import type { FactStreams } from '../store/facts.ts'
import type { PastDecisions } from '../store/past-decisions.ts'

/*
 * How often the rules of the config in force made a difference: for the API, the console and the command line. Scoring rules and
 * profiles are counted by the decisions that are kept, scored again as of their own time; routes by what was decided; triggers by facts.
 */

const DAY = 24 * 60 * 60_000
/** Of how many days it is told unless asked otherwise, and at most: decisions are kept no longer than that, as a rule. */
export const RULE_DAYS = { usual: 30, most: 365 } as const

export const RULE_KINDS = ['route', 'fit', 'signal', 'profile', 'trigger'] as const

/** A rule, and how often it fired. */
export const RuleItem = z.object({
  kind: z.enum(RULE_KINDS).describe('`fit` and `signal` stand in scoring.yaml, `profile` in icp.yaml'),
  rule: z.string().describe('its name in the config'),
  leads: z.number().describe('leads for which it fired'),
  times: z.number().describe('decisions, or firings of a trigger'),
  last: z.iso.datetime().optional(),
})
export type RuleItem = z.output<typeof RuleItem>

/** What is told of rules. */
export const RulesView = z
  .object({
    config: z.string().describe('the version whose rules are counted'),
    since: z.iso.datetime(),
    decisions: z.number().describe('decisions that were looked at'),
    rules: z.array(RuleItem).describe('those that never fired first, then the rarest'),
  })
  .meta({
    id: 'Rules',
    examples: [
      {
        config: '1f2e3d4c5b6a',
        since: '2026-10-27T12:00:00.000Z',
        decisions: 1280,
        rules: [
          { kind: 'fit', rule: 'below-minimum-size', leads: 0, times: 0 },
          { kind: 'route', rule: 'tier-1-mql', leads: 42, times: 45, last: '2026-11-26T11:40:00.000Z' },
        ],
      },
    ],
  })
export type RulesView = z.output<typeof RulesView>

interface Fired {
  leads: Set<string>
  times: number
  last: number
}

/** Makes what shows rules. `days`: how far it looks back. Whoever asks while it is at work gets the same answer. */
export function createRuleViews(parts: {
  config: () => Config
  clock: Clock
  past: Pick<PastDecisions, 'ids' | 'read'>
  facts: FactStreams
}) {
  const atWork = new Map<number, Promise<RulesView>>()

  async function look(days: number): Promise<RulesView> {
    const config = parts.config()
    const since = parts.clock.now() - days * DAY
    const count = createCount(config)
    for await (const ids of parts.past.ids()) {
      const kept = await parts.past.read(ids)
      for (const [at, { decisions }] of kept.entries())
        for (const decision of decisions) if (decision.at >= since) count.decision(ids[at] ?? '', decision)
      await setImmediate()
    }
    for await (const facts of parts.facts.since(since)) {
      for (const { type, rule, reason, at, lead } of facts)
        if (type === 'triggered' && reason === 'fired' && rule !== undefined && at >= since)
          count.fired('trigger', rule, lead, at)
    }
    return { config: config.version, since: iso(since), ...count.list() }
  }

  return function viewRules(days: number = RULE_DAYS.usual): Promise<RulesView> {
    const found = atWork.get(days) ?? look(days).finally(() => atWork.delete(days))
    atWork.set(days, found)
    return found
  }
}

/** Shows rules. */
export type RuleViews = ReturnType<typeof createRuleViews>

/** Counts what fires. */
function createCount(config: Config) {
  const { icp, scoring, routing, triggers } = config
  const rules = new Map<string, Fired>()
  const keyOf = (kind: RuleItem['kind'], rule: string) => JSON.stringify([kind, rule])
  const names: [RuleItem['kind'], string[]][] = [
    ['route', routing.routes.map(({ name }) => name)],
    ['fit', scoring.fit.rules.map(({ id }) => id)],
    ['signal', Object.keys(scoring.engagement.signals)],
    [
      'profile',
      [
        ...icp.tiers.map(({ tier }) => `tier ${tier}`),
        ...icp.personas.map(({ name }) => `persona ${name}`),
        ...icp.negative.map(({ reason }) => `negative ${reason}`),
      ],
    ],
    ['trigger', Object.keys(triggers)],
  ]
  for (const [kind, some] of names)
    for (const rule of some) rules.set(keyOf(kind, rule), { leads: new Set(), times: 0, last: 0 })
  let decisions = 0

  function fired(kind: RuleItem['kind'], rule: string, lead: string, at: number): void {
    // Rules of an older config are no rules of this one.
    const one = rules.get(keyOf(kind, rule))
    if (!one) return
    one.leads.add(lead)
    one.times += 1
    one.last = Math.max(one.last, at)
  }

  return {
    fired,

    /** Takes in a decision of a lead: its route as it was, its score by these rules. */
    decision(lead: string, { at, route, attributes, signals, standing }: KeptDecision): void {
      decisions += 1
      fired('route', route, lead, at)
      const { score } = decide(config, { id: lead, attributes, signals }, standing, at, true)
      for (const { rule, truth } of score.fit.contributions) if (truth === 'true') fired('fit', rule, lead, at)
      for (const type of new Set(score.engagement.contributions.map(({ signal }) => signal.type)))
        fired('signal', type, lead, at)
      if (score.icp.tier !== undefined) fired('profile', `tier ${score.icp.tier}`, lead, at)
      if (score.icp.persona !== undefined) fired('profile', `persona ${score.icp.persona}`, lead, at)
      if (score.icp.negative !== undefined) fired('profile', `negative ${score.icp.negative}`, lead, at)
    },

    /** What was counted, what never fired first, then the rarest, in the order of the config. */
    list(): Pick<RulesView, 'decisions' | 'rules'> {
      const items = [...rules].map(([key, { leads, times, last }]): RuleItem => {
        const [kind, rule] = JSON.parse(key) as [RuleItem['kind'], string]
        return { kind, rule, leads: leads.size, times, ...(times > 0 ? { last: iso(last) } : {}) }
      })
      return { decisions, rules: items.sort((a, b) => a.leads - b.leads || a.times - b.times) }
    },
  }
}

/** The columns of rules as CSV. */
export const RULE_COLUMNS = ['kind', 'rule', 'leads', 'times', 'last'] as const
