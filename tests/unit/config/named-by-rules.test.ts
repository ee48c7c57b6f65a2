import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import { LOADED_AT, problemsIn, useConfigDirectories } from '../../support/config.ts'

const makeDirectory = useConfigDirectories()

const SIGNALS = `signals:
  pricing_page_viewed: { words: viewed the pricing page }
  session_over_3_pages: { words: viewed more than 3 pages }
  content_downloaded: { words: downloaded content }
  webinar_attended: { words: attended a webinar }
  demo_requested: { words: asked for a demo }
  trial_started: { words: started a trial }
  email_opened: { words: opened an email }
  email_clicked: { words: clicked in an email }
  weekly_usage: { words: used the product, unit: sessions }
`

/** A directory of today, with more kinds of handoff and with triggers; each is a line of its file. */
async function directoryWith({ kind = '', trigger = '' }: { kind?: string; trigger?: string }): Promise<string> {
  const directory = await makeDirectory()
  const file = join(directory, 'handoffs.yaml')
  await rename(join(directory, 'sla.yaml'), file)
  const text = await readFile(file, 'utf8')
  await writeFile(file, `${text}\n`.replace('handoffs:\n', `handoffs:\n${kind}`))
  await writeFile(join(directory, 'signals.yaml'), SIGNALS)
  await writeFile(join(directory, 'stages.yaml'), 'forms:\n  sql: [ { ask: Budget, property: baton_budget } ]\n')
  if (trigger) await writeFile(join(directory, 'triggers.yaml'), `triggers:\n${trigger}`)
  return directory
}

const CLOCK = 'respondWithin: 4h, hours: elapsed'
const kindWith = (more: string) => `  rescue: { ${more}, ${CLOCK}, ladder: [] }\n`
const triggerWith = (what: string) =>
  `  asked: { when: { signals.demo_requested: { atLeast: 1 } }, once: ever, ${what} }\n`

test.each([
  [
    'a signal that starts it',
    kindWith('start: { signal: trial_startet }, to: { pool: ae }'),
    'start.signal',
    'trial_started',
  ],
  [
    'one of several starts',
    kindWith('start: [ { signal: trial_started }, { signal: usage } ], to: { pool: ae }'),
    'start.1.signal',
    'weekly_usage',
  ],
  ['a form that it shows', kindWith('to: { pool: ae }, shows: sgl'), 'shows', 'sql'],
  ['the person who gets it', kindWith('to: { person: mgr1 }'), 'to.person', 'mgr-1'],
  ['who else gets it', kindWith('to: { owner: contact, else: { pool: ea } }'), 'to.else.pool', 'ae'],
  ['whose manager gets it', kindWith('to: { managerOf: owners, else: { pool: ae } }'), 'to.managerOf', 'owner'],
  ['who had it last', kindWith('to: { lastWith: mql-to-sale, else: { pool: ae } }'), 'to.lastWith', 'mql-to-sales'],
  [
    'whom a rung tells',
    `  rescue: { to: { pool: ae }, ${CLOCK}, ladder: [ { at: 4h, tell: mgr2 } ] }\n`,
    'ladder.0.tell',
    'mgr-1',
  ],
  ['who hears of the start', kindWith('to: { pool: ae }, tell: holde'), 'tell', 'holder'],
  [
    'the form of a button',
    kindWith('to: { pool: ae }, buttons: [ { accept: { form: sqls } } ]'),
    'buttons.0.accept.form',
    'sql',
  ],
  [
    'what an ending opens',
    kindWith('to: { pool: ae }, on: { rejected: [ { open: rescues } ] }'),
    'on.rejected.0.open',
    'rescue',
  ],
  [
    'whom a step tells',
    kindWith('to: { pool: ae }, steps: { list: [ { at: 1d, do: [ { tell: managr } ] } ] }'),
    'steps.list.0.do.0.tell',
    'manager',
  ],
])(
  'a kind of handoff says in which line it names what is not there, and the nearest: %s',
  async (_, kind, path, near) => {
    const problems = await problemsIn(await directoryWith({ kind }))
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(/^handoffs.yaml:3 /)
    expect(problems[0]).toContain(`handoffs.rescue.${path}: `)
    expect(problems[0]).toContain(`did you mean "${near}"?`)
  },
)

