import { Engine } from 'json-rules-engine'
import { explainScore } from '../../../src/messages/explanation.ts'
import { scoreLead } from '../../../src/rules/score.ts'
import { leadRecord } from '../../support/records.ts'
import type { Row } from '../row.ts'
import { CONFIG, FIT_RULES, factsOf, type MadeUpLead, madeUpLeads, SIGNAL_RULES } from '../scoring-rules.ts'
import { number } from '../table.ts'

/** How many leads are scored in a second, with all that explains it. */
export const scoring: Row = {
  name: 'scoring',
  what: 'leads scored and explained, 30 rules, 50 signals',
  unit: '/s',
  how: `scoreLead, with its breakdown of every rule, test and signal. Ceiling: json-rules-engine, one run for each lead with the same 30 rules and one for each of the 8 kinds of signals; how many signals of a kind there are and what they have faded to is counted before and given to it. Both are checked to give the same points.`,
  aim: { of: 'ratio', is: '>=', value: 40 },

  async open(bench) {
    const now = Date.parse('2026-11-18T15:00:00Z')
    const leads = madeUpLeads(60, now).map((lead) => ({ ...lead, facts: factsOf(lead, now) }))
    const milliseconds = bench.pick({ full: 2_000, quick: 200, tiny: 50 })
    const engine = new Engine([...FIT_RULES, ...SIGNAL_RULES], {
      allowUndefinedFacts: true,
      replaceFactsInEventParams: true,
    })
    type Lead = (typeof leads)[number]

    const withBaton = ({ attributes, signals }: MadeUpLead) => scoreLead(CONFIG, attributes, signals, now)
    const withEngine = async ({ facts }: Lead) => (await engine.run(facts)).events
    const record = leadRecord()
    const withText = (lead: Lead) =>
      explainScore({ ...CONFIG, signals: {} }, { ...record, attributes: lead.attributes }, withBaton(lead), now).text
        .length

    for (const lead of leads) {
      const score = withBaton(lead)
      const events = await withEngine(lead)
      const sum = (type: string) =>
        events.filter((event) => event.type === type).reduce((total, event) => total + Number(event.params?.points), 0)
      if (sum('fit') !== score.fit.points || Math.abs(sum('signal') - score.engagement.exact) > 1e-6)
        throw new Error(
          `the two disagree: ${sum('fit')} and ${score.fit.points} points of fit, ${sum('signal')} and ${score.engagement.exact} of engagement`,
        )
    }

    // A lead that is scored at once is not awaited: that would be measured as well.
    function perSecond(work: (lead: Lead) => unknown): number {
      const start = performance.now()
      let done = 0
      for (; performance.now() - start < milliseconds; done++) work(leads[done % leads.length] as Lead)
      return done / ((performance.now() - start) / 1_000)
    }
    async function perSecondAwaited(work: (lead: Lead) => Promise<unknown>): Promise<number> {
      const start = performance.now()
      let done = 0
      for (; performance.now() - start < milliseconds; done++) await work(leads[done % leads.length] as Lead)
      return done / ((performance.now() - start) / 1_000)
    }

    perSecond(withBaton)
    await perSecondAwaited(withEngine)
    let explained = 0
    return {
      async baton() {
        explained = perSecond(withText)
        return perSecond(withBaton)
      },
      ceiling: () => perSecondAwaited(withEngine),
      notes: () => [`last run: scored and put into words for Slack ("Why this score"): ${number(explained)}/s`],
      async close() {},
    }
  },
}
