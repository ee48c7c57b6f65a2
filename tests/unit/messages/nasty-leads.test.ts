import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { blockProblems, viewProblems } from '../../../simulators/slack/blocks.ts'
import { loadConfig } from '../../../src/config/load.ts'
import type { Handoff } from '../../../src/handoffs/handoff.ts'
import { takeDueSteps } from '../../../src/handoffs/ladder.ts'
import { MESSAGES, type MessageKind } from '../../../src/handoffs/rungs.ts'
import { waitingHandoff } from '../../../src/handoffs/start.ts'
import type { LeadRecord } from '../../../src/leads/lead.ts'
import type { RenderedMessage } from '../../../src/messages/alert.ts'
import { disqualifyModal, type Modal, reasonModal, whyModal } from '../../../src/messages/controls.ts'
import { explainScore } from '../../../src/messages/explanation.ts'
import { formModal } from '../../../src/messages/forms.ts'
import { leadName } from '../../../src/messages/names.ts'
import { renderNotice } from '../../../src/messages/notice.ts'
import { passOnModal } from '../../../src/messages/pass-on.ts'
import { renderFor, renderPost } from '../../../src/messages/render.ts'
import { renderStuck } from '../../../src/messages/stuck.ts'
import { ATTRIBUTE_NAMES } from '../../../src/rules/attributes.ts'
import { scoreLead } from '../../../src/rules/score.ts'
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
import { objectsIn, textObjects } from '../../support/slack-blocks.ts'

const config = await loadConfig('config', NOW)

/** What people, scripts and jokers put into a form. */
const NASTY = [
  '<>',
  '<><><>',
  '',
  ' ',
  '\u200D',
  '\u200B\u2060',
  '\u3164',
  '\u2800',
  '\u0301\u0301',
  '𝓓𝓪𝓷𝓪'.repeat(10),
  '👩\u200D💻'.repeat(30),
  '👨\u200D👩\u200D👧\u200D👦'.repeat(12),
  '🇪🇸'.repeat(40),
  'علی\u200Cرضا '.repeat(12),
  'ශ්\u200Dරී '.repeat(20),
  'שלום \u202Eabc\u202C',
  `Z${'\u0321\u0334\u0489'.repeat(60)}algo`,
  `${'e\u0301'.repeat(90)}`,
  '&'.repeat(300),
  '\uD83D',
  'Dana\n\n<!channel>',
  '+1 (415) 555-0100',
  'dana|x@northwind.example',
  'dana@northwind.example',
  'https://www.linkedin.com/in/dana|<!here>',
  'https://linkedin.com.evil.example/in/dana',
  'US',
  'America/New_York',
]
const text = fc.oneof(
  fc.constantFrom(...NASTY),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.string({ unit: 'binary', maxLength: 60 }),
)

const someFacts = fc.uniqueArray(fc.tuple(fc.constantFrom(...ATTRIBUTE_NAMES.facts), text), {
  selector: ([name]) => name,
})
const leads: fc.Arbitrary<LeadRecord> = fc
  .record({
    values: someFacts.map((all): Record<string, string> => Object.fromEntries(all)),
    signals: fc.array(fc.tuple(fc.constantFrom(...Object.keys(config.signals), 'unheard_of', 'constructor'), text), {
      maxLength: 8,
    }),
  })
  .map(({ values, signals }) =>
    leadRecord({
      attributes: facts(values),
      missing: ['company.size', 'leadSource.detail'],
      signals: signals.map(([type, detail], n) => ({ id: `${n}`, type, at: NOW - n * HOUR, detail })),
    }),
  )

const open = started()
const passOn = { by: 'U0000AE1', at: NOW, note: 'They speak <!channel> German' }
const moved = takeDueSteps(open, NOW + 2 * HOUR, nextRep('ae-2')).handoff
const passed = takeDueSteps({ ...open, passOn }, NOW, nextRep('ae-2')).handoff
const late = answered(open, NOW + 80 * MINUTE)
const handoffs: Handoff[] = [
  open,
  moved,
  passed,
  { ...open, ruled: true, byRoute: false, kind: 'churn-risk' },
  late,
  { ...late, undo: { until: NOW + 2 * HOUR, lead: {} } },
  answered(open, NOW + MINUTE, 'seen-in-hubspot'),
  ended(late, NOW + DAY, 'qualified'),
  ended(late, NOW + DAY, 'returned', { reason: 'nobody answered' }),
  ended(open, NOW + DAY, 'disqualified', { by: 'U0000AE1', reason: 'not a fit' }),
  { ...open, wantsReason: { of: 'ae-1', at: NOW } },
  waitingHandoff(ORDER, NOW),
]
const kinds = (Object.keys(MESSAGES) as MessageKind[]).filter((kind) => kind !== 'told')

