import { calibrate } from '../../../src/calibrate/calibrate.ts'
import { casesOf, outcomesOf, rowsOf } from '../../../src/calibrate/cases.ts'
import { fitWeights } from '../../../src/calibrate/weights.ts'
import {
  createChance,
  type MadeInput,
  makeLeads,
  questionOf,
  rulesOf,
  storiesOf,
  TRUE_SCALE,
  truthOf,
  WORLD,
  type World,
} from '../../support/generated-leads.ts'
import type { Row } from '../row.ts'

const FEW = 480

/** How long it takes to learn from leads, from what is kept of them to the proposal. */
export const calibration: Row = {
  name: 'calibrate',
  what: '10,000 leads calibrated, 30 rules',
  unit: 's',
  how: 'Made-up leads with known weights, each from its kept decision to the report: units of 30 inputs, fits, intervals, two rankings with 1,000 draws. Reading Redis is not part of it.',
  aim: { of: 'figure', is: '<=', value: 10 },

  async open(bench) {
    const count = bench.pick({ full: 10_000, quick: 10_000, tiny: 2_000 })
    const world = worldOf(30)
    const leads = makeLeads({ seed: 1, count, world })
    let note = ''
    return {
      async baton() {
        const start = performance.now()
        const report = calibrate(questionOf(world), storiesOf(leads, rulesOf(world)))
        note = `${report.verdict}: AUC ${report.ranking?.now.value.toFixed(3)} to ${report.ranking?.proposed.value.toFixed(3)}, ${report.proposals.length} changes`
        return (performance.now() - start) / 1_000
      },
      notes: () => [note],
      async close() {},
    }
  },
}

/** How often the truth lies within the intervals, and how often nothing is proposed where there is nothing to learn. */
export const calibrationTruth: Row = {
  name: 'calibrate-truth',
  what: `true weights within intervals of 95 %, ${FEW} leads`,
  unit: '%',
  how: `Seeded runs of ${FEW} made-up leads with seven inputs, some of which the config judges wrongly; the truth on the scale that each run has found. It fails above 99 %, and when shuffled outcomes of 1,000 leads lead to a proposal in more than 5 % of the runs.`,
  aim: { of: 'figure', is: '>=', value: 90 },
  runs: { full: 1, quick: 1 },

  async open(bench) {
    const runs = bench.pick({ full: 200, quick: 200, tiny: 20 })
    let notes: string[] = []
    return {
      async baton() {
        const found = Array.from({ length: runs }, (_, run) => withinIntervals(run + 1))
        const share = (of: 'held' | 'asIs') =>
          (100 * sum(found.map((one) => one[of]))) / sum(found.map(({ all }) => all))
        const proposing = Array.from({ length: runs }, (_, run) => shuffledProposes(run + 1)).filter(Boolean).length
        const nothing = 100 - (100 * proposing) / runs
        notes = [
          `${runs} runs; ${share('asIs').toFixed(1)} % also where the scale is taken to be the true one; of shuffled outcomes nothing is proposed in ${nothing.toFixed(1)} %`,
        ]
        if (share('held') > 99) throw new Error(`the intervals are too wide: ${share('held')} % hold the truth`)
        if (nothing < 95) throw new Error(`shuffled outcomes lead to proposals: only ${nothing} % propose nothing`)
        return share('held')
      },
      notes: () => notes,
      async close() {},
    }
  },
}

function withinIntervals(seed: number): { held: number; asIs: number; all: number } {
  const { inputs, now } = questionOf()
  const { cases } = casesOf(storiesOf(makeLeads({ seed, count: FEW })), now)
  const weights = fitWeights(inputs, [...inputs.keys()], rowsOf(cases), outcomesOf(cases))
  const truth = truthOf(WORLD)
  const holds = (at: number, points: number) => {
    const { low, high } = weights?.of[at]?.interval ?? { low: 0, high: 0 }
    return low <= points && points <= high
  }
  const scale = (weights?.scale ?? 0) / TRUE_SCALE
  return {
    held: truth.filter((points, at) => holds(at, points * scale)).length,
    asIs: truth.filter((points, at) => holds(at, points)).length,
    all: truth.length,
  }
}

function shuffledProposes(seed: number): boolean {
  return calibrate(questionOf(), storiesOf(makeLeads({ seed, count: 1_000, shuffled: true }))).proposals.length > 0
}

// Every third input is judged wrongly.
function worldOf(inputs: number): World {
  const chance = createChance(7)
  const made = Array.from({ length: inputs }, (_, index): MadeInput => {
    const truth = Math.round(24 * chance() - 8)
    return { name: `input-${index}`, chance: 0.1 + 0.3 * chance(), truth, points: index % 3 === 0 ? 4 : truth }
  })
  return { base: -3.5, fit: made.slice(0, 18), signals: made.slice(18) }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
