import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import { matchIcp } from '../../../src/rules/icp.ts'
import { scoreLead } from '../../../src/rules/score.ts'
import { TITLE_VALUES } from '../../../src/rules/title-words.ts'
import { readTitle, withTitle } from '../../../src/rules/titles.ts'
import { whyOf } from '../../../src/rules/why.ts'
import { facts, lookupIn, NOW, when } from '../../support/records.ts'

const { icp, scoring } = await loadConfig('config', NOW)

type Answers = Record<'seniority' | 'department' | 'persona' | 'negative', string>
const QUESTIONS = ['seniority', 'department', 'persona', 'negative'] as const

const joined = (values: readonly string[]) => values.toSorted().join(' + ')
const negativeOf = (seniority: string) => (['student', 'consultant'].includes(seniority) ? seniority : '')

function fixture(): { title: string; right: Answers }[] {
  const titles: { title: string; right: Answers }[] = []
  let right: Answers | undefined
  for (const line of readFileSync('tests/fixtures/titles.txt', 'utf8').split('\n')) {
    if (line.startsWith('## ')) {
      const [seniority = '', department = '', persona = ''] = line
        .slice(3)
        .split('|')
        .map((cell) => joined(cell.split('+').flatMap((value) => (value.trim() === '-' ? [] : value.trim()))))
      right = { seniority, department, persona, negative: negativeOf(seniority) }
    } else if (right && line.trim() && !line.startsWith('#')) titles.push({ title: line, right })
  }
  return titles
}

function answered(title: string): Answers {
  const { seniority, departments } = readTitle(title)
  const { persona = '', negative = '' } = matchIcp(icp, withTitle(lookupIn({ jobTitle: title })))
  return { seniority: joined(seniority), department: joined(departments), persona, negative }
}

/** Of what was said, the share that is right; of what there is to say, the share that was said. */
function measured(titles: ReturnType<typeof fixture>, question: (typeof QUESTIONS)[number]) {
  const pairs = titles.map(({ title, right }) => ({ right: right[question], got: answered(title)[question] }))
  const share = (of: typeof pairs) => of.filter(({ right, got }) => right === got).length / of.length
  return { precision: share(pairs.filter(({ got }) => got)), recall: share(pairs.filter(({ right }) => right)) }
}

describe('the titles of the fixture', () => {
  const all = fixture()
  const heldOut = all.filter((_, index) => index % 3 === 2)
  const tuned = all.filter((one) => !heldOut.includes(one))

  it('are many, and a third of them is held out', () => {
    expect(all.length).toBeGreaterThanOrEqual(600)
    expect(heldOut.length).toBeGreaterThan(all.length * 0.32)
    expect(new Set(all.map(({ title }) => title)).size).toBe(all.length)
  })

  // A wrong persona pages an AE for the wrong lead, a wrong "student" throws a good one out. So those are held higher than the
  // parts that they are made of; by the held-out third, on which no word was tuned, with room for two or three titles.
  it.each([
    { question: 'seniority', least: 0.97 },
    { question: 'department', least: 0.96 },
    { question: 'persona', least: 0.98 },
    { question: 'negative', least: 0.95 },
  ] as const)('$question: precision and recall of at least $least', ({ question, least }) => {
    for (const [name, titles] of Object.entries({ tuned, 'held out': heldOut })) {
      const { precision, recall } = measured(titles, question)
      console.info(
        `titles, ${name} (${titles.length}): ${question} precision ${precision.toFixed(3)}, recall ${recall.toFixed(3)}`,
      )
      expect(precision).toBeGreaterThanOrEqual(least)
      expect(recall).toBeGreaterThanOrEqual(least)
    }
  })

  it('say nothing but the values that conditions can ask for', () => {
    const said = all.map(({ title }) => readTitle(title))
    expect(TITLE_VALUES['title.seniority']).toEqual(expect.arrayContaining(said.flatMap(({ seniority }) => seniority)))
    expect(TITLE_VALUES['title.department']).toEqual(
      expect.arrayContaining(said.flatMap(({ departments }) => departments)),
    )
  })

  it('no lead is thrown out as a student or consultant that is none', () => {
    const wrong = all.filter(({ title, right }) => !right.negative && answered(title).negative)
    expect(wrong.map(({ title }) => title)).toEqual([])
  })
})

describe('at a tier 1 company', () => {
  const scored = (jobTitle: string) => {
    const values = facts({ jobTitle, 'company.size': 240, 'company.industry': 'computer software' })
    return scoreLead({ icp, scoring }, values, [], NOW)
  }

  it.each([
    ...[
      'Vice President of Marketing',
      'SVP Marketing',
      'Chief Executive Officer',
      'Sales Director',
      'Director of Sales',
    ],
    ...['Director, Marketing', 'Owner', 'President', 'VICE PRESIDENT, MARKETING', '  director  of   sales '],
    ...['Owner & President', 'Head of Marketing\nEMEA', 'Leiterin Vertrieb', 'Directrice marketing'],
  ])('%j is a buyer: 50 points of fit', (title) => {
    expect(scored(title).fit.points).toBe(50)
  })

  it.each([
    ...['Student Success Manager', 'VP Student Affairs', 'Consultant Relations Director', 'Assistant to the CEO'],
    ...['Product Owner', 'Ex-CEO', 'Former CMO', 'Aspiring founder', 'Process Owner', "Vice President's assistant"],
    ...['Director of Photography', 'President of the student union', 'Sales Associate', 'Account Director'],
  ])('%j is neither a buyer nor disqualified: 35 points', (title) => {
    expect(scored(title).fit.points).toBe(35)
    expect(scored(title).icp.negative).toBeUndefined()
  })
})

describe('conditions on what a title says', () => {
  const why = (jobTitle: string | undefined, condition: ReturnType<typeof when>) => {
    const profile = { ...icp, personas: [{ name: 'p', when: condition }] }
    const { checks } = matchIcp(profile, withTitle(lookupIn(jobTitle === undefined ? {} : { jobTitle })))
    const evaluation = checks.find(({ kind }) => kind === 'persona')?.evaluation
    return evaluation && `${evaluation.truth}: ${whyOf(evaluation)}`
  }

  it.each([
    ['SVP Sales', { is: 'vp' }, 'true: title.seniority is vp (job title SVP Sales)'],
    ['Sales Rep', { is: 'vp' }, 'false: title.seniority is individual, not vp (job title Sales Rep)'],
    ['CMO & Co-Founder', { is: 'founder' }, 'true: title.seniority is c-level, founder (job title CMO & Co-Founder)'],
    ['Astronaut', { is: 'vp' }, 'unknown: title.seniority is unknown (job title Astronaut)'],
    [undefined, { is: 'vp' }, 'unknown: jobTitle is unknown'],
    ['Astronaut', { known: false }, 'true: title.seniority is unknown (job title Astronaut)'],
  ])('%s, %j: %s', (title, test, expected) => {
    expect(why(title, when('title.seniority', test))).toBe(expected)
  })

  it('a profile with patterns for the title works as before', () => {
    expect(why('VP of Marketing', when('jobTitle', { matches: ['vp*marketing*'] }))).toMatch(/^true/)
    expect(why('Vice President of Marketing', when('jobTitle', { matches: ['vp*marketing*'] }))).toMatch(/^false/)
  })
})

it.each(['', '   ', '&', '((((', 'x'.repeat(10_000), '- - -', 'of of of', "'s", 'to', 'assistant to'])(
  'reads %j without a fault',
  (title) => {
    expect(() => readTitle(title)).not.toThrow()
  },
)
