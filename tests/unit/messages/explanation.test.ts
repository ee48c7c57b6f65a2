import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import { explainScore } from '../../../src/messages/explanation.ts'
import type { Attributes, Signal } from '../../../src/rules/attributes.ts'
import { scoreLead } from '../../../src/rules/score.ts'
import { BEST_FIT, DAY, facts, HOUR, leadRecord, NOW, signalsAgo, when } from '../../support/records.ts'
import { shownText } from '../../support/slack-blocks.ts'

const config = await loadConfig('config', NOW)

function explain(attributes: Attributes, signals: Signal[], rules = config) {
  return explainScore(rules, leadRecord({ attributes }), scoreLead(rules, attributes, signals, NOW), NOW)
}

describe('why this score', () => {
  const signals = [
    ...signalsAgo('demo_requested', 40 * DAY),
    ...signalsAgo('email_opened', 31 * DAY, 32 * DAY, 33 * DAY, 200 * DAY),
    ...signalsAgo('unheard_of', 0),
  ]
  const attributes = facts({ firstName: 'Dana', 'company.size': 30, jobTitle: 'CMO' })
  const message = explain(attributes, signals)

  it('says in sentences what counted, equal things once, and the two strongest things that did not', () => {
    expect(message.text.split('\n')).toEqual([
      'Dana: score 44 (medium)',
      'Who they are: 25',
      '• persona is marketing leader: +15',
      '• company size is 30: +10',
      'What they did: 19',
      '• asked for a demo: +20',
      '• did nothing for 40 days: −10',
      '• opened 3 mails: +9',
      'What did not count',
      '• would have added 20: company size between 51 and 500 (it is 30)',
      '• would have added 20: started a free trial',
    ])
  })

  it('shows the same in blocks, without the names of rules and routes', () => {
    const lines = shownText(message.blocks).replaceAll('*', '').split('\n')
    expect(lines).toEqual(message.text.split('\n'))
    expect(message.text).not.toMatch(/tier-1|tier 1|buyer|Route/)
  })

  it('the words of a rule are its label where it has one', () => {
    const [first, ...rest] = config.scoring.fit.rules
    const fit = {
      max: 50,
      rules: [{ id: 'x-1', points: 9, label: 'speaks our language', when: when('jobTitle', { is: 'CMO' }) }, ...rest],
    }
    const { text } = explain(attributes, [], { ...config, scoring: { ...config.scoring, fit } })
    expect(first?.label).toBeUndefined()
    expect(text).toContain('• speaks our language: +9')
    expect(text).not.toContain('x-1')
  })

  it('says that nothing counts yet', () => {
    expect(explain(attributes, []).text).toContain('What they did: 0\n• nothing yet that counts')
  })

  it('says no more than there is room for, and that the sum is cut', () => {
    const ages = Array.from({ length: 20 }, (_, index) => (index + 1) * HOUR)
    const { text } = explain(BEST_FIT, signalsAgo('email_opened', ...ages))
    expect(text).toContain('What they did: 50\n• opened 20 mails: +60\n• together it counts at most 50')
    expect(text).not.toContain('would have added')
  })

  it('what was done too long ago would have counted', () => {
    expect(explain(attributes, signalsAgo('demo_requested', 200 * DAY)).text).toContain(
      'would have added 20: asked for a demo (too long ago)',
    )
  })
})
