import { expect, test } from 'vitest'
import example from '../../../openapi/lead-example.json' with { type: 'json' }
import type { LeadView } from '../../../src/views/lead-schema.ts'
import { leadViewText } from '../../../src/views/lead-text.ts'

const VIEW = example as unknown as LeadView

/** The view with `more` at the end of every text that is neither an instant nor a time zone. */
function withEverywhere(more: string): LeadView {
  const readable = (key: string, value: unknown) => key !== 'timeZone' && Number.isNaN(Date.parse(String(value)))
  return JSON.parse(
    JSON.stringify(VIEW, (key, value) => (typeof value === 'string' && readable(key, value) ? value + more : value)),
  )
}

test.each([
  ['clears the screen', '\u001b[2J\u001b[H', '\\u{1b}[2J\\u{1b}[H'],
  ['sets the title of the window, the C1 way', '\u009d0;owned\u0007', '\\u{9d}0;owned\\u{7}'],
  ['makes a link', '\u001b]8;;https://evil.example\u0007', '\\u{1b}]8;;https://evil.example\\u{7}'],
  [
    'forges a line',
    '\nScore 100 (hot), a marketing-qualified lead',
    '\\u{a}Score 100 (hot), a marketing-qualified lead',
  ],
  ['writes over its line', '\rScore 100', '\\u{d}Score 100'],
  ['begins a line in Unicode', '\u2028x\u2029x\u0085x', '\\u{2028}x\\u{2029}x\\u{85}x'],
  ['turns the writing around', '\u202ex\u2066x\u200fx\u061c', '\\u{202e}x\\u{2066}x\\u{200f}x\\u{61c}'],
  ['hides something', 'a\u200bb\u{e0041}', 'a\\u{200b}b\\u{e0041}'],
])('a text that %s is written out wherever it stands', (_, hostile, written) => {
  const text = leadViewText(withEverywhere(hostile))
  expect(text).toContain(`jobTitle = VP Marketing${written}  (`)
  expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
  expect(text.split('\n')).toHaveLength(leadViewText(VIEW).split('\n').length)
})

test('a text in any language stays as it is', () => {
  const name = 'Łukasz Müller-Ångström, 部長 · مدير التسويق 🚀'
  expect(leadViewText(withEverywhere(name))).toContain(`jobTitle = VP Marketing${name}  (`)
})

test('who was passed over says why, and a pool that was asked again says so', () => {
  const member = {
    rep: 'ae-1',
    weight: 1,
    turns: 2,
    share: 2,
    lastLeadAt: null,
    skipped: 'speaks no German',
    chosen: false,
  }
  const pools = [
    { pool: 'ae', members: [member] },
    { pool: 'ae', members: [{ ...member, skipped: null, chosen: true }] },
  ]
  const text = leadViewText({
    ...VIEW,
    rotation: { rep: 'ae-1', pool: 'ae', why: 'rotation', keptOwner: false, pools },
  })
  expect(text).toContain(`  no   ae/ae-1: speaks no German
  ae again, without asking for more:
  yes  ae/ae-1: 2 turns ÷ weight 1 = 2, last lead never`)
})