test.each([
  ['whom it tells', triggerWith('do: [ { tell: owners } ]'), 'do.0.tell', 'owner'],
  [
    'what its button opens',
    triggerWith('do: [ { tell: owner, buttons: [ { open: mql-to-sale } ] } ]'),
    'do.0.buttons.0.open',
    'mql-to-sales',
  ],
  [
    'which signal ends an enrolment',
    triggerWith('do: [ { enrol: welcome, until: trial_start } ]'),
    'do.0.until',
    'trial_started',
  ],
  [
    'what follows later',
    triggerWith('do: [ archive ], then: { after: 14d, do: [ { open: mql } ] }'),
    'then.do.0.open',
    'mql-to-sales',
  ],
  [
    'an attribute that it asks about',
    '  asked: { when: { scores: { atLeast: 50 } }, once: ever, do: [ archive ] }\n',
    'when.scores',
    'score',
  ],
  [
    'a signal that it asks about',
    '  asked: { when: { signals.demo_request: { atLeast: 1 } }, once: ever, do: [ archive ] }\n',
    'when.signals.demo_request',
    'demo_requested',
  ],
  [
    'how often',
    '  asked: { when: { score: { atLeast: 50 } }, once: per weeks, do: [ archive ] }\n',
    'once',
    'per week',
  ],
])('a trigger says so as well: %s', async (_, trigger, path, near) => {
  const problems = await problemsIn(await directoryWith({ trigger }))
  expect(problems).toHaveLength(1)
  expect(problems[0]).toMatch(/^triggers.yaml:2 /)
  expect(problems[0]).toContain(`triggers.asked.${path}: `)
  expect(problems[0]).toContain(`did you mean "${near}"?`)
})

test('what filters of reps name in braces is read of the contact, whoever opens the handoff', async () => {
  const kind = kindWith("to: { owner: contact, else: { pool: ae, reps: { languages: ['{hubspot.speaks}'] } } }")
  const trigger = triggerWith("do: [ { open: rescue, to: { pool: ae, reps: { skills: ['{hubspot.needs}'] } } } ]")
  const { reads } = await loadConfig(await directoryWith({ kind, trigger }), LOADED_AT)
  expect(reads.raw).toEqual(expect.arrayContaining(['hubspot.speaks', 'hubspot.needs']))
  expect(reads.contact).toEqual(expect.arrayContaining(['speaks', 'needs']))
})

test('what is scored must be a type of signals.yaml, when that is there', async () => {
  const directory = await directoryWith({})
  await writeFile(join(directory, 'signals.yaml'), SIGNALS.replace('trial_started', 'trial_begun'))
  expect(await problemsIn(directory)).toEqual([
    expect.stringMatching(
      /^scoring.yaml:\d+ {2}engagement.signals.trial_started: there is no signal "trial_started" in signals.yaml; /,
    ),
  ])
})

test('everything that is there may be named', async () => {
  const kind = kindWith(
    'start: { signal: trial_started }, to: { owner: company, else: { lastWith: [mql-to-sales], else: { managerOf: ae, else: { person: mgr-1 } } } }, tell: [ae, mgr-1, holder], buttons: [ { accept: { form: sql } }, { reject: { reasons: [too early] } } ], on: { rejected: [ { open: rescue }, { tell: owner }, { enrol: rescue-track } ] }',
  )
  const trigger = triggerWith(
    'do: [ { enrol: rescue-track, for: 14d }, { tell: ae, buttons: [ { open: rescue } ] }, { set: { our_tag: asked } }, archive ]',
  )
  expect(await problemsIn(await directoryWith({ kind, trigger }))).toEqual([])
})

