import { describe, expect, it } from 'vitest'
import type { LeadMarks } from '../../../src/leads/marks.ts'
import { carryOut } from '../../../src/leads/outcomes.ts'
import { nextTrackChange, trackOf, withoutEndedTrack } from '../../../src/leads/tracks.ts'
import type { Outcome } from '../../../src/rules/outcomes.ts'
import { DAY, HOUR, leadRecord, NOW, started } from '../../support/records.ts'

const by = { what: 'trigger', name: 'rule' } as const
const base = leadRecord({ route: { name: 'low', to: { nurture: 'newsletter' }, reason: '', at: NOW } })
const enrol = (track: string, end: { for?: number; until?: string } = {}): Outcome => ({ do: 'enrol', track, ...end })
const pause: Outcome = { do: 'pause' }
const resume: Outcome = { do: 'resume' }

/** The marks after outcomes, each list an hour after the one before. */
function marksOf(...steps: Outcome[][]): LeadMarks {
  return steps.reduce<LeadMarks>((marks, step, index) => carryOut(step, by, marks, NOW + index * HOUR).marks, {})
}

describe('the track of a lead', () => {
  it.each<[string, LeadMarks, string]>([
    ["is its route's", {}, 'newsletter'],
    ['is the one that a rule enrolled it in', marksOf([enrol('a')]), 'a'],
    ['is the latest of them', marksOf([enrol('a')], [enrol('b')]), 'b'],
    ['is none while paused', marksOf([pause]), ''],
    ['is none when it was enrolled before the pause', marksOf([enrol('a')], [pause]), ''],
    ['is the one that it was enrolled in with the pause', marksOf([pause, enrol('a')]), 'a'],
    ['whichever of the two comes first', marksOf([enrol('a'), pause]), 'a'],
    ['is the one that it was enrolled in after the pause', marksOf([pause], [enrol('a')]), 'a'],
    ["is its route's again once resumed", marksOf([pause], [resume]), 'newsletter'],
    ['is the enrolled one again once resumed', marksOf([enrol('a')], [pause], [resume]), 'a'],
    ['is none once archived', marksOf([enrol('a')], [{ do: 'archive' }]), ''],
  ])('%s', (_, marks, name) => {
    expect(trackOf({ ...base, ...marks }, undefined).name).toBe(name)
  })

  it.each([
    ['out by its route', { route: { ...base.route, to: { disqualify: 'x' } } }],
    ['taken out by a person', { rejected: { by: 'U1', reason: 'x', at: NOW } }],
  ])('is none when it is %s', (_, lead) => {
    expect(trackOf({ ...base, ...lead, ...marksOf([enrol('a')]) }, undefined).name).toBe('')
  })

  it('is none while sales has it, but for an enrolment', () => {
    expect(trackOf(base, started()).name).toBe('')
    expect(trackOf({ ...base, ...marksOf([enrol('a')]) }, started()).name).toBe('a')
  })
})

describe('an enrolment', () => {
  const marks = marksOf([enrol('a', { for: 2 * DAY, until: 'activated' })])
  const signal = (type: string, at: number, decision?: number) => ({
    id: `${type}-${at}`,
    type,
    at,
    ...(decision === undefined ? {} : { decision }),
  })

  it('ends at its instant', () => {
    expect(nextTrackChange(marks)).toBe(NOW + 2 * DAY)
    expect(withoutEndedTrack(marks, [], NOW + 2 * DAY - 1).tracks?.enrolled).toBeDefined()
    expect(withoutEndedTrack(marks, [], NOW + 2 * DAY).tracks?.enrolled).toBeUndefined()
  })

  it.each([
    ['a later one of its type', signal('activated', NOW + 1, 3), false],
    ['a new one of the same instant', signal('activated', NOW), false],
    ['one that was known by then', signal('activated', NOW, 3), true],
    ['an earlier one', signal('activated', NOW - 1), true],
    ['one of another type', signal('opened', NOW + 1), true],
  ])('by its signal: %s', (_, came, goesOn) => {
    expect(withoutEndedTrack(marks, [came], NOW + HOUR).tracks?.enrolled !== undefined).toBe(goesOn)
  })

  it('without an end stays', () => {
    const endless = marksOf([enrol('a')])
    expect(nextTrackChange(endless)).toBeNull()
    expect(withoutEndedTrack(endless, [signal('x', NOW + 1)], NOW + 900 * DAY)).toEqual(endless)
  })
})
