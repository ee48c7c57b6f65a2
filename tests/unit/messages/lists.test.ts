import { describe, expect, it } from 'vitest'
import { blockProblems } from '../../../simulators/slack/blocks.ts'
import type { Handoff } from '../../../src/handoffs/handoff.ts'
import { renderMessage } from '../../../src/messages/alert.ts'
import { renderRepList } from '../../../src/messages/rep-list.ts'
import { renderWaiting, type WaitingInput } from '../../../src/messages/waiting.ts'
import { answered, ended, facts, leadRecord, MINUTE, NOW, started } from '../../support/records.ts'

const ZONE = 'America/New_York'
const lead = (name: string) =>
  leadRecord({ attributes: facts({ firstName: name, lastName: name, 'company.name': name, jobTitle: name }) })
// What escaping makes five times as long; what would be a link or a call to all; what is nothing.
const NASTY = ['&'.repeat(400), '<!channel>|<https://x.example|y>', '🦊'.repeat(40), '']

describe('the message about leads that wait', () => {
  const input = (count: number, name = 'Dana'): WaitingInput => ({
    pools: [{ pool: 'ae', count, why: [{ pool: 'ae', members: [{ reason: 'away', count: 2 }] }] }],
    lines: Array.from({ length: Math.min(count, 20) }, () => ({ lead: lead(name), since: NOW, pool: 'ae' })),
    since: NOW,
    console: undefined,
    timeZone: ZONE,
  })

  it('counts all of 250, names twenty, and names the command where there is no console', () => {
    const { text, blocks } = renderWaiting(input(250))
    expect(text).toMatch(/^250 leads wait: nobody is free\. 250 for ae: 2 away\. The first since Wed 18 Nov, 10:00/)
    const shown = JSON.stringify(blocks)
    expect(shown.match(/score 85/g)).toHaveLength(20)
    expect(shown).toContain('and *230 more*: all of them in `baton leads --waiting`')
    expect(blockProblems(blocks, 'message')).toEqual([])
  })

  it.each(NASTY)('stays within what Slack takes: %#', (name) => {
    const message = renderWaiting(input(40, name))
    expect(blockProblems(message.blocks, 'message')).toEqual([])
    expect(JSON.stringify(message)).not.toContain('<!channel>')
  })
})

describe('the list of a rep', () => {
  const listed = (name: string, handoff: Handoff) => {
    const input = { kind: 'rep-alert', lead: lead(name), handoff, reader: 'ae-1', timeZone: ZONE } as const
    return { handoff, alert: renderMessage({ ...input, slackIds: { 'ae-1': 'U0000AE1' } }) }
  }
  const open = started()

  it.each(NASTY)('stays within what Slack takes, with sixty leads of every state: %#', (name) => {
    const states = [open, answered(open, NOW + MINUTE), ended(open, NOW + MINUTE, 'disqualified', { reason: name })]
    const leads = states.flatMap((handoff) => Array.from({ length: 20 }, () => listed(name, handoff)))
    const message = renderRepList({ rep: 'ae-1', leads, console: undefined, timeZone: ZONE })
    expect(blockProblems(message.blocks, 'message')).toEqual([])
    expect(JSON.stringify(message)).not.toContain('<!channel>')
  })

  it('names a lead by the whole first line of its alert, also of a doctor', () => {
    const { text } = renderRepList({
      rep: 'ae-1',
      leads: [listed('Dr. Who', open)],
      console: undefined,
      timeZone: ZONE,
    })
    expect(text).toContain('Dr. Who Dr. Who · respond by')
  })

  it('says so when nothing of it is open', () => {
    const leads = [listed('Dana', ended(open, NOW + MINUTE, 'disqualified', { reason: 'no fit' }))]
    const { text } = renderRepList({ rep: 'ae-1', leads, console: undefined, timeZone: ZONE })
    expect(text).toBe('Nothing of this list is open any more')
  })
})
