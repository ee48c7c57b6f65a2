import { describe, expect, it } from 'vitest'
import type { Ending } from '../../../src/handoffs/endings.ts'
import type { Handoff } from '../../../src/handoffs/handoff.ts'
import { takeDueSteps } from '../../../src/handoffs/ladder.ts'
import { waitingHandoff } from '../../../src/handoffs/start.ts'
import { renderMessage } from '../../../src/messages/alert.ts'
import type { MessageInput } from '../../../src/messages/lines.ts'
import { slackDate } from '../../../src/messages/texts.ts'
import { localTime } from '../../../src/rules/words.ts'
import {
  answered,
  DAY,
  ended,
  facts,
  HOUR,
  leadRecord,
  MINUTE,
  NOW,
  nextRep,
  ORDER,
  started,
} from '../../support/records.ts'
import { objectsIn, shownText } from '../../support/slack-blocks.ts'

const ZONE = 'America/New_York'
const open = started()
const DUE = open.dueAt ?? 0
const reminded = takeDueSteps(open, NOW + HOUR, null).handoff
const moved = takeDueSteps(reminded, NOW + 2 * HOUR, nextRep('ae-2')).handoff

function render(changes: Partial<MessageInput> = {}) {
  return renderMessage({
    kind: 'rep-alert',
    lead: leadRecord(),
    handoff: open,
    reader: 'ae-1',
    slackIds: { 'ae-1': 'U0000AE1', 'ae-2': 'U0000AE2' },
    timeZone: ZONE,
    ...changes,
  })
}
const buttons = (message: ReturnType<typeof render>) =>
  objectsIn(message.blocks).filter((object) => object.type === 'button' || object.type === 'overflow')
const contacted = answered(open, NOW + 20 * MINUTE)
const seen = answered(open, NOW + 20 * MINUTE, 'seen-in-hubspot')
const over = (how: Ending, handoff: Handoff = open) =>
  ended(handoff, NOW + DAY, how, { by: 'U0000AE1', reason: 'not a fit: <small>' })

describe('the alert of the rep who holds the lead', () => {
  const message = render({ lead: leadRecord({ missing: ['company.industry', 'leadSource.detail', 'other'] }) })

  it('says everything in its text, for screen readers', () => {
    expect(message.text).toBe(
      [
        'Dana Ruiz · respond by 11:00 AM · Northwind',
        'VP Marketing · Northwind · 240 people · computer software · Spain',
        'Score 85 (hot) · tier 1',
        `Respond by ${localTime(DUE, ZONE)}`,
        'Why 85: +20 company size tier 1 · +20 demo requested · +15 buyer persona',
        'Viewed: /pricing (2×)',
        'Content: Routing guide',
        'Missing: industry, lead source detail, other',
        'Came by: webinar',
      ].join('. '),
    )
    expect(message.text).not.toMatch(/[*<>]/)
  })

  it('shows the same to the eye, with the deadline in the reader’s own time', () => {
    const shown = shownText(message.blocks)
    for (const part of [
      'Dana Ruiz · respond by 11:00 AM · Northwind',
      '*VP Marketing* · Northwind · 240 people · computer software · Spain',
      '*Score 85* (hot) · tier 1',
      `*Respond by ${slackDate(DUE, ZONE)}*`,
      '*Why 85:* +20 company size tier 1 · +20 demo requested · +15 buyer persona',
      '*Viewed:* /pricing (2×)',
      '*Content:* Routing guide',
      '*Missing:* industry, lead source detail, other',
    ]) {
      expect(shown).toContain(part)
    }
    // What only Baton knows by says nothing to a rep.
    expect(shown + message.text).not.toMatch(/tier-1-mql|contact 42|Route/)
  })

  it('has the controls of the contract: one primary button, a link and a menu', () => {
    const [contacted, link, more, ...others] = buttons(message)
    expect(others).toEqual([])
    expect(contacted).toMatchObject({
      type: 'button',
      action_id: 'lead.contacted',
      style: 'primary',
      value: '42-1',
      text: { text: 'Contacted' },
      accessibility_label: 'Contacted Dana Ruiz',
    })
    expect(link).toMatchObject({ url: 'https://app.hubspot.com/contacts/7001/record/0-1/42' })
    expect(link).not.toHaveProperty('style')
    expect(more).toMatchObject({ type: 'overflow', action_id: 'lead.more' })
    expect(more?.options).toMatchObject([
      { value: 'pass_on:42-1' },
      { value: 'disqualify:42-1' },
      { value: 'explain:42-1' },
    ])
  })

  it('leaves out what is not known', () => {
    const attributes = facts({})
    const score = { ...leadRecord().score, reasons: [], tier: undefined }
    const bare = render({ lead: leadRecord({ attributes, score, signals: [], pages: {}, portalId: undefined }) })
    expect(bare.text).toBe(`Unnamed lead · respond by 11:00 AM. Score 85 (hot). Respond by ${localTime(DUE, ZONE)}`)
    expect(JSON.stringify(bare)).not.toMatch(/undefined|unknown/)
  })

  it('shows a role without a company and the other way round', () => {
    const text = (values: Record<string, string>) => render({ lead: leadRecord({ attributes: facts(values) }) }).text
    expect(text({ firstName: 'Dana', jobTitle: 'CMO' })).toContain('Dana · respond by 11:00 AM. CMO. ')
    expect(text({ firstName: 'Dana', 'company.name': 'Acme Inc.' })).toContain(
      'Dana · respond by 11:00 AM · Acme Inc. Acme Inc. ',
    )
  })

  it('shows the last page that HubSpot knows when no visit came as a signal', () => {
    const pages = { last: 'https://www.example.com/blog/a?utm=1#top' }
    expect(render({ lead: leadRecord({ signals: [], pages }) }).text).toContain('Viewed: /blog/a')
  })

  it('shows the last five different pages', () => {
    const signals = Array.from({ length: 7 }, (_, n) => ({
      id: String(n),
      type: 'page',
      at: NOW + n,
      detail: `/p${n}`,
    }))
    expect(render({ lead: leadRecord({ signals }) }).text).toContain('Viewed: /p2, /p3, /p4, /p5, /p6')
  })

  it('a company with & and a name with < are shown as they are', () => {
    const lead = leadRecord({ attributes: facts({ firstName: 'A<b', 'company.name': 'Smith & Sons' }) })
    const live = render({ lead })
    expect(live.blocks[0]).toMatchObject({ type: 'header', text: { text: 'Ab · respond by 11:00 AM · Smith & Sons' } })
    expect(live.text).toContain('Ab · respond by 11:00 AM · Smith &amp; Sons')
    const gone = render({ lead, handoff: contacted })
    expect(gone.text).toContain('Ab, Smith &amp; Sons')
    expect(shownText(gone.blocks)).toContain('*Ab, Smith &amp; Sons*')
  })
})

