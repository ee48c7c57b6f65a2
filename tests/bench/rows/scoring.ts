import { Engine } from 'json-rules-engine'
import { explainScore } from '../../../src/messages/explanation.ts'
import type { Attributes, Signal } from '../../../src/rules/attributes.ts'
import { scoreLead } from '../../../src/rules/score.ts'
import { leadRecord } from '../../support/records.ts'
import type { Row } from '../row.ts'
import { CONFIG, FIT_RULES, faded, madeUpLeads, SIGNAL_RULES } from '../scoring-rules.ts'
import { number } from '../table.ts'

type Lead = { attributes: Attributes; signals: Signal[] }

/** How many leads are scored and explained in a second. */
export const scoring: Row = {
  name: 'scoring',
  what: 'leads scored and explained, 30 rules, 50 signals',
  unit: '/s',
  how: `scoreLead with its breakdown and explainScore's text. Ceiling: json-rules-engine with the same rules: one run for the 30 fit rules, and one for each signal with a rule for each kind, so that its events name every rule and signal that counted, as Baton's breakdown does. Both are checked to give the same points.`,
  aim: { of: 'ratio', is: '>=', value: 100 },

  async open(bench) {
    const now = Date.parse('2026-11-18T15:00:00Z')
    const leads = madeUpLeads(60, now)
    const milliseconds = bench.pick({ full: 2_000, quick: 200, tiny: 50 })
    const fitRules = new Engine(FIT_RULES, { allowUndefinedFacts: true })
    const signalRules = new Engine(SIGNAL_RULES, { replaceFactsInEventParams: true })
    signalRules.addFact('faded', async (_, almanac) => {
      return faded(await almanac.factValue<string>('type'), await almanac.factValue<number>('age'))
    })

    function withBaton({ attributes, signals }: Lead) {
      const score = scoreLead(CONFIG, attributes, signals, now)
      return { score, text: explainScore({ ...record, attributes }, score) }
    }
    const record = leadRecord()

    const fitOf = async ({ attributes }: Lead) => {
      const facts = Object.fromEntries(Object.entries(attributes).map(([name, { value }]) => [name, value]))
      return (await fitRules.run(facts)).events
    }
    async function withEngine(lead: Lead) {
      const events = await fitOf(lead)
      for (const { type, at } of lead.signals) events.push(...(await signalRules.run({ type, age: now - at })).events)
      return events
    }

    for (const lead of leads) {
      const { score } = withBaton(lead)
      const events = await withEngine(lead)
      const sum = (type: string) =>
        events.filter((event) => event.type === type).reduce((total, event) => total + Number(event.params?.points), 0)
      if (sum('fit') !== score.fit.points || Math.abs(sum('signal') - score.engagement.exact) > 1e-6)
        throw new Error(
          `the two disagree: ${sum('fit')} and ${score.fit.points} points of fit, ${sum('signal')} and ${score.engagement.exact} of engagement`,
        )
    }

    async function perSecond(work: (lead: Lead) => unknown): Promise<number> {
      const start = performance.now()
      let done = 0
      for (; performance.now() - start < milliseconds; done++) await work(leads[done % leads.length] as Lead)
      return done / ((performance.now() - start) / 1_000)
    }

    await perSecond(withBaton)
    await perSecond(withEngine)
    let fitAlone = 0
    return {
      baton: () => perSecond(withBaton),
      async ceiling() {
        fitAlone = await perSecond(fitOf)
        return perSecond(withEngine)
      },
      notes: () => [`last run: json-rules-engine with the 30 fit rules alone, no signals: ${number(fitAlone)}/s`],
      async close() {},
    }
  },
}
