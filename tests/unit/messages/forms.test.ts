import { describe, expect, it } from 'vitest'
import { viewProblems } from '../../../simulators/slack/blocks.ts'
import type { FormQuestion } from '../../../src/leads/forms.ts'
import { answersLine, formModal, readForm } from '../../../src/messages/forms.ts'
import { facts, leadRecord, NOW } from '../../support/records.ts'

const BUDGET: FormQuestion = {
  ask: 'Budget',
  property: 'baton_budget',
  type: 'choice',
  options: ['under 20k', '20–50k'],
}
const NEED: FormQuestion = { ask: 'Need', property: 'baton_need', type: 'text' }
const CLOSE: FormQuestion = { ask: 'Expected close date', property: 'baton_expected_close_date', type: 'date' }
const FORM = [BUDGET, NEED, CLOSE]
const known = (properties: Record<string, string>, more = {}) => leadRecord({ properties, ...more })
const blocksOf = (lead = known({})) => formModal(lead, 'Qualified', FORM, 'qualified:42-1').blocks as never[]
const choice = (value: string) => ({ answer: { selected_option: { value } } })
const text = (value: string | null) => ({ answer: { value } })
const date = (value: string | null) => ({ answer: { selected_date: value } })

describe('a form', () => {
  it('asks every question, and each may stay unknown', () => {
    expect(blocksOf().slice(1)).toMatchObject([
      { block_id: 'baton_budget', optional: true, element: { options: [{}, {}, { value: 'unknown' }] } },
      { block_id: 'baton_need', optional: true, hint: { text: expect.stringContaining('unknown') } },
      { block_id: 'baton_expected_close_date', optional: true, element: { type: 'datepicker' } },
    ])
  })

  it('shows what HubSpot has, also what the config does not offer', () => {
    const has = { baton_budget: 'what we said', baton_need: 'routing', baton_expected_close_date: '2026-12-31' }
    expect(blocksOf(known(has)).slice(1)).toMatchObject([
      { element: { initial_option: { value: 'what we said' } } },
      { element: { initial_value: 'routing' } },
      { element: { initial_date: '2026-12-31' } },
    ])
  })

  it('shows an answer that HubSpot lacks as yet before what it has', () => {
    const answers = { baton_need: { value: 'scoring', by: 'U1', at: NOW, isNew: true as const } }
    const blocks = blocksOf(known({ baton_need: 'routing' }, { answers }))
    expect(blocks[2]).toMatchObject({ element: { initial_value: 'scoring' } })
    const { isNew: _, ...taken } = answers.baton_need
    const later = blocksOf(known({ baton_need: 'routing' }, { answers: { baton_need: taken } }))
    expect(later[2]).toMatchObject({ element: { initial_value: 'routing' } })
  })

  it.each([
    ['short', 'Dana'],
    ['long and full of signs', '<!channel> & "Zoë" '.repeat(40)],
  ])('is what Slack takes, whatever stands in HubSpot: %s', (_, wild) => {
    const lead = known({ baton_budget: wild, baton_need: wild, baton_expected_close_date: wild })
    const view = formModal({ ...lead, attributes: facts({ firstName: wild }) }, `Take it on ${wild}`, FORM, 'x')
    expect(viewProblems(view as never)).toEqual([])
  })
})

describe('a form that was sent', () => {
  it('gives an answer to each question; unknown is an empty one', () => {
    const values = {
      baton_budget: choice('unknown'),
      baton_need: text('  routing '),
      baton_expected_close_date: date('2026-12-31'),
    }
    expect(readForm(FORM, values, blocksOf(known({ baton_need: 'old' })))).toEqual({
      answers: { baton_budget: '', baton_need: 'routing', baton_expected_close_date: '2026-12-31' },
      shown: { baton_budget: '', baton_need: 'old', baton_expected_close_date: '' },
    })
    expect(readForm(FORM, { baton_need: text(null) }, [])).toMatchObject({
      answers: { baton_budget: '', baton_need: '', baton_expected_close_date: '' },
    })
  })

  it('says in words what is wrong, beside the field', () => {
    const values = {
      baton_budget: choice('2 M'),
      baton_need: text('x'.repeat(501)),
      baton_expected_close_date: date('soon'),
    }
    expect(readForm(FORM, values, [])).toEqual({
      errors: {
        baton_budget: 'That is no longer offered. Close the form and open it again.',
        baton_need: 'Write at most 500 characters.',
        baton_expected_close_date: 'Choose a date.',
      },
    })
  })

  it('takes a value that the form itself has shown', () => {
    const blocks = blocksOf(known({ baton_budget: 'what we said' }))
    expect(readForm(FORM, { baton_budget: choice('what we said') }, blocks)).toMatchObject({
      answers: { baton_budget: 'what we said' },
    })
  })
})

it('what is known is one line, escaped, and says what is unknown', () => {
  expect(answersLine(known({ baton_budget: '20–50k', baton_need: '<b>' }), FORM)).toBe(
    'Budget: 20–50k · Need: &lt;b&gt; · Expected close date: unknown',
  )
  expect(answersLine(known({}), [])).toBeNull()
})
