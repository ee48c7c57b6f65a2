import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { click, createTier2Lead, DANA, INTERESTED, SMALLTOWN, sendSignals } from '../support/leads.ts'
import { createStage, DAY, HOUR, type Stage, type StageOptions } from '../support/stage.ts'

const [CLEO, DAN, MANAGER] = ['U000SDR1', 'U000SDR2', 'U000MGR1']
const CLEO_DAN_EVE = 'members: [ { rep: sdr-1 }, { rep: sdr-2 }, { rep: sdr-3 } ]'

let stage: Stage
afterEach(async () => stage.close())

/** The shipped files with changes to their text; a change that finds nothing is a mistake of the test. */
async function filesWith(changes: Record<string, [from: string, to: string][]>): Promise<Record<string, string>> {
  const files: Record<string, string> = {}
  for (const [name, pairs] of Object.entries(changes)) {
    files[name] = await readFile(join('config', name), 'utf8')
    for (const [from, to] of pairs) {
      expect(files[name], name).toContain(from)
      files[name] = files[name].replaceAll(from, to)
    }
  }
  return files
}

/** Sdr-1 speaks English, sdr-2 German, sdr-3 both; the route `mql` asks for what `reps` says. */
async function scene(reps: string, more: [file: string, from: string, to: string][] = [], edit?: StageOptions['edit']) {
  const changes: Record<string, [string, string][]> = {
    'team.yaml': [
      [
        'languages: [en, es] }',
        'languages: [de], skills: [enterprise] }\n  - { id: sdr-3, name: Eve Hall, hubspotOwnerId: "203", slackUserId: U000SDR3, calendar: us-east, languages: [en, de], regions: [DACH] }',
      ],
      ['members: [ { rep: sdr-1 }, { rep: sdr-2 } ]', CLEO_DAN_EVE],
    ],
    'routing.yaml': [
      ['to: { pool: sdr }', `to: { pool: sdr, reps: { ${reps} } }`],
      // A lead each, whatever its company.
      ['oneRepPerCompany: 30d', 'oneRepPerCompany: false'],
    ],
  }
  for (const [file, from, to] of more) changes[file] = [...(changes[file] ?? []), [from, to]]
  stage = await createStage({ files: await filesWith(changes), ...(edit ? { edit } : {}) })
}

let created = 0
const lead = (properties: Record<string, string>) =>
  createTier2Lead(stage, { email: `lead${++created}@smalltown.example`, ...properties })
async function leads(count: number, properties: Record<string, string>) {
  const ids: string[] = []
  for (let number = 0; number < count; number++) {
    ids.push(lead(properties))
    await stage.quiet()
  }
  return ids
}
const owners = (ids: string[]) => ids.map((id) => stage.hubspot.contact(id)?.hubspot_owner_id)

interface View {
  attributes: Record<string, { value: unknown; source: string }>
  rotation: {
    rep: string
    pools: { pool: string; members: { rep: string; skipped: string | null; chosen: boolean }[] }[]
  }
}
async function view(id: string): Promise<View> {
  const headers = { authorization: 'Bearer canary-api-token' }
  const answer = await fetch(`${stage.addresses[0]}/v1/leads/${id}`, { headers })
  return (await answer.json()) as View
}