/** Every message that can be about a lead. */
function messagesOf(lead: LeadRecord): RenderedMessage[] {
  const told = {
    ...{
      to: 'ae-1',
      at: NOW,
      because: [{ what: 'trigger' as const, name: 'x', signal: 'demo_requested', detail: '<>' }],
    },
    opens: [{ open: 'churn-risk' }],
  }
  const state = { lead: { ...lead, told: { '42-told': told } } as LeadRecord, handoffs: {} }
  return [
    ...kinds.flatMap((kind) =>
      handoffs.flatMap((handoff) =>
        [undefined, 'ae-1', 'ae-2'].map((rep) => renderFor(config, rep ? { kind, rep } : { kind }, lead, handoff)),
      ),
    ),
    renderPost(config, { kind: 'told', to: 'ae-1', handoffId: '42-told' }, state) ?? { text: '', blocks: [] },
    renderNotice(config.team, { what: 'came-back', lead: lead.id, rep: 'ae-1' } as never, lead),
    renderStuck({
      id: 's',
      count: 1,
      at: NOW,
      after: DAY,
      lines: [{ lead, stage: 'mql', since: NOW - 40 * DAY }],
      portalId: '7',
    }),
    explainScore(config, lead, scoreLead(config, lead.attributes, lead.signals, NOW), NOW),
  ]
}

function modalsOf(lead: LeadRecord): Modal[] {
  const reject = { name: 'reject', label: 'Reject', act: 'end' as const, do: [], reasons: ['no budget', 'false alarm'] }
  const questions = Object.values(config.forms).flat()
  return [
    disqualifyModal(lead, 'opaque'),
    whyModal(lead, 'opaque'),
    reasonModal(lead, reject, 'opaque'),
    passOnModal(lead, [{ rep: 'ae-2', name: 'Ben <Ortiz>', is: 'away' }], 'opaque'),
    formModal(lead, 'Qualified', questions, 'opaque'),
  ]
}

describe('whatever a lead is called and wrote', () => {
  it('Slack takes every message and every modal about it', () => {
    fc.assert(
      fc.property(leads, (lead) => {
        for (const { text, blocks } of messagesOf(lead)) {
          expect(blockProblems(structuredClone(blocks), 'message')).toEqual([])
          expect(text).not.toBe('')
          expect(text.isWellFormed()).toBe(true)
          for (const object of textObjects(blocks)) expect(object.text.trim()).not.toBe('')
          for (const { accessibility_label: label } of objectsIn(blocks))
            if (typeof label === 'string') expect(label.length).toBeLessThanOrEqual(75)
        }
        for (const modal of modalsOf(lead)) expect(viewProblems(structuredClone(modal))).toEqual([])
      }),
      { numRuns: 60 },
    )
  })

  it('the first block and the text of an alert start alike, within 80 characters, with a name', () => {
    fc.assert(
      fc.property(leads, fc.constantFrom(open, moved, passed), (lead, handoff) => {
        const rep = handoff.holders.at(-1)?.rep ?? ''
        const { text, blocks } = renderFor(config, { kind: 'rep-alert', rep }, lead, handoff, undefined, undefined, NOW)
        const [first] = textObjects(blocks)
        const spoken = text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
        expect(spoken.replaceAll('*', '').startsWith((first?.text ?? '-').replaceAll('*', '').replace(/\.$/, ''))).toBe(
          true,
        )
        expect(first?.text.length).toBeLessThanOrEqual(80)
        expect(first?.text).toMatch(/[\p{L}\p{N}\p{P}\p{S}]/u)
        expect(first?.text).toMatch(/ · (respond by|was due) \d/)
      }),
      { numRuns: 200 },
    )
  })

  it.each([
    ['<>', 'Unnamed lead'],
    ['\u200D\u3164', 'Unnamed lead'],
    ['علی\u200Cرضا', 'علی\u200Cرضا'],
    ['👩\u200D💻', '👩\u200D💻'],
    ['a\u202Eb', 'ab'],
  ])('%j is called %j', (firstName, name) => {
    expect(leadName({ attributes: facts({ firstName }) })).toBe(name)
  })
})