describe('what a message is for', () => {
  it.each([
    ['rep-alert', 'ae-1', 'Dana Ruiz · respond by 11:00 AM · Northwind', false],
    // Its readers are in several zones.
    ['pool-alert', undefined, 'Dana Ruiz · Northwind', true],
    ['reminder', 'ae-1', 'Still waiting for you: Dana Ruiz · respond by 11:00 AM · Northwind', false],
    ['manager-alert', undefined, 'No response yet: Dana Ruiz · respond by 11:00 AM · Northwind', true],
    ['hot-alert', undefined, 'Hot lead: Dana Ruiz · respond by 11:00 AM · Northwind', true],
  ] as const)('%s', (kind, reader, title, namesHolder) => {
    const message = render({ kind, reader })
    expect(message.text.startsWith(`${title}. `)).toBe(true)
    expect(message.blocks[0]).toMatchObject({ type: 'header', text: { type: 'plain_text', text: title } })
    expect(message.text.includes('with <@U0000AE1>')).toBe(namesHolder)
    expect(buttons(message)).toHaveLength(3)
  })

  it('the manager reads what happened', () => {
    const { text } = render({ kind: 'manager-alert', reader: undefined, handoff: moved })
    for (const part of ['Given to <@U0000AE1>', 'Reminded <@U0000AE1>', 'Reassigned to <@U0000AE2>', 'Was due']) {
      expect(text).toContain(part)
    }
    const nobody = takeDueSteps(open, NOW + 2 * HOUR, null).handoff
    expect(render({ kind: 'manager-alert', reader: undefined, handoff: nobody }).text).toContain(
      'Nobody left to give it to',
    )
    const asked = takeDueSteps({ ...open, passOn: { by: 'U0000AE1', at: NOW } }, NOW, null).handoff
    expect(render({ kind: 'manager-alert', reader: undefined, handoff: asked }).text).toContain(
      'Wanted to pass on by <@U0000AE1>',
    )
  })

  it('the next rep reads where the lead comes from and when the manager will hear of it', () => {
    const hears = `The manager hears of it ${localTime(NOW + 5 * HOUR, ZONE)}`
    const { text, blocks } = render({ handoff: moved, reader: 'ae-2' })
    expect(text).toMatch(/^Reassigned: Dana Ruiz · was due 11:00 AM/)
    for (const part of ['Reassigned from <@U0000AE1>: no response', hears]) expect(text).toContain(part)
    expect(shownText(blocks)).toContain('Reassigned from <@U0000AE1>: no response')
    expect(render().text).not.toMatch(/Reassigned|The manager hears/)
    const told = takeDueSteps(moved, NOW + 5 * HOUR, null).handoff
    expect(render({ handoff: told, reader: 'ae-2' }).text).not.toContain('The manager hears')
  })

  it('a lead that was passed on says by whom', () => {
    const asked: Handoff = { ...open, passOn: { by: 'U0000AE1', at: NOW } }
    const names = { 'ae-1': 'Ada Lane', U0000AE1: 'Ada Lane' }
    const { text } = render({ handoff: takeDueSteps(asked, NOW, nextRep('ae-2')).handoff, reader: 'ae-2', names })
    expect(text).toMatch(/^Passed on by Ada Lane: Dana Ruiz · respond by 11:00 AM/)
    expect(text).toContain('Passed on by <@U0000AE1>')
  })

  it('a deadline that has passed was due', () => {
    expect(render({ handoff: reminded }).text).toContain(`Was due ${localTime(DUE, ZONE)}`)
  })

  it('a rep who has left the config is named by id', () => {
    expect(render({ kind: 'pool-alert', reader: undefined, slackIds: {} }).text).toContain('with ae-1')
  })
})

