import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { blockProblems } from '../../../simulators/slack/blocks.ts'
import type { RenderedMessage } from '../../../src/messages/alert.ts'
import { renderReport } from '../../../src/messages/report.ts'
import { type Report, UNITS } from '../../../src/reports/report.ts'
import { weeklyReport } from '../../support/reports.ts'
import { foreignMarkup, shownText } from '../../support/slack-blocks.ts'
import { comes, MONDAY_8, mql, on, reportOf } from '../../support/weekly-facts.ts'

const URL = 'https://baton.example.com/console/reports/weekly?period=2026-W47'
const render = (report: Report, url: string | undefined = URL) => renderReport({ report, url })

describe('a report in Slack', () => {
  const { message, thread, alerts } = render(weeklyReport())

  it('says first what one should know, what is off its target before the rest', () => {
    expect(message.text).toMatch(/^Weekly report: 16–22 Nov 2026\. ⚠ Sales accepted 12 of 18 .*\. • 66 leads came in/)
    expect(message.text.length).toBeLessThanOrEqual(1_000)
    const shown = shownText(message.blocks)
    expect(shown).toContain('✓ 17 of 18 handoffs were answered in time (94\u00a0%)')
    expect(shown).toContain('*MQLs*: this week 18, the week before 16, change +13\u00a0%')
    expect(shown).toContain('*Opportunities*: this week 3, the week before 0\n'.trim())
  })

  it('says where the rest is, and whose times these are', () => {
    expect(shownText(message.blocks)).toContain(`More in the thread · <${URL}|All figures> · times in America/New_York`)
    expect(shownText(renderReport({ report: weeklyReport(), url: undefined }).message.blocks)).toContain(
      '`baton report weekly --period 2026-W47`',
    )
  })

  it('says when it is late', () => {
    const late = Date.parse('2026-11-23T13:00:00Z')
    expect(shownText(renderReport({ report: weeklyReport(), url: URL, late }).message.blocks)).toContain(
      'Sent late: it was due Mon 23 Nov, 08:00 GMT-5',
    )
  })

  it('has its other tables in the thread, a row a line', () => {
    expect(thread).toHaveLength(1)
    const shown = shownText(thread[0]?.blocks ?? [])
    expect(shown).toContain(
      '*Ada Lane*: leads 12, in time 9 of 11, median 38\u00a0min, 90th percentile 1\u00a0h 11\u00a0min',
    )
    expect(shown).toContain('*Cy Ng*: leads 0')
    expect(shown).toContain('*Ben &lt;!channel&gt; &amp; Söhne*: leads 6')
    expect(shown).toContain('*PAID_SEARCH*: leads 26, accepted 42\u00a0%')
  })

  it('opens in HubSpot what a row is about, and shows no address', () => {
    const columns = [
      { id: 'account', title: 'Account', unit: 'text' as const },
      { id: 'leads', title: 'Leads', unit: 'count' as const },
      { id: 'url', title: 'HubSpot', unit: 'text' as const },
    ]
    const row = { account: 'Acme > <!here>', leads: 2, url: 'https://app.hubspot.com/contacts/1/record/0-2/7' }
    const sections = [
      { id: 'a', title: 'Accounts', columns, rows: [row, { ...row, url: 'https://x|<!here>' }], empty: '' },
    ]
    const shown = shownText(render(weeklyReport({ sections })).message.blocks)
    expect(shown).toContain('*<https://app.hubspot.com/contacts/1/record/0-2/7|Acme &gt; &lt;!here&gt;>*: leads 2\n')
    expect(shown).toContain('*Acme &gt; &lt;!here&gt;*: leads 2')
  })

  it('tells what is an alert on its own', () => {
    expect(alerts.map(({ id }) => id)).toEqual(['acceptance'])
    expect(alerts[0]?.message.text).toMatch(/^⚠ Sales accepted 12 of 18 .* Weekly report, 16–22 Nov 2026$/)
  })

  it('is a report also of a week without leads', () => {
    const empty = weeklyReport({ findings: [], charts: [], sections: [{ ...counts(0), rows: [] }] })
    expect(shownText(render(empty).message.blocks)).toContain('*Table 0*\nNo lead came in.')
    const nothing = render(weeklyReport({ findings: [], charts: [], sections: [] }))
    expect(shownText(nothing.message.blocks)).toContain('Nothing to report.')
    expect(nothing.thread).toEqual([])
  })

  it('says how much it leaves out', () => {
    const rows = Array.from({ length: 500 }, (_, at) => ({ what: `source ${at}`, now: at }))
    const long = render(weeklyReport({ sections: Array.from({ length: 90 }, (_, at) => ({ ...counts(at), rows })) }))
    expect(shownText(long.message.blocks)).toContain('and 492 more')
    expect(shownText(long.thread[0]?.blocks ?? [])).toContain('and 485 more')
    expect(shownText(long.thread.at(-1)?.blocks ?? [])).toMatch(/and \d+ more tables/)
  })
})