test('a signal that moves a lead, and a form that asks one property twice', async () => {
  const directory = await directoryWith({})
  const stages = join(directory, 'stages.yaml')
  await writeFile(stages, 'moves:\n  - { to: lead, when: [ { signal: trial_startet } ] }\n')
  expect(await problemsIn(directory)).toEqual([
    'stages.yaml:2  moves.0.when.0.signal: there is no signal "trial_startet" in signals.yaml; did you mean "trial_started"?',
  ])
  await writeFile(stages, 'forms:\n  sql:\n    - { ask: A, property: baton_a }\n    - { ask: B, property: baton_a }\n')
  expect((await problemsIn(directory)).join()).toContain('two questions of a form have the same property')
})

test.each([
  [
    'the calendar whose hours count',
    kindWith('to: { person: mgr-1 }, calendar: us-est'),
    'calendar: there is no calendar "us-est" in team.yaml; did you mean "us-east"?',
  ],
  [
    'a reassignment where one person gets it',
    `  rescue: { to: { person: mgr-1 }, ${CLOCK}, ladder: [ { at: 4h, do: reassign } ] }\n`,
    'ladder.0.do: only one person gets this handoff (mgr-1), so there is nobody to reassign it to; use remind, tell or alert-manager',
  ],
  [
    'open hours of somebody who has none',
    '  rescue: { to: { managerOf: ae }, respondWithin: 4h, hours: business, ladder: [] }\n',
    'hours: a manager has no calendar in team.yaml, so no hours are known; name one here as `calendar`, or say elapsed',
  ],
  [
    'a reason that is asked of nobody',
    kindWith('start: { signal: trial_started }, to: { pool: ae }, askReason: { owner: contact }'),
    'askReason: is for a kind that starts by disqualifiedBy: person; remove it',
  ],
  [
    'a button that is there twice',
    kindWith('to: { pool: ae }, buttons: [ accept, { accept: { label: Take it } } ]'),
    'buttons.1: the button "accept" is there twice; keep one',
  ],
  [
    'a button that says how it ends and does not end it',
    kindWith('to: { pool: ae }, buttons: [ { saved: { act: end } } ]'),
    'buttons.0: a button that ends the handoff says how by `ending`, and no other has it',
  ],
  [
    'what is opened for nobody',
    kindWith('to: { pool: ae }, on: { rejected: [ { open: mql-to-sales } ] }'),
    'on.rejected.0.open: "mql-to-sales" does not say who gets it, for routes do; add `to` here, such as { pool: ae }',
  ],
])('a kind of handoff says what cannot work: %s', async (_, kind, problem) => {
  expect(await problemsIn(await directoryWith({ kind }))).toEqual([
    expect.stringMatching(/^handoffs.yaml:\d+ {2}handoffs.rescue\./),
  ])
  expect((await problemsIn(await directoryWith({ kind })))[0]).toContain(`handoffs.rescue.${problem}`)
})

test.each([
  [
    "Baton's own",
    'do: [ { set: { baton_score: x } } ]',
    'Baton writes baton_score itself; choose a property of your own',
  ],
  [
    "whose HubSpot's answer for itself",
    'do: [ { set: { hubspot_owner_id: "101" } } ]',
    'no rule may set hubspot_owner_id: choose a property of your own',
  ],
  ['filled with what nobody knows', 'do: [ { set: { industry_tag: "{company.industri}" } } ]', 'company.industry'],
  ['of a note likewise', 'do: [ { note: "works as {jobTitel}" } ]', 'jobTitle'],
])('a property that a rule sets: %s', async (_, what, said) => {
  const problems = await problemsIn(await directoryWith({ trigger: triggerWith(what) }))
  expect(problems.join()).toContain(said)
})
