import { describe, expect, it } from 'vitest'
import type { FormQuestion } from '../../../src/leads/forms.ts'
import { answersAfterRead, answersToWrite, withForm } from '../../../src/leads/forms.ts'
import { NOW } from '../../support/records.ts'

const FORM: FormQuestion[] = [
  { ask: 'Need', property: 'baton_need', type: 'text' },
  { ask: 'Budget', property: 'budget', type: 'text' },
]
const sent = (answers: Record<string, string>, shown: Record<string, string> = {}) => ({ answers, shown })
const give = (properties: Record<string, string>, ...[answers, shown]: Parameters<typeof sent>) =>
  withForm({ properties }, FORM, sent(answers, shown), 'U1', NOW)

describe('the answers of a form', () => {
  it('are to be written as far as HubSpot has something else', () => {
    const answers = give({ budget: '10k' }, { baton_need: 'routing', budget: '10k' }, { budget: '10k' })
    expect(answers).toMatchObject({ baton_need: { value: 'routing', by: 'U1', at: NOW }, budget: { value: '10k' } })
    expect(answersToWrite({ answers })).toEqual({ baton_need: 'routing' })
  })

  it('clear what the form has shown, when it is unknown after all', () => {
    expect(answersToWrite({ answers: give({ budget: '10k' }, { budget: '' }, { budget: '10k' }) })).toEqual({
      budget: '',
    })
  })

  it('leave what somebody has put into HubSpot since the form was opened', () => {
    const answers = give({ budget: '10k' }, { baton_need: 'routing', budget: '' }, {})
    expect(answersToWrite({ answers })).toEqual({ baton_need: 'routing' })
  })

  it('are HubSpot’s once it has taken them: written again to nobody', () => {
    const answers = give({}, { baton_need: 'routing', budget: '10k' })
    const taken = answersAfterRead({ answers }, { baton_need: 'routing' })
    expect(answersToWrite({ answers: taken })).toEqual({ budget: '10k' })
    expect(taken).toMatchObject({ baton_need: { value: 'routing' } })
    expect(answersAfterRead(null, {})).toBeUndefined()
  })
})