function counts(at: number) {
  const [first] = weeklyReport().sections
  return { ...(first ?? expect.fail('no table')), id: `${at}`, title: `Table ${at}` }
}

const NASTY = [
  '',
  ' ',
  '<!channel>',
  '<@U0STRANGER>',
  '&'.repeat(400),
  '\u200D',
  '*|`~_',
  '👩\u200D💻'.repeat(90),
  '\uD83D',
]
const text = fc.oneof(
  fc.constantFrom(...NASTY),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme', maxLength: 4_000 }),
)
const cell = fc.oneof(text, fc.double({ min: -1e12, max: 1e12, noNaN: true }), fc.constant(null))
const unit = fc.constantFrom(...UNITS)
const table = fc.integer({ min: 1, max: 8 }).chain((width) => {
  const ids = Array.from({ length: width }, (_, at) => `c${at}`)
  return fc.record({
    id: text,
    title: text,
    note: text,
    columns: fc.tuple(...ids.map((id) => fc.record({ id: fc.constant(id), title: text, unit }))),
    rows: fc
      .tuple(
        fc.array(fc.record(Object.fromEntries(ids.map((id) => [id, cell])), { requiredKeys: [] }), { maxLength: 6 }),
        fc.constantFrom(1, 3, 90),
      )
      .map(([rows, times]) => Array.from({ length: times }, () => rows).flat()),
    empty: fc.constantFrom('None.'),
  })
})
const report = fc.record({
  title: text,
  findings: fc.array(
    fc.record({ id: text, level: fc.constantFrom('good', 'info', 'warn'), text, alert: fc.constant(true) }),
    { maxLength: 20 },
  ),
  sections: fc.array(table, { maxLength: 12 }),
})

test('whatever it holds, Slack takes it, and nothing of it is a mention or a link', () => {
  fc.assert(
    fc.property(report, (given) => {
      const { message, thread, alerts } = render(weeklyReport(given as Partial<Report>))
      const messages: RenderedMessage[] = [message, ...thread, ...alerts.map((one) => one.message)]
      for (const { text, blocks } of messages) {
        expect(blockProblems(blocks, 'message')).toEqual([])
        expect(text.length).toBeLessThanOrEqual(1_000)
        expect(text).not.toBe('')
        for (const one of [text, shownText(blocks)])
          expect(foreignMarkup(one.replaceAll(`<${URL}|All figures>`, ''), [])).toEqual([])
      }
    }),
    { numRuns: 40 },
  )
})

it.each([
  ['weekly', '2026-W47'],
  ['feedback', '2026-W47'],
  ['monthly', '2026-11'],
  ['quality', '2026-11'],
  ['stuck', '2026-11'],
  ['quarterly', '2026-Q4'],
] as const)('the %s report that is made of facts is one that Slack takes', async (name, period) => {
  const facts = [...comes('ada', on(1)), mql('ada', on(1)), ...comes('bob', on(2))]
  const { message, thread, alerts } = render(await reportOf(facts, { name, period, now: MONDAY_8 + 60 * 86_400_000 }))
  for (const { blocks } of [message, ...thread, ...alerts.map((one) => one.message)])
    expect(blockProblems(blocks, 'message')).toEqual([])
})
