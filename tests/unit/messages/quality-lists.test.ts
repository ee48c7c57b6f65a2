import { describe, expect, it } from 'vitest'
import { blockProblems } from '../../../simulators/slack/blocks.ts'
import { type CleanerLine, QUALITY_SHOWN, renderCleaner, renderSample } from '../../../src/messages/quality-lists.ts'
import { facts, leadRecord } from '../../support/records.ts'

const NASTY = '<!channel> *b* & |x> '.repeat(30)
const nasty = leadRecord({ attributes: facts({ firstName: NASTY, lastName: NASTY, 'company.name': NASTY }) })
const lines = <T>(one: T) => Array.from({ length: QUALITY_SHOWN }, () => one)

describe('the list of what can be put right', () => {
  const line: CleanerLine = {
    lead: nasty,
    wrong: [NASTY, NASTY],
    twins: Array.from({ length: 30 }, () => nasty),
    fills: [
      { attribute: 'company.size', value: '120', source: 'apollo' },
      { attribute: 'company.industry', value: NASTY, source: NASTY },
      { attribute: 'jobTitle', value: NASTY, source: 'apollo', done: { what: 'refused', by: 'U1', code: NASTY } },
      { attribute: 'company.name', value: 'Elm', source: 'hubspot-company', done: { what: 'filling', by: 'U1' } },
      { attribute: 'phone', value: '1', source: 'x' },
      { attribute: 'country', value: '2', source: 'x' },
    ],
  }
  const input = { id: 'cleaner/20261123', count: 12_000, console: undefined, timeZone: 'UTC' }

  it('is within the limits of Slack, and pings nobody, whatever leads are called', () => {
    const { blocks, text } = renderCleaner({ ...input, lines: lines(line) })
    expect(blockProblems(blocks, 'message')).toEqual([])
    expect(`${text}${JSON.stringify(blocks)}`).not.toContain('<!channel>')
    expect(JSON.stringify(blocks)).toContain('and *11980 more*: all of them in `npm run baton -- quality`')
  })

  it('has a button for what nobody has clicked, and says who did what', () => {
    const { blocks } = renderCleaner({
      ...input,
      count: 1,
      lines: [{ ...line, lead: leadRecord(), fills: line.fills.slice(0, 4) }],
    })
    const buttons = blocks.flatMap((block) => (block.type === 'actions' ? block.elements : []))
    expect(buttons).toMatchObject([
      { text: { text: 'Fill in: company size 120 (Apollo)' }, value: 'cleaner/20261123:42:company.size' },
      { value: 'cleaner/20261123:42:company.industry' },
    ])
    expect(JSON.stringify(blocks)).toMatch(/HubSpot does not take job title .*: fill it in there, <@U1>/)
    expect(JSON.stringify(blocks)).toContain('<@U1> fills in company name')
  })
})

describe('the sample whose life cycle stage is judged', () => {
  const input = {
    id: 'sample/202612',
    first: 20,
    count: 45,
    judged: { right: 3, all: 4 },
    target: '85 %',
    timeZone: 'UTC',
  }

  it('is within the limits of Slack, and says which part of it this is', () => {
    const { blocks, text } = renderSample({ ...input, lines: lines({ lead: nasty, stage: NASTY }) })
    expect(blockProblems(blocks, 'message')).toEqual([])
    expect(text).toMatch(/^Is the lifecycle stage right\? 45 leads, 21–40/)
    expect(text).not.toContain('<!channel>')
    expect(text).toContain('Judged: 4, right: 3')
  })

  it('shows what was said, and both buttons still', () => {
    const judged = { lead: leadRecord(), stage: 'marketingqualifiedlead', done: { what: 'wrong' as const, by: 'U1' } }
    const { blocks } = renderSample({ ...input, lines: [judged] })
    expect(JSON.stringify(blocks)).toContain('MQL, score 85\\n✗ Wrong, says <@U1>')
    expect(blocks.at(-1)).toMatchObject({
      elements: [{ action_id: 'quality.right' }, { action_id: 'quality.wrong', style: 'primary' }],
    })
  })
})
