import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import type { Handoff } from '../../../src/handoffs/handoff.ts'
import { takeDueSteps } from '../../../src/handoffs/ladder.ts'
import { MESSAGES, type MessageKind } from '../../../src/handoffs/rungs.ts'
import { waitingHandoff } from '../../../src/handoffs/start.ts'
import type { LeadRecord } from '../../../src/leads/lead.ts'
import { renderMessage } from '../../../src/messages/alert.ts'
import { disqualifyModal, type Modal } from '../../../src/messages/controls.ts'
import { explainScore } from '../../../src/messages/explanation.ts'
import { ATTRIBUTE_NAMES } from '../../../src/rules/attributes.ts'
import type { LeadScore } from '../../../src/rules/score.ts'
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
import { foreignMarkup, objectsIn, textObjects } from '../../support/slack-blocks.ts'

const config = await loadConfig('config', NOW)
const PEOPLE = ['U0000AE1', 'U0000AE2']
const FRAGMENTS = [
  '<!channel>',
  '<!here>',
  '<@U666>',
  '<#C666>',
  '<https://evil.example|HubSpot>',
  '<!subteam^S1>',
  '<!date^1^{date}|x>',
  '<',
  '>',
  '&',
  '&lt;',
  '&#60;',
  '*',
  '~',
  '|',
  '!',
  '\u200B',
  '\u202E',
  '\n',
  '😀',
  '<\u200B!channel>',
]
const hostile = fc
  .array(fc.oneof(fc.constantFrom(...FRAGMENTS), fc.string({ maxLength: 5 })), { minLength: 1, maxLength: 12 })
  .map((parts) => parts.join(''))
/** Text that grows the most when it is escaped, longer than any limit. */
const huge = fc.constantFrom('&', '<', '>', 'x', '😀', '&<').map((text) => text.repeat(400))
const untrusted = fc.oneof(hostile, huge)

const leads: fc.Arbitrary<LeadRecord> = fc
  .record({
    id: untrusted,
    values: fc.record(Object.fromEntries(ATTRIBUTE_NAMES.facts.map((name) => [name, untrusted]))),
    details: fc.array(fc.tuple(untrusted, fc.constantFrom('', '/', 'https://www.example.com/')), { maxLength: 12 }),
    last: fc.option(untrusted, { nil: undefined }),
    reason: untrusted,
    reasons: fc.array(untrusted, { maxLength: 3 }),
    missing: fc.subarray(['jobTitle', 'company.size', 'company.industry', 'leadSource.detail']),
  })
  .map(({ id, values, details, last, reason, reasons, missing }) =>
    leadRecord({
      id,
      attributes: facts(values),
      missing,
      pages: last === undefined ? {} : { last },
      score: { ...leadRecord().score, reasons },
      route: { name: 'low', to: { disqualify: reason }, reason, at: NOW },
      signals: details.map(([detail, start], n) => ({ id: String(n), type: 'a', at: NOW, detail: start + detail })),
    }),
  )

const open = started()
const asked = (handoff: Handoff): Handoff => ({ ...handoff, passOn: { by: 'U0000AE1', at: NOW } })
const passedOnOften = Array.from({ length: 40 }).reduce<Handoff>(
  (handoff) => takeDueSteps(asked(handoff), NOW, null).handoff,
  open,
)
const moved = takeDueSteps(open, NOW + 2 * HOUR, nextRep('ae-2')).handoff
const contacted = answered(open, NOW + MINUTE)
const seen = answered(open, NOW + MINUTE, 'seen-in-hubspot')
const gone = ended(open, NOW + MINUTE, 'missing', { by: 'U0000AE1' })
const waiting = waitingHandoff(ORDER, NOW)
const kinds = Object.keys(MESSAGES) as MessageKind[]

const messages = fc
  .record({
    kind: fc.constantFrom(...kinds),
    lead: leads,
    handoff: fc.oneof(
      fc.constantFrom(open, moved, passedOnOften, contacted, seen, gone, waiting),
      untrusted.map((reason) => ended(open, NOW + MINUTE, 'disqualified', { by: 'U0000AE1', reason })),
      untrusted.map((reason) => ended(contacted, NOW + DAY, 'returned', { reason })),
    ),
    reader: fc.constantFrom('ae-1', 'ae-2', undefined),
  })
  .map((input) => ({
    ...input,
    message: renderMessage({
      ...input,
      slackIds: { 'ae-1': 'U0000AE1', 'ae-2': 'U0000AE2' },
      timeZone: 'America/New_York',
    }),
  }))

function expectNothingForeign(text: string, parts: unknown) {
  expect(foreignMarkup(text, PEOPLE)).toEqual([])
  for (const object of textObjects(parts)) {
    if (object.type === 'mrkdwn') expect(foreignMarkup(object.text, PEOPLE)).toEqual([])
    else expect(object.text).not.toMatch(/[<>]/)
  }
  for (const { accessibility_label: label } of objectsIn(parts)) if (label) expect(label).not.toMatch(/[<>]/)
}

