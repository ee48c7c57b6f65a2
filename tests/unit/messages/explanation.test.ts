import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import { explainScore } from '../../../src/messages/explanation.ts'
import type { Attributes, Signal } from '../../../src/rules/attributes.ts'
import { scoreLead } from '../../../src/rules/score.ts'
import { BEST_FIT, DAY, facts, HOUR, leadRecord, NOW, signalsAgo } from '../../support/records.ts'
import { shownText } from '../../support/slack-blocks.ts'

const config = await loadConfig('config', NOW)

function explain(attributes: Attributes, signals: Signal[]) {
  return explainScore(leadRecord({ attributes }), scoreLead(config, attributes, signals, NOW))
}

describe('why this score', () => {
  const signals = [
    ...signalsAgo('demo_requested', 40 * DAY),
    ...signalsAgo('email_opened', 31 * DAY, 200 * DAY),
    ...signalsAgo('unheard_of', 0),
  ]
  const attributes = facts({ firstName: 'Dana', 'company.size': 30, jobTitle: 'CMO' })
  const message = explain(attributes, signals)

  it('names every rule, and tells no from unknown', () => {
    expect(message.text.split('\n')).toEqual([
      'Dana: score 38 (medium)',
      'Fit 25',
      '• 0 of +20 company size tier 1: company.size is 30',
      '• 0 of +15 industry tier 1: company.industry is unknown',
      '• +15 buyer persona',
      '• +10 company size tier 2',
      '• 0 of −20 below minimum size: company.size is 30',
      '• 0 of −30 negative icp: icp.negative is unknown',
      'Engagement 13',
      '• +3 email opened, 31 days ago',
      '• +20 demo requested, 40 days ago',
      '• 2 more count nothing: too old, over a cap, or without points',
      '• −10 no activity since Fri 9 Oct, 15:00 UTC',
      'Route tier-1-mql: tier-1-mql: score 85',
    ])
  })

  it('shows the same in blocks', () => {
    const lines = shownText(message.blocks).replaceAll('*', '').split('\n')
    expect(lines).toEqual(message.text.split('\n'))
  })

  it('says that there is no signal yet', () => {
    expect(explain(attributes, []).text).toContain('Engagement 0\n• no signal yet')
  })

  it('shows the newest 15 signals and how many more', () => {
    const ages = Array.from({ length: 20 }, (_, index) => (index + 1) * HOUR)
    const { text } = explain(BEST_FIT, signalsAgo('email_opened', ...ages))
    expect(text.match(/email opened/g)).toHaveLength(15)
    expect(text).toContain('15 h ago')
    expect(text).not.toContain('16 h ago')
    expect(text).toContain('• and 5 older signals')
  })
})
