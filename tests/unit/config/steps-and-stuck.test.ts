import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import { LOADED_AT, problemsIn } from '../../support/config.ts'

let directory: string
let yaml: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'baton-config-'))
  await cp('config', directory, { recursive: true })
  yaml = await readFile(join('config', 'handoffs.yaml'), 'utf8')
})
afterEach(async () => rm(directory, { recursive: true }))

/** What is said of the shipped config with one text instead of another. */
async function problems(from: string | RegExp, to: string): Promise<string[]> {
  const text = yaml.replace(from, to)
  expect(text).not.toBe(yaml)
  await writeFile(join(directory, 'handoffs.yaml'), text)
  return (await problemsIn(directory)).map((line) => line.replace(/^handoffs\.yaml:\d+ {2}/, ''))
}
const STEPS = 'handoffs.closed-won-onboarding.steps'

describe('the config of dated steps', () => {
  it.each([
    [
      'resumedBy: onboarding_resumed\n',
      'resumedBy: onboarding_resumd\n',
      'resumedBy',
      /"onboarding_resumd".*did you mean "onboarding_resumed"/,
    ],
    ['      resumedBy: onboarding_resumed\n', '', 'pausedBy', /would pause for ever/],
    ['      pausedBy: onboarding_paused\n', '', 'resumedBy', /nothing to go on with/],
    ['finishedBy: onboarding_finished', 'finishedBy: [onboarding_finished, done]', 'finishedBy.1', /"done"/],
    [
      'finishedBy: onboarding_finished',
      'finishedBy: { scor: { atLeast: 1 } }',
      'finishedBy.scor',
      /did you mean "score"/,
    ],
    [
      'else: [ { tell: cs-manager } ]',
      'else: [ { tell: cs-manger } ]',
      'list.4.else.0.tell',
      /did you mean "cs-manager"/,
    ],
    ['name: first activation (day 3)', 'name: first activation (day 1)', 'list', /two steps have the same name/],
    ['at: 60d, do: [ { enrol: expansion, for: 30d }, { tell: holder } ]', 'at: 60d', 'list.5', /needs something to do/],
    ['at: 60d, do: [', 'at: 60d, else: [', 'list.5.else', /needs a condition beside it/],
  ])('says what is wrong with %j', async (from, to, path, message) => {
    const [problem = '', ...more] = await problems(from, to)
    expect(more).toEqual([])
    expect(problem.slice(0, problem.indexOf(': '))).toBe(`${STEPS}.${path}`)
    expect(problem).toMatch(message)
  })

  it('takes signals or a condition that finish them, several signals each, and whatever triggers may ask about', async () => {
    const to = 'finishedBy: { stage: { is: evangelist }, handoff.churn-risk: { is: ended } }'
    expect(await problems('finishedBy: onboarding_finished', to)).toEqual([])
    expect(await problems('pausedBy: onboarding_paused', 'pausedBy: [onboarding_paused, churn_risk]')).toEqual([])
  })

  it('calls a step by its day when it has no name', async () => {
    const list =
      'list:\n        - { at: 1d, do: [ archive ] }\n        - { at: 5bd, do: [ archive ] }\n        - { at: 90m, do: [ archive ] }\n'
    const text = yaml.replace(/list:\n( {8}.*\n)+/, list)
    await writeFile(join(directory, 'handoffs.yaml'), text)
    const { kinds } = (await loadConfig(directory, LOADED_AT)).handoffs
    expect(kinds['closed-won-onboarding']?.steps?.list.map(({ name }) => name)).toEqual([
      'day 1',
      'business day 5',
      'after 1 h 30 min',
    ])
  })

  it('has the properties read that its conditions ask for', async () => {
    const when = 'when: { hubspot.seats_bought: { atLeast: 5 } }'
    await writeFile(join(directory, 'handoffs.yaml'), yaml.replace('at: 60d,', `at: 60d, ${when},`))
    expect((await loadConfig(directory, LOADED_AT)).reads.contact).toContain('seats_bought')
  })
})

describe('the config of the list of stuck leads', () => {
  it.each([
    ['tell: marketing\n  at', 'tell: marketting\n  at', 'stuck.tell', /did you mean "marketing"/],
    ['tell: marketing\n  at', 'tell: owner\n  at', 'stuck.tell', /there is nobody "owner"/],
    ['  at: "08:00"', '  calendar: us-eest\n  at: "08:00"', 'stuck.calendar', /did you mean "us-east"/],
    ['at: "08:00"', 'at: "8 o\'clock"', 'stuck.at', /must be a time such as 08:00/],
    ['show: 20', 'show: 21', 'stuck.show', /20/],
    ['act: [ { tell: owner } ]', 'act: [ { tell: onwer } ]', 'stuck.act.0.tell', /did you mean "owner"/],
    ['stages: [opportunity,', 'stages: [oportunity,', 'stuck.stages.0', /opportunity/],
  ])('says what is wrong with %j', async (from, to, path, message) => {
    const [problem = '', ...more] = await problems(from, to)
    expect(more).toEqual([])
    expect(problem.slice(0, problem.indexOf(': '))).toBe(path)
    expect(problem).toMatch(message)
  })

  it('may be absent: then there is no list', async () => {
    await writeFile(join(directory, 'handoffs.yaml'), yaml.slice(0, yaml.indexOf('\nstuck:')))
    expect((await loadConfig(directory, LOADED_AT)).handoffs.stuck).toBeUndefined()
  })
})
