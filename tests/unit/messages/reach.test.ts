import { describe, expect, it } from 'vitest'
import { reachLinks, theirTime } from '../../../src/messages/reach.ts'
import { timeZoneOf } from '../../../src/rules/time-zones.ts'
import { instant } from '../../support/business-time-vectors.ts'
import { facts, NOW } from '../../support/records.ts'

const linksOf = (values: Record<string, string>) => reachLinks({ attributes: facts(values) })

describe('links to reach a lead', () => {
  it.each<[Record<string, string>, string[]]>([
    [{ phone: '+1 (415) 555-0100' }, ['<tel:+14155550100|+1 (415) 555-0100>']],
    [{ phone: '+49 (0) 30 901820' }, ['<tel:+4930901820|+49 (0) 30 901820>']],
    [{ phone: '0049 30/901820' }, ['<tel:+4930901820|0049 30/901820>']],
    // Shown, for a person can read it.
    [{ phone: '415-555-0100 ext. 7' }, ['415-555-0100 ext. 7']],
    [{ phone: '5|<!channel>' }, ['5|&lt;!channel&gt;']],
    [{ phone: 'none of your business' }, []],
    [{ email: 'dana@northwind.example' }, ['<mailto:dana@northwind.example|dana@northwind.example>']],
    [{ email: "o'hara+x&y@northwind.example" }, []],
    [{ email: 'a?cc=x@northwind.example' }, ['<mailto:a%3Fcc%3Dx@northwind.example|a?cc=x@northwind.example>']],
    [{ email: 'a|b@northwind.example' }, []],
    [{ email: 'dana@northwind' }, []],
    [{ linkedin: 'https://www.linkedin.com/in/dana?trk=x' }, ['<https://www.linkedin.com/in/dana|LinkedIn>']],
    [{ linkedin: 'linkedin.com/in/dana' }, ['<https://linkedin.com/in/dana|LinkedIn>']],
    [{ linkedin: 'https://linkedin.com.evil.example/in/dana' }, []],
    [{ linkedin: 'https://linkedin.com@evil.example/in/dana' }, []],
    [{ linkedin: 'https://www.linkedin.com/in/a|<!here>' }, ['<https://www.linkedin.com/in/a%7C%3C!here%3E|LinkedIn>']],
    [{ linkedin: 'javascript:alert(1)' }, []],
  ])('%j', (values, links) => {
    expect(linksOf(values)).toEqual(links)
  })
})

describe('the zone of a lead', () => {
  it.each<[Record<string, string>, string | undefined]>([
    [{ timeZone: 'america_slash_new_york', country: 'Germany' }, 'America/New_York'],
    [{ timeZone: 'Europe/Berlin' }, 'Europe/Berlin'],
    [{ timeZone: 'Middle/Earth', country: 'Japan' }, 'Asia/Tokyo'],
    [{ country: 'Germany' }, 'Europe/Berlin'],
    [{ country: 'DE' }, 'Europe/Berlin'],
    [{ country: 'US' }, undefined],
    [{ country: 'US', state: 'CA' }, 'America/Los_Angeles'],
    [{ country: 'United States', state: 'New York' }, 'America/New_York'],
    // Two zones.
    [{ country: 'US', state: 'Texas' }, undefined],
    [{ country: 'Spain' }, undefined],
    [{ country: 'Australia', state: 'VIC' }, 'Australia/Melbourne'],
    [{ country: 'Atlantis', state: 'CA' }, undefined],
    [{ state: 'CA' }, undefined],
    [{}, undefined],
  ])('%j: %s', (values, zone) => {
    expect(timeZoneOf(facts(values), NOW)).toBe(zone)
  })

  it('is told beside the reader’s own time', () => {
    const lead = { attributes: facts({ country: 'Germany' }) }
    expect(theirTime(lead, NOW, 'America/New_York')).toBe('Their time: 4:00 PM when this came, 6 h ahead of you')
    expect(theirTime(lead, NOW, 'Europe/Paris')).toBe('Their time: 4:00 PM when this came, the same as yours')
    expect(theirTime({ attributes: facts({ country: 'India' }) }, NOW, 'Europe/Paris')).toContain(
      '4 h 30 min ahead of you',
    )
    // In a channel nobody's time is the reader's own.
    expect(theirTime(lead, NOW, undefined)).toBe('Their time: 4:00 PM GMT+1 when this came')
    // Summer time has ended there, and not yet here.
    expect(theirTime(lead, instant('2026-10-28T15:00:00Z'), 'America/New_York')).toContain('5 h ahead of you')
    expect(theirTime({ attributes: facts({}) }, NOW, 'Europe/Paris')).toBeUndefined()
  })
})