describe('a lead goes to who speaks its language', () => {
  it('by its country, in turn among those who do, and nobody is flooded later', async () => {
    await scene('languages: ["{language}"]')
    const german = await leads(4, { country: 'Deutschland' })
    expect(owners(german)).toEqual(['202', '203', '202', '203'])
    const { attributes, rotation } = await view(german[0] ?? '')
    expect(attributes).toMatchObject({
      language: { value: 'de', source: 'list of languages' },
      region: { value: 'DACH', source: 'list of regions' },
    })
    expect(rotation.pools).toMatchObject([
      {
        pool: 'sdr',
        members: [
          { rep: 'sdr-1', skipped: 'speaks no German', chosen: false },
          { rep: 'sdr-2', skipped: null, chosen: true },
          { rep: 'sdr-3', skipped: null, chosen: false },
        ],
      },
    ])
    expect(owners(await leads(4, { country: 'US' })).toSorted()).toEqual(['201', '201', '203', '203'])
  })

  it('by what HubSpot says of it, before its country', async () => {
    await scene('languages: ["{language}"]')
    expect(owners(await leads(2, { country: 'Germany', hs_language: 'en-us' })).toSorted()).toEqual(['201', '203'])
  })

  it('by the country of its company, where the contact has none', async () => {
    await scene('languages: ["{language}"]')
    const companyId = stage.hubspot.createCompany({ ...SMALLTOWN, country: 'Schweiz' })
    const contact = { ...DANA, ...INTERESTED, jobtitle: 'Head of Marketing', hs_email_click: '4' }
    const id = stage.hubspot.createContact({ ...contact, email: 'c@smalltown.example' }, { companyId, by: 'form' })
    await stage.quiet()
    expect(owners([id])).toEqual(['202'])
  })

  it('and to anyone while nothing is known of it', async () => {
    await scene('languages: ["{language}"]')
    expect(owners(await leads(3, {})).toSorted()).toEqual(['201', '202', '203'])
  })
})

describe('when nobody who has what is wanted can take a lead', () => {
  const withoutGermans: StageOptions['edit'] = (config) => {
    for (const id of ['sdr-2', 'sdr-3'])
      Object.assign(config.team.reps[id] ?? {}, { away: [{ from: '2026-11-18', to: '2026-11-18' }] })
  }

  it('the fallback is asked for it first', async () => {
    await scene(
      'languages: [de]',
      [['team.yaml', 'channel: C0000SDR, caps', 'channel: C0000SDR, fallback: ae, caps']],
      withoutGermans,
    )
    const [id = ''] = await leads(1, {})
    // ae-2 speaks German; sdr-1 is free, and does not.
    expect(owners([id])).toEqual(['102'])
    expect((await view(id)).rotation.pools.map(({ pool }) => pool)).toEqual(['sdr', 'ae'])
  })

  it('anyone gets it then, whose alert says so', async () => {
    await scene('languages: [de], skills: [enterprise]', [], withoutGermans)
    const [id = ''] = await leads(1, {})
    expect(owners([id])).toEqual(['201'])
    expect(stage.texts(CLEO)[0]).toContain('It is for a rep with German, enterprise; none of them could take it')
    const { rotation } = await view(id)
    expect(rotation.pools.map(({ members }) => members[0])).toMatchObject([
      { rep: 'sdr-1', skipped: 'speaks no German', chosen: false },
      { rep: 'sdr-1', skipped: null, chosen: true },
    ])
  })

  it('or it waits for one of them, where the route says so, and the manager hears whom it is for', async () => {
    await scene('languages: [de], otherwise: wait', [], withoutGermans)
    const [id = ''] = await leads(1, {})
    expect(owners([id])).toEqual([undefined])
    expect(stage.texts(MANAGER)[0]).toMatch(/1 free, and these leads are not for them.* wants German/)
    await stage.advance(DAY)
    expect(owners([id])).toEqual(['202'])
    expect(stage.texts(DAN)[0]).toContain(' · respond by ')
  })
})

describe('the next rep of a lead', () => {
  it('is one who has what it wants, whoever passes it on and whenever nobody answers', async () => {
    await scene('languages: [de]')
    const [id = ''] = await leads(1, {})
    expect(owners([id])).toEqual(['202'])
    await click(stage, DAN, DAN, 'pass_on')
    await stage.quiet()
    expect(owners([id])).toEqual(['203'])
    const [other = ''] = await leads(1, {})
    expect(owners([other])).toEqual(['202'])
    await stage.advance(2 * HOUR)
    expect(owners([other])).toEqual(['203'])
  })

  it('is anyone when nobody is left who has it', async () => {
    await scene('skills: [enterprise]')
    const [id = ''] = await leads(1, {})
    expect(owners([id])).toEqual(['202'])
    await stage.advance(2 * HOUR)
    expect(owners([id])).toEqual(['201'])
  })

  it('is not asked for anything where it is the owner of the contact', async () => {
    await scene('languages: [de]')
    expect(owners(await leads(1, { hubspot_owner_id: '201' }))).toEqual(['201'])
    expect(stage.texts(CLEO)[0]).not.toContain('It is for a rep')
  })
})

