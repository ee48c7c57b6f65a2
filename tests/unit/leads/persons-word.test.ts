import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import { waitingHandoff } from '../../../src/handoffs/start.ts'
import { cameBack, noticeOfReturn } from '../../../src/leads/persons-word.ts'
import { renderNotice } from '../../../src/messages/notice.ts'
import { DAY, leadRecord, NOW, ORDER, started } from '../../support/records.ts'

const { team } = await loadConfig('config', NOW)
const word = (by: string) => ({ by, reason: 'no budget', at: NOW - DAY })
const back = (by: string, handoff = started()) => noticeOfReturn(team, handoff, word(by), NOW)

describe('that a lead comes back which a person had taken out', () => {
  const notice = { what: 'came-back', lead: '42', pool: 'ae', rep: 'ae-1', at: NOW }

  it.each([
    ['hears by the alert who took it out and has it now', 'U0000AE1', []],
    ['hears another rep who took it out', 'U0000AE2', [{ ...notice, to: 'U0000AE2' }]],
    ['hears a manager who took it out', 'U000MGR1', [{ ...notice, to: 'U000MGR1' }]],
    ['hears the manager, of somebody who is not of the team', 'U0STRANGER', [notice]],
    ['hears the manager, where a person said so in HubSpot', 'HubSpot', [notice]],
  ])('%s', (_, by, notices) => {
    expect(back(by)).toEqual(notices)
  })

  it('stands in the alert, with who took it out and when', () => {
    const last = (by: string) => cameBack(started(), word(by)).events.at(-1)
    expect(last('U1')).toEqual({ at: NOW - DAY, what: 'came-back', by: 'U1' })
    expect(last('HubSpot')).toEqual({ at: NOW - DAY, what: 'came-back' })
  })

  it('is said in ids: who it is stands in HubSpot', () => {
    const text = (by: string, handoff = started()) =>
      back(by, handoff).map((one) => renderNotice(team, one, leadRecord()).text)
    expect(text('U0000AE2')).toEqual([
      expect.stringMatching(/^A lead that you disqualified comes back\. <https:[^ ]*\|The lead>, score/),
    ])
    expect(text('HubSpot')[0]).toMatch(/that was disqualified comes back/)
    expect(text('HubSpot', waitingHandoff(ORDER, NOW))[0]).toMatch(/waits for a rep/)
    expect(text('U0000AE2')[0]).not.toMatch(/Dana|budget/)
  })
})
