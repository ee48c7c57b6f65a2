import { expect, it } from 'vitest'
import type { Watermark } from '../../../src/store/watermarks.ts'
import { pollStatus } from '../../../src/work/poll-status.ts'

const NOW = Date.parse('2026-11-18T15:00:00Z')
const MINUTE = 60_000
const mark = (over: Partial<Watermark> = {}): Watermark => ({
  ...{ at: NOW, movedAt: NOW, askedAt: NOW - MINUTE, askAt: NOW, failing: null },
  ...over,
})
const status = (conversions: Watermark, others = mark()) =>
  pollStatus(
    [
      ['conversions', conversions],
      ['contacts', others],
      ['companies', others],
    ],
    NOW,
  )

it('is well when every look came to its end lately', () => {
  expect(status(mark())).toEqual({ status: 'ok', detail: 'last success 2026-11-18T14:59:00.000Z' })
})

it('is not polled yet, before the first looks are through', () => {
  expect(status(mark({ askedAt: null }))).toEqual({ status: 'ok', detail: 'not polled yet' })
})

it('says since when it fails, where and why', () => {
  const failing = { since: NOW - 30 * MINUTE, why: 'hubspot unavailable (403)' }
  expect(status(mark({ failing, askedAt: null }))).toEqual({
    status: 'degraded',
    detail:
      'cannot be polled: contacts by recent_conversion_date since 2026-11-18T14:30:00.000Z: hubspot unavailable (403); last success never',
  })
})

it('says when nobody polls', () => {
  const { status: how, detail } = status(mark(), mark({ askedAt: NOW - 11 * MINUTE }))
  expect([how, detail]).toEqual(['degraded', expect.stringContaining('is a worker running')])
})
