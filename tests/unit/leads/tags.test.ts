import { describe, expect, it } from 'vitest'
import { tagged } from '../../../src/leads/tags.ts'
import { lookupIn } from '../../support/records.ts'

const lookup = lookupIn({ jobTitle: 'CMO' })

describe('a property that a rule asks to set', () => {
  it.each<[string, string | null | undefined, string | undefined, boolean]>([
    ['HubSpot shows nothing', null, undefined, true],
    ['it was not read', undefined, undefined, true],
    ['HubSpot shows what Baton wrote', 'old', 'old', true],
    ['somebody cleared what Baton wrote, and this is another occasion', '', 'old', true],
    ["HubSpot shows somebody's value", 'theirs', undefined, false],
    ['somebody changed what Baton wrote', 'theirs', 'old', false],
  ])('%s', (_, shows, wrote, isSet) => {
    const properties = shows === undefined ? {} : { stage: shows }
    const written: Record<string, string> = wrote === undefined ? {} : { stage: wrote }
    const result = tagged({ toSet: { stage: 'as {jobTitle}' } }, { written, properties }, lookup)
    expect(result.marks).toEqual(isSet ? { tags: { stage: 'as CMO' } } : {})
    expect(result.kept).toEqual(isSet ? [] : ['stage'])
  })
})

describe('what was set before', () => {
  it.each<[string, string | null, Record<string, string>, boolean]>([
    ['stands while HubSpot shows it', 'x', { stage: 'x' }, true],
    ['stands until HubSpot has confirmed it', null, {}, true],
    ['is forgotten once somebody changes it', 'theirs', { stage: 'x' }, false],
    ['is forgotten once somebody clears it', null, { stage: 'x' }, false],
  ])('%s', (_, shows, written, stands) => {
    const { marks, shown } = tagged({ tags: { stage: 'x' } }, { written, properties: { stage: shows } }, lookup)
    expect(marks).toEqual(stands ? { tags: { stage: 'x' } } : {})
    expect(shown).toEqual({})
  })
})
