import fc from 'fast-check'
import { expect, it } from 'vitest'
import { homeProblems } from '../../../simulators/slack/blocks.ts'
import { loadConfig } from '../../../src/config/load.ts'
import { renderHome } from '../../../src/messages/home.ts'
import type { HomeLead, HomeView } from '../../../src/messages/home-input.ts'
import { answered, facts, HOUR, leadRecord, NOW, started } from '../../support/records.ts'

const config = await loadConfig('config', NOW)

// What somebody may have typed into a form.
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc.constantFrom('<>', '<!channel>', '&amp;', '\u200d', '*_~`|', '𝒜'.repeat(60), 'a|b>c', '👩‍💻'.repeat(30), ''),
)
const lead: fc.Arbitrary<HomeLead> = fc
  .record({ name: text, company: text, title: text, phone: text, open: fc.boolean() })
  .map(({ name, company, title, phone, open }) => ({
    handoff: open ? started() : answered(started(), NOW + HOUR),
    lead: leadRecord({
      attributes: facts({ firstName: name, 'company.name': company, jobTitle: title, phone }),
    }),
  }))
const list = fc.record({
  shown: fc.array(lead, { minLength: 15, maxLength: 15 }),
  more: fc.integer({ min: 0, max: 9_999 }),
})
const listed = list.map(({ shown, more }) => ({ shown, count: shown.length + more }))
const pool = fc.record({
  pool: text,
  waiting: fc.nat(),
  caps: fc.constant({ perDay: 25, open: 40 }),
  next: fc.record({ rep: fc.option(text), why: text }),
  members: fc.array(
    fc.record({
      rep: text,
      name: text,
      weight: fc.integer({ min: 1, max: 9 }),
      turns: fc.nat(),
      open: fc.nat(),
      today: fc.nat(),
      available: fc.boolean(),
      why: text,
      atWork: fc.boolean(),
    }),
    { minLength: 1, maxLength: 60 },
  ),
})
const week = fc.record({
  leads: fc.nat(),
  answered: fc.nat(),
  median: fc.option(fc.nat()),
  inTime: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
})
const view: fc.Arbitrary<HomeView> = fc.record({
  user: fc.constant('U0000AE1'),
  who: fc.constantFrom('ae-1', undefined),
  manages: fc.constant(['ae']),
  timeZone: fc.constant('America/New_York'),
  now: fc.constant(NOW),
  mine: fc.option(
    fc.record({
      id: fc.constant('ae-1'),
      open: listed,
      attempts: listed,
      week,
      away: fc.record({
        now: fc.constantFrom(undefined, { from: NOW, until: null, by: 'cli' }),
        ahead: fc.constant([{ from: NOW + HOUR, until: NOW + 2 * HOUR }]),
        covers: fc.array(text, { maxLength: 40 }),
      }),
    }),
    { nil: undefined },
  ),
  team: fc.option(
    fc.record({
      pools: fc.array(pool, { maxLength: 30 }),
      open: listed,
      waiting: listed,
      breached: listed,
      away: fc.array(fc.record({ rep: text, name: text, words: text }), { maxLength: 60 }),
    }),
    { nil: undefined },
  ),
})

it('whatever leads are called and however many there are, Slack takes it', () => {
  fc.assert(
    fc.property(view, (one) => {
      const home = renderHome(config, one, 'https://baton.example.com')
      expect(homeProblems(JSON.parse(JSON.stringify(home)))).toEqual([])
      expect(JSON.stringify(home).length).toBeLessThan(250_000)
      // Nobody who stands on it can call a channel.
      expect(JSON.stringify(home)).not.toContain('<!channel>')
    }),
    { numRuns: 40 },
  )
})

it('who is both rep and manager sees all parts of both', () => {
  const shown = fc.sample(
    view.filter(({ mine, team, who }) => Boolean(mine && team && who)),
    { seed: 7, numRuns: 5 },
  )
  for (const one of shown) {
    const all = JSON.stringify(renderHome(config, one))
    for (const part of [
      'My open leads',
      'Attempts under way',
      'My week',
      'I Am Away',
      'My team',
      'Waiting',
      'Breaches today',
      'Load and fairness',
      'Somebody Is Away',
    ])
      expect(all).toContain(part)
  }
})
