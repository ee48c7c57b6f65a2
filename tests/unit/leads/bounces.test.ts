import { describe, expect, it } from 'vitest'
import { type Mail, mailAttributes, mailBefore, mailHistory, mailOf } from '../../../src/leads/bounces.ts'
import type { Properties, PropertyHistory } from '../../../src/leads/observe.ts'

const contactOf = (properties: Properties) => ({
  id: '42',
  createdAt: 0,
  properties: { email: 'a@x.example', ...properties },
})
const seen: Mail = { address: 'a@x.example', bounces: 1, reached: 3, inARow: 1 }
const versions = (...values: [at: number, value: string][]) =>
  values.map(([at, value]) => ({ at, value, source: 'ANALYTICS' })).reverse()

function inARow(before: Mail | undefined, properties: Properties, history: PropertyHistory = {}, merged = false) {
  return mailOf(before, contactOf(properties), { history, merged }).inARow
}

describe('bounces in a row, counted on from the last look', () => {
  it.each<[string, Mail | undefined, Properties, number | undefined]>([
    ['one more', seen, { hs_email_bounce: '2', hs_email_delivered: '3' }, 2],
    ['two more at once', seen, { hs_email_bounce: '3', hs_email_delivered: '3' }, 3],
    ['nothing new', seen, { hs_email_bounce: '1', hs_email_delivered: '3' }, 1],
    ['a mail that was delivered', seen, { hs_email_bounce: '1', hs_email_delivered: '4' }, 0],
    ['a mail that was opened', seen, { hs_email_bounce: '1', hs_email_delivered: '3', hs_email_open: '1' }, 0],
    ['a mail that was answered', seen, { hs_email_bounce: '1', hs_email_delivered: '3', hs_email_replied: '1' }, 0],
    ['another address', seen, { email: 'b@x.example', hs_email_bounce: '1', hs_email_delivered: '3' }, 0],
    [
      'another way of writing the address',
      seen,
      { email: 'A@X.example', hs_email_bounce: '1', hs_email_delivered: '3' },
      1,
    ],
    ['both, and nobody knows in which order', seen, { hs_email_bounce: '3', hs_email_delivered: '4' }, 0],
    ['a count that has gone', seen, { hs_email_delivered: '3' }, 1],
    ['never a bounce, at the first sight', undefined, { hs_email_delivered: '9' }, 0],
    ['bounces at the first sight without a history', undefined, { hs_email_bounce: '4' }, undefined],
    [
      'one more after an unknown number',
      { ...seen, inARow: undefined },
      { hs_email_bounce: '2', hs_email_delivered: '3' },
      1,
    ],
  ])('%s', (_, before, properties, expected) => {
    expect(inARow(before, properties)).toBe(expected)
  })

  it('a count that falls and comes back is no news', () => {
    const gone = mailOf(seen, contactOf({}), { history: {}, merged: false })
    expect(inARow(gone, { hs_email_bounce: '1', hs_email_delivered: '3' })).toBe(1)
  })

  it('a merge adds up what two contacts had, which is no bounce', () => {
    const after = mailOf(seen, contactOf({ hs_email_bounce: '9', hs_email_delivered: '3' }), {
      history: {},
      merged: true,
    })
    expect(after).toMatchObject({ inARow: 1, bounces: 9 })
    expect(inARow(after, { hs_email_bounce: '10', hs_email_delivered: '3' })).toBe(2)
  })
})

describe('bounces in a row, by the history', () => {
  const bounced = { hs_email_bounce: '3', hs_email_delivered: '5' }
  const bounces = versions([10, '1'], [20, '2'], [30, '3'])
  it.each<[string, PropertyHistory, number | undefined]>([
    ['none got through', { hs_email_bounce: bounces }, 3],
    ['one was delivered before them', { hs_email_bounce: bounces, hs_email_delivered: versions([5, '5']) }, 3],
    ['one was delivered between', { hs_email_bounce: bounces, hs_email_delivered: versions([5, '4'], [15, '5']) }, 2],
    ['one was opened at last', { hs_email_bounce: bounces, hs_email_open: versions([35, '1']) }, 0],
    ['a count fell, which is no mail', { hs_email_bounce: bounces, hs_email_open: versions([5, '9'], [25, '8']) }, 3],
    [
      'the address was mended',
      { hs_email_bounce: bounces, email: versions([1, 'old@x.example'], [25, 'a@x.example']) },
      1,
    ],
    ['the address is the first one', { hs_email_bounce: bounces, email: versions([1, 'a@x.example']) }, 3],
    ['a bounce that was not read yet', { hs_email_bounce: versions([10, '2'], [20, '3'], [30, '4']) }, 3],
    ['it is not kept', { hs_email_bounce: [] }, undefined],
  ])('%s', (_, history, expected) => {
    expect(inARow(undefined, bounced, history)).toBe(expected)
  })

  it('is asked for where the counts do not tell the order, and only there', () => {
    const asked = (before: Mail | undefined, properties: Properties) =>
      mailHistory(before, contactOf(properties)).length > 0
    expect(asked(undefined, { hs_email_bounce: '1' })).toBe(true)
    expect(asked(undefined, {})).toBe(false)
    expect(asked(seen, { hs_email_bounce: '2', hs_email_delivered: '4' })).toBe(true)
    expect(asked(seen, { hs_email_bounce: '2', hs_email_delivered: '3' })).toBe(false)
    expect(asked(seen, { hs_email_bounce: '1', hs_email_delivered: '4' })).toBe(false)
  })
})

describe('a hard bounce', () => {
  const hard = { hs_email_bounce: '1', hs_email_hard_bounce_reason_enum: 'UNKNOWN_USER' }
  const look = (before: Mail | undefined, properties: Properties) =>
    mailOf(before, contactOf(properties), { history: {}, merged: false })

  it('holds for the address that it was about, and no other', () => {
    const first = look(undefined, hard)
    expect(mailAttributes(first)['email.hardBounce']?.value).toBe('UNKNOWN_USER')
    const mended = look(first, { ...hard, email: 'b@x.example' })
    expect(mailAttributes(mended)).not.toHaveProperty(['email.hardBounce'])
    // Nor at the next look, and it does again when HubSpot says so anew.
    expect(mailAttributes(look(mended, { ...hard, email: 'b@x.example' }))).not.toHaveProperty(['email.hardBounce'])
    const cleared = look(mended, { email: 'b@x.example', hs_email_bounce: '1' })
    expect(mailAttributes(look(cleared, { ...hard, email: 'b@x.example' }))['email.hardBounce']).toBeDefined()
  })
})

describe('what was seen before', () => {
  const read = { properties: { email: 'a@x.example', hs_email_delivered: '3' }, readBy: 'v1' }
  it.each<[string, Parameters<typeof mailBefore>[0], Mail | undefined]>([
    ['of nobody', null, undefined],
    [
      'of a lead without bounces follows from what was read',
      read,
      { address: 'a@x.example', bounces: 0, reached: 3, inARow: 0 },
    ],
    [
      'of a lead with bounces of an older version is unknown',
      { ...read, properties: { hs_email_bounce: '2' } },
      undefined,
    ],
    ['of a lead that was not read is unknown', { ...read, readBy: null }, undefined],
    ['is kept', { ...read, mail: seen }, seen],
  ])('%s', (_, lead, expected) => {
    expect(mailBefore(lead)).toEqual(expected)
  })
})