describe('a message follows its handoff', () => {
  it.each<[string, Partial<MessageInput>, string]>([
    ['contacted, of a kind without attempts', { handoff: { ...contacted, attempts: undefined } }, 'Contacted by <@U'],
    ['contacted', { handoff: contacted }, 'Contacted by <@U0000AE1> '],
    ['contacted, how long it took', { handoff: contacted }, 'after 20 min'],
    ['seen in HubSpot', { handoff: seen }, 'Contacted: seen in HubSpot '],
    ['seen in HubSpot, how long it took', { handoff: seen }, 'after 20 min'],
    ['contacted and reached', { handoff: over('done', contacted) }, 'Contacted by <@U0000AE1> '],
    ['taken on by sales', { handoff: over('qualified', contacted) }, 'after 20 min\nTaken on by sales '],
    ['nobody reached it, with the reason', { handoff: over('returned', contacted) }, 'not a fit: &lt;small&gt;'],
    ['disqualified, with the reason', { handoff: over('disqualified') }, 'not a fit: &lt;small&gt;'],
    ['disqualified by', { handoff: over('disqualified') }, 'Disqualified by <@U0000AE1> '],
    ['gone', { handoff: over('missing') }, 'the contact is no longer in HubSpot'],
    ['merged', { handoff: over('merged') }, 'the contact was merged into another'],
    ['contacted, in the pool', { handoff: contacted, kind: 'pool-alert', reader: undefined }, 'Contacted by'],
    ['reassigned, for the rep before', { handoff: moved, reader: 'ae-1' }, 'Reassigned to <@U0000AE2> '],
  ])('%s', (_, changes, state) => {
    const message = render(changes)
    expect(message.text).toContain(`Dana Ruiz, Northwind. `)
    expect(message.text).toContain(state)
    expect(shownText(message.blocks).replaceAll('*', '')).toContain(state)
    const goesOn = changes.handoff?.answered && !['returned'].includes(changes.handoff.ended?.how ?? '')
    expect(shownText(message.blocks)).toContain(goesOn ? '*Dana Ruiz, Northwind*' : '~Dana Ruiz, Northwind~')
    // Who goes on with it needs its role and the way to it.
    expect(shownText(message.blocks).includes('*VP Marketing* · <https://app.hubspot.com')).toBe(Boolean(goesOn))
    const asks = changes.handoff?.attempts !== undefined && changes.handoff.state === 'answered'
    expect(buttons(message)).toHaveLength(asks ? 3 : 0)
  })

  it('stays live for the new rep, the pool and the manager after a reassignment', () => {
    for (const reader of ['ae-2', undefined]) expect(buttons(render({ handoff: moved, reader }))).toHaveLength(3)
  })

  it('the same state gives the same message', () => {
    expect(render()).toEqual(render({ handoff: structuredClone(open), lead: structuredClone(leadRecord()) }))
  })
})

describe('nobody is available', () => {
  const since = NOW - HOUR
  const waiting = waitingHandoff(ORDER, since)
  const message = render({ kind: 'nobody-available', handoff: waiting, reader: undefined })

  it('says who waits since when, and where to look', () => {
    for (const part of ['pool ae', 'score 85', localTime(since, ZONE), 'team.yaml']) {
      expect(message.text).toContain(part)
    }
    expect(shownText(message.blocks)).toContain(slackDate(since, ZONE))
    // The manager has to look at the pool, not at the lead.
    expect(JSON.stringify(message)).not.toContain('Dana')
  })

  it.each([
    ['somebody got it', open, 'Given to <@U0000AE1>'],
    ['nobody is wanted any more', ended(waiting, NOW + DAY, 'released'), 'its route no longer goes to sales'],
    ['it is over for a reason of its own', over('released', waiting), 'not a fit'],
  ])('and says so once it is true no more: %s', (_, handoff, state) => {
    const after = render({ kind: 'nobody-available', handoff, reader: undefined })
    expect(shownText(after.blocks)).toContain(state)
    expect(shownText(after.blocks)).not.toContain('tried again every minute')
    expect(buttons(after)).toEqual([])
  })
})