/** The limits of Block Kit; Slack refuses a message that breaks one. Characters, as Slack counts them. */
function expectWithinLimits(parts: unknown) {
  for (const object of objectsIn(parts)) {
    const text = (object.text ?? {}) as { text?: string }
    const characters = [...(text.text ?? '')].length
    if (object.type === 'header') expect(text.text?.length).toBeLessThanOrEqual(80)
    if (object.type === 'section') expect(text.text?.length).toBeLessThanOrEqual(3_000)
    if (object.type === 'section') expect(characters).toBeGreaterThan(0)
    if (object.type === 'button') expect(text.text?.length).toBeLessThanOrEqual(75)
    if (object.type === 'mrkdwn') expect(String(object.text).length).toBeLessThanOrEqual(3_000)
    if (typeof object.accessibility_label === 'string')
      expect(object.accessibility_label.length).toBeLessThanOrEqual(75)
    if (typeof object.action_id === 'string') expect(object.action_id.length).toBeLessThanOrEqual(255)
    if (Array.isArray(object.options)) {
      for (const { text, value } of object.options as { text: { text: string }; value: string }[]) {
        expect(text.text.length).toBeLessThanOrEqual(75)
        expect(value.length).toBeLessThanOrEqual(75)
      }
      if (object.type === 'overflow') expect(object.options.length).toBeLessThanOrEqual(5)
    }
  }
}

describe('whatever a lead wrote', () => {
  it('forms no mention, channel call or link, in the text or in a block', () => {
    fc.assert(
      fc.property(messages, ({ message }) => expectNothingForeign(message.text, message.blocks)),
      { numRuns: 300 },
    )
  })

  it('keeps a message within the limits of Slack, so that the alert is not refused', () => {
    fc.assert(
      fc.property(messages, ({ message }) => {
        expect(message.text.length).toBeGreaterThan(0)
        expect(message.text.length).toBeLessThanOrEqual(1_000)
        expect(message.text.isWellFormed()).toBe(true)
        expect(message.blocks.length).toBeLessThanOrEqual(50)
        expectWithinLimits(message.blocks)
      }),
      { numRuns: 300 },
    )
  })

  it('there is exactly one primary button on a live message and none on another', () => {
    fc.assert(
      fc.property(messages, ({ message, kind, handoff, reader }) => {
        const holder = handoff.holders.at(-1)?.rep
        const isOther = ['nobody-available', 'owner-refused', 'reason-asked'].includes(kind)
        const wantsSomething = handoff.state === 'open' && !isOther
        const live = wantsSomething && (reader === undefined || reader === holder)
        const primary = objectsIn(message.blocks).filter((object) => object.style === 'primary')
        expect(primary).toHaveLength(live ? 1 : 0)
        if (live) expect(primary[0]).toMatchObject({ action_id: 'lead.contacted', value: '42-1' })
      }),
    )
  })

  it('ten long texts that grow by escaping still fit into one section', () => {
    const long = Array.from({ length: 5 }, (_, n) => `${n}${'&'.repeat(190)}`)
    const signals = [...long, ...long.map((text) => `/${text}`)].map((detail, n) => ({
      id: `${n}`,
      type: 'a',
      at: NOW,
      detail,
    }))
    const attributes = facts(Object.fromEntries(ATTRIBUTE_NAMES.facts.map((name) => [name, '&'.repeat(200)])))
    for (const kind of kinds) {
      const lead = leadRecord({ attributes, signals, score: { ...leadRecord().score, reasons: long } })
      const input = { kind, lead, handoff: passedOnOften, reader: undefined, slackIds: {}, timeZone: 'UTC' }
      const { text, blocks } = renderMessage(input)
      expectWithinLimits(blocks)
      expectNothingForeign(text, blocks)
      expect(text.length).toBeLessThanOrEqual(1_000)
      for (const { text: shown } of textObjects(blocks).filter(({ type }) => type === 'mrkdwn')) {
        expect(shown).not.toMatch(/&(?!amp;|lt;|gt;)/)
      }
    }
  })

  it('the modal is safe and within its limits', () => {
    fc.assert(
      fc.property(leads, (lead) => {
        const modal: Modal = disqualifyModal(lead, 'opaque')
        expectNothingForeign('', modal)
        expectWithinLimits(modal.blocks)
        for (const part of [modal.title, modal.submit, modal.close]) {
          expect(part?.text.length).toBeLessThanOrEqual(24)
        }
      }),
    )
  })

  it('the explanation is safe and within its limits', () => {
    const contributions = fc.array(
      untrusted.map((text) => ({
        signal: { id: text, type: text, at: NOW, detail: text },
        age: HOUR,
        points: 1,
        reason: 'counted' as const,
      })),
      { maxLength: 30 },
    )
    fc.assert(
      fc.property(leads, contributions, (lead, contributions) => {
        const score: LeadScore = {
          icp: { checks: [], derived: {} },
          fit: { points: 0, contributions: [] },
          engagement: { points: 30, exact: 30, contributions },
          total: 30,
          band: 'low',
          mql: false,
        }
        const message = explainScore(config, lead, score, NOW)
        expectNothingForeign(message.text, message.blocks)
        expectWithinLimits(message.blocks)
        expect(message.text.length).toBeLessThanOrEqual(3_000)
      }),
    )
  })
})

test('foreignMarkup knows what is foreign, so that these tests can fail', () => {
  const own = '<@U0000AE1> <!date^1^{date_short_pretty} at {time}|Wed 18 Nov, 10:00 GMT-5>'
  expect(foreignMarkup(own.replace('GMT-5', 'EST'), PEOPLE)).toEqual([])
  for (const text of ['<!channel>', '<@U666>', '<https://evil.example|x>', 'a > b', 'a < b']) {
    expect(foreignMarkup(text, PEOPLE)).not.toEqual([])
  }
})
