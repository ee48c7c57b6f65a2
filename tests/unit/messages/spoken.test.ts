import { expect, it } from 'vitest'
import { spoken } from '../../../src/messages/alert.ts'
import { slackDate } from '../../../src/messages/texts.ts'

it('a text for screen readers and pushes has words where the eye has stars, links and dates', () => {
  const lines = ['*Deal* <https://app.example/0-3/5|Northwind &lt;rollout&gt;>', `due ${slackDate(0, 'UTC')}.`, '']
  const text = spoken(lines, { timeZone: 'UTC' })
  expect(text).toMatch(/^Deal Northwind &lt;rollout&gt;\. due Thu/)
  expect(text).not.toMatch(/[<|>*^]/)
})
