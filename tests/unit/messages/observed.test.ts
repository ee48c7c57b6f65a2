import { describe, expect, test } from 'vitest'
import { type ObservedOutcome, sumObserved } from '../../../src/leads/observed-outcome.ts'
import { type ObservedReport, renderObserved, SHOWN } from '../../../src/messages/observed.ts'
import { DAY, HOUR, MINUTE, NOW } from '../../support/records.ts'
import { foreignMarkup, shownText, textObjects } from '../../support/slack-blocks.ts'

const ownerOf = (rep: string) => ({ 'sdr-1': '201', 'sdr-2': '202' })[rep]

function outcome(more: Partial<ObservedOutcome> = {}, rep: string | null = 'sdr-1'): ObservedOutcome {
  const handover = {
    ...{
      id: '42-1',
      leadId: '42',
      route: 'mql',
      kind: 'mql-to-sales',
      withSales: true,
      pool: 'sdr',
      rep,
      at: NOW - 4 * HOUR,
    },
    ...{ dueAt: rep === null ? null : NOW - 3 * HOUR, owner: '', baseline: {} },
  }
  return { handover, ...more }
}

function report(outcomes: ObservedOutcome[], name = 'Dana Ruiz'): ObservedReport {
  return {
    ...{ from: NOW - DAY, to: NOW, now: NOW, timeZone: 'UTC', everything: true, portalId: '900', ownerOf },
    sum: sumObserved(outcomes, ownerOf, NOW),
    lines: outcomes.slice(0, SHOWN).map((one) => ({ outcome: one, name })),
    others: [],
    people: { 'sdr-1': 'Cleo Park', 'sdr-2': 'Dan Moss' },
    owners: { 201: 'Cleo Park', 202: 'Dan Moss', 999: 'Old Hand' },
  }
}

const since = (milliseconds: number) => NOW - 4 * HOUR + milliseconds
const lineFor = (one: ObservedOutcome) =>
  shownText(renderObserved(report([one])).blocks)
    .split('\n')
    .at(-1) ?? ''

describe('a line of the report', () => {
  test.each([
    ['nobody has it', {}, "nobody's yet; not contacted, *late*"],
    ['the same rep', { owner: { id: '201', at: since(0) } }, 'Cleo Park had it, the same; not contacted, *late*'],
    [
      'another one, who called in time',
      { owner: { id: '202', at: since(20 * MINUTE) }, answered: { at: since(30 * MINUTE), owner: '202' } },
      'Dan Moss after 20 min; contacted after 30 min',
    ],
    [
      'somebody else called than got it',
      { owner: { id: '202', at: since(1_000) }, answered: { at: since(90 * MINUTE), owner: '999' } },
      'Dan Moss after under 1 min; contacted after 1 h 30 min by Old Hand, *late*',
    ],
    [
      'an owner whom nobody knows',
      { owner: { id: '5', at: since(2 * HOUR) } },
      'owner 5 after 2 h; not contacted, *late*',
    ],
    ['gone', { missing: true as const }, 'no longer in HubSpot; nothing to see'],
  ])('%s', (_, more, expected) => {
    expect(lineFor(outcome(more))).toMatch(
      /^• <https:\/\/app\.hubspot\.com\/contacts\/900\/record\/0-1\/42\|Dana Ruiz>: Cleo Park by mql, due /,
    )
    expect(lineFor(outcome(more)).split('In HubSpot: ')[1]).toBe(expected)
  })

  test('of one for whom nobody was free', () => {
    expect(lineFor(outcome({}, null))).toContain('waits, nobody of sdr is free. In HubSpot')
  })
})

describe('the report', () => {
  test('shows twenty leads, and says how many there are', () => {
    const { blocks, text } = renderObserved(report(Array.from({ length: 25 }, () => outcome())))
    const shown = shownText(blocks)
    expect(shown).toContain('Observed: 25 leads would have been handed over')
    expect(shown.match(/Dana Ruiz/g)).toHaveLength(20)
    expect(shown).toContain('and 5 more')
    expect(text).toMatch(/^Observed: 25 leads/)
    for (const one of textObjects(blocks)) expect(one.text.length).toBeLessThanOrEqual(3_000)
  })

  test('says that there was nothing, and whether all of Baton observes', () => {
    expect(renderObserved(report([])).text).toMatch(/no lead would have been handed over\. Baton only observes/)
    expect(renderObserved({ ...report([]), everything: false }).text).toContain('By routes with observe: true')
  })

  test('counts handoffs of other kinds apart', () => {
    const others = [{ kind: 'trial', count: 3 }]
    expect(shownText(renderObserved({ ...report([]), others }).blocks)).toContain('*Handoffs of other kinds*: trial 3')
  })

  test('a name cannot ping or forge', () => {
    const rendered = renderObserved(report([outcome()], '<!channel> | <https://evil.example|click> *bold*'))
    const markup = foreignMarkup(shownText(rendered.blocks), [])
    expect(markup.filter((one) => !one.startsWith('<https://app.hubspot.com/'))).toEqual([])
  })
})
