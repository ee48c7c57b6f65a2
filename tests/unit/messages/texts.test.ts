import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clean, escapeText, plainText, slackDate } from '../../../src/messages/texts.ts'
import { duration, localTime } from '../../../src/rules/words.ts'
import { instant } from '../../support/business-time-vectors.ts'
import { DAY, HOUR, MINUTE, NOW, SECOND } from '../../support/records.ts'

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('<', '>', '&', '!', '|', '@', ' ', '\n', '\u200B', '\u202E', 'a', '👩‍💻') }),
)

describe('clean', () => {
  it.each([
    ['a\n\tb   c', 'a b c'],
    ['  a ', 'a'],
    ['a\u200Bb\u202Ec\u2066d\uFEFFe\u061Cf', 'abcd ef'],
    ['a \u200B b', 'a b'],
    ['a\u0000b\u0007c', 'abc'],
    ['Zoë 👍', 'Zoë 👍'],
    ['علی\u200Cرضا', 'علی\u200Cرضا'],
    ['ශ්\u200Dරී', 'ශ්\u200Dරී'],
    ['👩\u200D💻 👩🏽\u200D💻', '👩\u200D💻 👩🏽\u200D💻'],
    ['\u200Da\u200D\u200D b\u200C', 'a\u200D b\u200C'],
    ['\u2066\u202Eלילך\u2069', 'לילך'],
    ['\u200D \u2800 \u3164 \u00AD \u{E0041}', ''],
    ['\u0301\u0301', ''],
  ])('%j is %j', (text, cleaned) => {
    expect(clean(text, 50)).toBe(cleaned)
  })

  it.each([
    ['abcde', 5, 'abcde'],
    ['abcdef', 5, 'abcd…'],
    ['👍👍👍', 2, '…'],
    ['👍👍👍', 3, '👍…'],
    ['👩\u200D💻👩\u200D💻👩\u200D💻', 11, '👩\u200D💻👩\u200D💻…'],
    ['e\u0301e\u0301e\u0301', 4, 'e\u0301…'],
    [`e${'\u0301'.repeat(60)}`, 5, 'e\u0301\u0301\u0301…'],
  ])('%s cut to %i characters is %s', (text, max, cut) => {
    expect(clean(text, max)).toBe(cut)
  })

  it('has single spaces, nothing invisible, no more than the maximum, and is clean at once', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 1, max: 30 }), (text, max) => {
        const cleaned = clean(text, max)
        expect(cleaned).not.toMatch(
          /\s\s|[\p{Cc}\u061C\u200B\u200E\u200F\u202A-\u202E\u2060-\u2069\uFEFF]|^[\u200C\u200D]/u,
        )
        expect(cleaned.length).toBeLessThanOrEqual(max)
        expect(clean(clean(text, 1_000), 1_000)).toBe(clean(text, 1_000))
      }),
    )
  })
})

describe('escapeText', () => {
  it.each([
    ['<!channel>', '&lt;!channel&gt;'],
    ['<https://evil.example|here>', '&lt;https://evil.example|here&gt;'],
    ['A & B', 'A &amp; B'],
    ['&lt;!here&gt;', '&amp;lt;!here&amp;gt;'],
    ['<\u200B!channel>', '&lt;!channel&gt;'],
  ])('%s is %s', (text, escaped) => {
    expect(escapeText(text)).toBe(escaped)
  })

  it('has no angle bracket, and reads back as the cleaned text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const escaped = escapeText(text, 100)
        expect(escaped).not.toMatch(/[<>]/)
        expect(escaped).not.toMatch(/&(?!amp;|lt;|gt;)/)
        const back = escaped.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
        expect(back).toBe(clean(text, 100))
      }),
    )
  })

  it('cuts at 150 characters unless told', () => {
    expect(escapeText('x'.repeat(200))).toBe(`${'x'.repeat(149)}…`)
  })
})

it('plainText leaves angle brackets out and escapes nothing', () => {
  expect(plainText('<!channel> A & B', 50)).toBe('!channel A & B')
  expect(plainText('abcdef', 3)).toBe('ab…')
})

describe('times', () => {
  it.each([
    ['Europe/Berlin', 'Wed 18 Nov, 16:00 CET'],
    ['UTC', 'Wed 18 Nov, 15:00 UTC'],
    ['Asia/Kolkata', 'Wed 18 Nov, 20:30 GMT+5:30'],
  ])('in %s', (zone, text) => {
    const shown = localTime(NOW, zone)
    expect(shown.slice(0, 18).trim()).toBe(text.slice(0, 18).trim())
    expect(shown).toMatch(/^Wed 18 Nov, \d\d:\d\d \S+$/)
  })

  it('midnight is 00:00', () => {
    expect(localTime(instant('2026-11-18T00:00:00Z'), 'UTC')).toContain('18 Nov, 00:00')
  })

  it('slackDate lets each reader’s Slack show its own time, in whole seconds', () => {
    expect(slackDate(NOW + 999, 'UTC')).toBe(
      `<!date^${NOW / 1_000}^{date_short_pretty} at {time}|${localTime(NOW, 'UTC')}>`,
    )
  })
})

describe('duration', () => {
  it.each([
    [0, '0 s'],
    [59 * SECOND, '59 s'],
    [59.6 * SECOND, '1 min'],
    [MINUTE, '1 min'],
    [59 * MINUTE, '59 min'],
    [59.9 * MINUTE, '1 h'],
    [2 * HOUR, '2 h'],
    [90 * MINUTE, '1 h 30 min'],
    [47 * HOUR, '47 h'],
    [2 * DAY, '2 days'],
    [90 * DAY, '90 days'],
  ])('%i ms is %s', (milliseconds, text) => {
    expect(duration(milliseconds)).toBe(text)
  })
})