describe('other ways to say which leads are for whom', () => {
  it('a member of a pool gets only the leads of a condition', async () => {
    await scene('skills: ["{persona}"]', [
      ['team.yaml', CLEO_DAN_EVE, CLEO_DAN_EVE.replace('sdr-1 }', 'sdr-1, when: { region: { is: Nordics } } }')],
      ['routing.yaml', 'reps: { skills: ["{persona}"] }', 'reps: { languages: ["{language}"] }'],
    ])
    const nordic = await leads(1, { country: 'Sweden' })
    const [other = ''] = await leads(1, { country: 'Austria' })
    expect(owners([...nordic, other])).toEqual(['201', '202'])
    const [first] = (await view(other)).rotation.pools[0]?.members ?? []
    expect(first?.skipped).toBe('speaks no German')
    const [unknown = ''] = await leads(1, {})
    expect(owners([unknown])).not.toEqual(['201'])
    expect((await view(unknown)).rotation.pools[0]?.members[0]?.skipped).toBe('gets other leads: region is unknown')
  })

  it('a route asks for a country by any of its names, or for a region', async () => {
    await scene('languages: [en]', [
      [
        'routing.yaml',
        '  - name: mql\n    when: { score: { atLeast: 61 } }',
        '  - name: dach\n    when: { score: { atLeast: 61 }, region: { is: DACH }, country: { in: [AT, Germany] } }\n    to: { pool: ae }\n    handoff: mql-to-sales\n  - name: mql\n    when: { score: { atLeast: 61 } }',
      ],
    ])
    const [id = '', other = ''] = [...(await leads(1, { country: 'DE' })), ...(await leads(1, { country: 'Schweiz' }))]
    expect(['101', '102']).toContain(owners([id])[0])
    expect(['201', '203']).toContain(owners([other])[0])
  })

  it('reps are for regions', async () => {
    await scene('regions: ["{region}"]')
    expect(owners(await leads(2, { country: 'CH' }))).toEqual(['203', '203'])
  })

  it('a kind of handoff that a signal starts may want something of its rep as well', async () => {
    await scene('languages: [en]', [
      [
        'handoffs.yaml',
        'handoffs:\n',
        'handoffs:\n  welcome:\n    start: { signal: trial_started }\n    to: { pool: sdr, reps: { languages: ["{language}"] } }\n    respondWithin: 4h\n    hours: business\n    ladder: []\n',
      ],
    ])
    const contact = { ...DANA, ...INTERESTED, num_conversion_events: '0', email: 'w@w.example', country: 'Austria' }
    const id = stage.hubspot.createContact(contact, { by: 'form' })
    await stage.quiet()
    await sendSignals(stage, [{ type: 'trial_started', contactId: id }])
    await stage.quiet()
    expect(stage.texts(DAN)).toHaveLength(1)
    expect(stage.texts(CLEO)).toEqual([])
  })
})

describe('the public holidays of a country', () => {
  it('count no hours: a lead of Thanksgiving has until after the weekend, and the Friday that was closed by hand', async () => {
    stage = await createStage({ start: Date.parse('2026-11-26T15:00:00Z') })
    createTier2Lead(stage)
    await stage.quiet()
    expect(stage.texts(CLEO)[0]).toMatch(/Out of hours: the clock starts Mon 30 Nov, 09:00/)
    expect(stage.texts(CLEO)[0]).toContain('Respond by Mon 30 Nov, 10:00')
  })
})
