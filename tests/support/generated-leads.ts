import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { type KeptLead, type Story, storyOf, type Target } from '../../src/calibrate/cases.ts'
import { inputsOf, type JudgedRules } from '../../src/calibrate/inputs.ts'
import type { Question } from '../../src/calibrate/question.ts'
import type { KeptDecision } from '../../src/leads/history.ts'
import type { OutcomeName } from '../../src/leads/lead.ts'
import type { Attributes, Signal } from '../../src/rules/attributes.ts'
import type { ScoringConfig } from '../../src/rules/score.ts'

const DAY = 24 * 60 * 60_000
/** The day on which the generated leads are looked at. */
export const TODAY = Date.parse('2026-11-18T15:00:00Z')
/** Points that are worth one unit of log-odds in the generated leads: 8 double the odds. */
export const TRUE_SCALE = 8 / Math.LN2

/** Numbers from 0 to 1, the same for the same seed. */
export function createChance(seed: number): () => number {
  const generator = xoroshiro128plus(seed)
  return () => uniformFloat64(generator)
}

/** Something that leads have with a chance, the points that the config gives, and those that are true. */
export interface MadeInput {
  name: string
  chance: number
  points: number
  truth: number
  by?: 'sales'
}

/** What leads are made of. */
export interface World {
  fit: MadeInput[]
  signals: MadeInput[]
  /** The log-odds of a lead that has nothing. */
  base: number
}

/** Fits and signals, some of which the config judges rightly and some wrongly. */
export const WORLD: World = {
  base: -2.4,
  fit: [
    { name: 'size', chance: 0.4, points: 20, truth: 20 },
    { name: 'industry', chance: 0.35, points: 15, truth: 0 },
    { name: 'persona', chance: 0.3, points: 5, truth: 22 },
    { name: 'too-small', chance: 0.25, points: -20, truth: -18 },
  ],
  signals: [
    { name: 'demo', chance: 0.3, points: 8, truth: 18 },
    { name: 'pricing', chance: 0.4, points: 5, truth: 6 },
    { name: 'opened', chance: 0.5, points: 12, truth: 1 },
  ],
}

/** The rules of a config for that world. */
export function rulesOf(world: World): JudgedRules {
  const scoring: ScoringConfig = {
    fit: {
      max: 100,
      rules: world.fit.map(({ name, points }) => ({
        id: name,
        points,
        when: { kind: 'test', attribute: `hubspot.${name}`, test: { is: 'yes' } },
      })),
    },
    engagement: {
      max: 100,
      signals: Object.fromEntries(
        world.signals.map(({ name, points, by }) => [name, { points, ...(by ? { by } : {}) }]),
      ),
    },
    bands: { low: 0, medium: 20, high: 40, hot: 60 },
    mql: { score: 40, fit: 20, engagement: 10 },
  }
  const icp = { tiers: [], minimumCompanySize: 1, personas: [], negative: [] } as unknown as JudgedRules['icp']
  return { icp, scoring }
}

/** How leads are made: all go to sales and are worked unless `isSent` says otherwise; `share`: with which chance one is sent all the same. */
export interface Making {
  seed: number
  count: number
  world?: World
  outcome?: OutcomeName
  isSent?: (score: number) => boolean
  share?: number
  days?: number
  /** Days until an outcome, as a share between 0 and 1 of the longest. */
  wait?: (chance: number) => number
  shuffled?: boolean
}

/** Leads whose outcomes come of the true points, over a time that ends today. */
export function makeLeads(making: Making): KeptLead[] {
  const { seed, count, world = WORLD, outcome = 'salesqualifiedlead', share = 0, days = 300 } = making
  const chance = createChance(seed)
  const wait = making.wait ?? ((part) => 1 + 12 * part)
  const made = Array.from({ length: count }, (_, index) => {
    const at = TODAY - days * DAY + Math.floor((index / count) * (days - 20) * DAY)
    const attributes: Attributes = {}
    const signals: Signal[] = []
    let [odds, score] = [world.base, 0]
    for (const { name, chance: often, points, truth } of world.fit) {
      const drawn = chance()
      // Some is not known, which is no "no".
      if (drawn > 0.9) continue
      const has = chance() < often
      attributes[`hubspot.${name}`] = { value: has ? 'yes' : 'no', source: 'hubspot' }
      if (has) [odds, score] = [odds + truth / TRUE_SCALE, score + points]
    }
    for (const { name, chance: often, points, truth } of world.signals) {
      for (let one = 0; one < 2 && chance() < often; one++) {
        signals.push({ id: `${name}-${one}`, type: name, at: at - Math.floor(chance() * DAY) })
        ;[odds, score] = [odds + truth / TRUE_SCALE, score + points]
      }
    }
    const [drawn, lot, delay] = [chance(), chance(), chance()]
    const isSent = making.isSent?.(score) ?? true
    const isDrawn = !isSent && lot < share
    const happens = drawn < 1 / (1 + Math.exp(-odds))
    return { at, attributes, signals, happens, delay, sent: isSent || isDrawn, share: isDrawn ? share : 1 }
  })
  const happens = made.map((one) => one.happens)
  if (making.shuffled) shuffle(happens, chance)
  return made.map(({ at, attributes, signals, delay, sent, share }, index): KeptLead => {
    const decision = keptDecision({ at, attributes, signals, action: sent ? 'assign' : 'nurture', probability: share })
    const reachedAt = at + wait(delay) * DAY
    const comes = sent && happens[index] && reachedAt <= TODAY
    return {
      outcomes: {
        ...(sent ? { answered: { at: at + 60_000, minutes: 1 } } : {}),
        ...(comes ? { [outcome]: { at: reachedAt } } : {}),
      },
      acceptedAt: undefined,
      decisions: [decision],
    }
  })
}

/** A decision as it is kept. */
export function keptDecision(changes: Partial<KeptDecision>): KeptDecision {
  return {
    ...{ at: TODAY, number: 1, config: 'made', route: 'made', to: { pool: 'ae' }, action: 'assign', score: 0, fit: 0 },
    ...{ engagement: 0, band: 'low', standing: { withSales: false, rejected: false }, attributes: {}, signals: [] },
    ...{ rep: null, probability: 1, ...changes },
  }
}

/** The stories of leads by the rules of a world. */
export function storiesOf(leads: readonly KeptLead[], rules = rulesOf(WORLD), target: Target = 'sql'): Story[] {
  const inputs = inputsOf(rules.scoring)
  return leads.flatMap((lead) => storyOf(rules, inputs, lead, target, 0) ?? [])
}

/** What is asked about a world. */
export function questionOf(world: World = WORLD, changes: Partial<Question> = {}): Question {
  const { scoring } = rulesOf(world)
  return {
    ...{ scoring, inputs: inputsOf(scoring), target: 'sql', now: TODAY, allowed: [], acceptSelection: false },
    ...{ capacity: null, routes: [], unread: { byRule: {}, since: [] }, ...changes },
  }
}

/** All inputs of a world with their true points. */
export function truthOf({ fit, signals }: World): number[] {
  return [...fit, ...signals].map(({ truth }) => truth)
}

function shuffle(values: boolean[], chance: () => number): void {
  for (let last = values.length - 1; last > 0; last--) {
    const other = Math.floor(chance() * (last + 1))
    const [a, b] = [values[last] ?? false, values[other] ?? false]
    values[last] = b
    values[other] = a
  }
}
