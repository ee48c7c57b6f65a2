import { afterEach, describe, expect, it } from 'vitest'
import { createTier2Lead, DANA, INTERESTED, SMALLTOWN } from '../support/leads.ts'
import { createStage, DAY, HOUR, MINUTE, type Stage, type StageOptions } from '../support/stage.ts'

const [CLEO, DAN, MANAGER] = ['U000SDR1', 'U000SDR2', 'U000MGR1']

let stage: Stage
afterEach(async () => stage.close())

let created = 0

/** A lead for the pool sdr, of a company or of none. */
function lead(companyId: string | undefined, properties: Record<string, string> = {}): string {
  const email = `lead${++created}@smalltown.example`
  const contact = { ...DANA, jobtitle: 'Head of Marketing', ...INTERESTED, hs_email_click: '4', email, ...properties }
  return stage.hubspot.createContact(contact, { by: 'form', ...(companyId ? { companyId } : {}) })
}

/** A lead without a company in HubSpot that goes to the pool sdr all the same. */
const loner = (email: string) => lead(undefined, { email, numemployees: '25-50', company: 'Some Shop' })

const company = (properties: Record<string, string> = {}) =>
  stage.hubspot.createCompany({ ...SMALLTOWN, ...properties })
const withoutLadders: NonNullable<StageOptions['edit']> = (config) => {
  for (const kind of Object.values(config.handoffs.kinds)) kind.ladder = []
}
const owners = (ids: string[]) => ids.map((id) => stage.hubspot.contact(id)?.hubspot_owner_id)
const rotation = async (id: string) => {
  const headers = { authorization: 'Bearer canary-api-token' }
  const answer = await fetch(`${stage.addresses[0]}/v1/leads/${id}`, { headers })
  return ((await answer.json()) as { rotation: { why: string; rep: string } }).rotation
}

describe('the contacts of one company', () => {
  it('go to one rep, also when they come in the same moment to three workers', async () => {
    stage = await createStage({ roles: ['both', 'worker', 'worker'] })
    const companies = Array.from({ length: 5 }, () => company())
    const ids = companies.map((id) => [lead(id), lead(id), lead(id)])
    await stage.quiet()
    for (const some of ids) expect(new Set(owners(some)).size, String(owners(some))).toBe(1)
    // They count as turns: nobody gets all the companies.
    expect(new Set(owners(ids.flat())).size).toBe(2)
    const { pools } = stage.services[0] ?? {}
    const { open } = (await pools?.read('sdr', stage.clock.now)) ?? {}
    expect((open?.['sdr-1'] ?? 0) + (open?.['sdr-2'] ?? 0)).toBe(15)
  })

  it('go to the rep of its last lead for 30 days, and no longer', async () => {
    stage = await createStage({ edit: withoutLadders })
    const shop = company()
    const ids: string[] = []
    for (const wait of [0, HOUR, DAY, 29 * DAY]) {
      await stage.advance(wait)
      ids.push(lead(shop))
      await stage.quiet()
    }
    expect(owners(ids)).toEqual(['201', '201', '201', '201'])
    expect(await rotation(ids[1] ?? '')).toMatchObject({ why: 'company-lead', rep: 'sdr-1' })
    expect(stage.texts(CLEO)[1]).toContain('You have another lead of the company')
    await stage.advance(31 * DAY)
    const late = lead(shop)
    await stage.quiet()
    expect(owners([late])).toEqual(['202'])
  })

  it.each<[string, StageOptions['edit']]>([
    [
      'is away',
      (config) =>
        void Object.assign(config.team.reps['sdr-1'] ?? {}, { away: [{ from: '2026-11-19', to: '2026-11-19' }] }),
    ],
    ['is at a cap', (config) => void Object.assign(config.team.pools.sdr ?? {}, { caps: { open: 1 } })],
  ])('go to another who can take them when that rep %s', async (_, edit) => {
    stage = await createStage({
      edit: (config) => {
        withoutLadders(config)
        edit?.(config)
      },
    })
    const shop = company()
    const first = lead(shop)
    await stage.quiet()
    await stage.advance(DAY)
    const second = lead(shop)
    await stage.quiet()
    expect(owners([first, second]).toSorted()).toEqual(['201', '202'])
  })

  it('are told by the domain of their address where HubSpot has no company; a free mail provider is none', async () => {
    stage = await createStage()
    const two = [loner('a@corner.example'), loner('b@corner.example')]
    await stage.quiet()
    expect(new Set(owners(two)).size).toBe(1)
    const strangers = [loner('a@gmail.com'), loner('b@gmail.com'), loner('c@gmail.com'), loner('d@gmail.com')]
    await stage.quiet()
    expect(new Set(owners(strangers)).size).toBe(2)
    const mailbox = company({ domain: 'gmail.com' })
    const more = [lead(mailbox), lead(mailbox)]
    await stage.quiet()
    expect(owners(more).toSorted()).toEqual(['201', '202'])
  })

  it('go by the rotation alone where the settings say so', async () => {
    stage = await createStage({ edit: (config) => Object.assign(config.routing, { oneRepPerCompany: null }) })
    const shop = company()
    const two = [lead(shop), lead(shop)]
    await stage.quiet()
    expect(owners(two).toSorted()).toEqual(['201', '202'])
  })

  it('go to one rep, whether HubSpot has tied them to it already or not', async () => {
    stage = await createStage({ edit: withoutLadders })
    const ids: string[] = []
    for (const [first, second, third] of [
      ['tied.example', true, false],
      ['loose.example', false, true],
    ] as const) {
      const shop = company({ domain: first })
      for (const [index, tied] of [second, third, second].entries()) {
        const email = `${index}@${first}`
        ids.push(tied ? lead(shop, { email }) : loner(email))
        await stage.quiet()
      }
    }
    expect(owners(ids)).toEqual(['201', '201', '201', '202', '202', '202'])
  })

  it('follow a lead that was reassigned', async () => {
    stage = await createStage()
    const shop = company()
    lead(shop)
    await stage.quiet()
    await stage.advance(3 * HOUR)
    const next = lead(shop)
    await stage.quiet()
    expect(owners([next])).toEqual(['202'])
  })
})

describe('the owner of the company in HubSpot', () => {
  it('comes before the rotation and the rep of its last lead, with a turn', async () => {
    stage = await createStage()
    const shop = company()
    const first = lead(shop)
    await stage.quiet()
    const owned = company({ hubspot_owner_id: '202' })
    const three = [lead(owned), lead(owned), lead(owned)]
    await stage.quiet()
    expect(owners([first, ...three])).toEqual(['201', '202', '202', '202'])
    expect(await rotation(three[0] ?? '')).toMatchObject({ why: 'company-owner', rep: 'sdr-2' })
    // Three turns ahead, so the next ones go to the other.
    const others = [
      createTier2Lead(stage, { email: 'o1@other.example' }),
      createTier2Lead(stage, { email: 'o2@other.example' }),
    ]
    await stage.quiet()
    expect(owners(others)).toEqual(['201', '201'])
  })

  it.each<[string, string, StageOptions['edit']]>([
    ['is at a cap', '202', (config) => void Object.assign(config.team.pools.sdr ?? {}, { caps: { open: 1 } })],
    [
      'is of another pool, where that matters',
      '101',
      (config) => Object.assign(config.routing, { companyOwner: 'same-pool' }),
    ],
    ['is nobody of the team', '900', undefined],
  ])('does not when they are one who %s', async (_, owner, edit) => {
    stage = await createStage(edit ? { edit } : {})
    stage.hubspot.createOwner({ id: '900', email: 'o@example.com', firstName: 'Olive', lastName: 'Owner' })
    const ids: string[] = []
    for (let number = 0; number < 2; number++) {
      ids.push(lead(company({ hubspot_owner_id: owner })))
      await stage.quiet()
    }
    expect(owners(ids).toSorted()).toEqual(['201', '202'])
  })
})

describe('who is at work', () => {
  const NIGHT = Date.parse('2026-11-18T07:00:00Z')
  // Cleo works in Auckland, where it is evening; Dan in New York.
  const apart: StageOptions['edit'] = (config) => {
    config.team.calendars.nz = { ...(config.team.calendars.europe as object), timeZone: 'Pacific/Auckland' } as never
    Object.assign(config.team.reps['sdr-1'] ?? {}, { calendar: 'nz' })
  }

  it('comes first: those who are not are passed over, and are not flooded when they are back', async () => {
    stage = await createStage({ edit: apart })
    const ids = Array.from({ length: 6 }, () => lead(company()))
    await stage.quiet()
    expect(owners(ids)).toEqual(ids.map(() => '202'))
    expect(stage.texts(CLEO)).toEqual([])
    // Thursday, 10:00 in Auckland, when New York is closed; then both are open on paper.
    await stage.advance(6 * HOUR)
    const morning = [lead(company()), lead(company())]
    await stage.quiet()
    expect(owners(morning).toSorted()).toEqual(['201', '202'])
  })

  it('is nobody: the one who opens first gets it at once, and hears when the clock starts', async () => {
    stage = await createStage({ edit: apart, start: NIGHT })
    const ids = Array.from({ length: 3 }, () => lead(company()))
    await stage.quiet()
    // New York opens in seven hours, Auckland in thirteen.
    expect(owners(ids)).toEqual(['202', '202', '202'])
    expect(stage.texts(DAN)[0]).toMatch(/Out of hours: the clock starts .*09:00/)
    expect(stage.texts(DAN)).toHaveLength(3)
    await stage.advance(6 * HOUR + 59 * MINUTE)
    expect(stage.texts(DAN)).toHaveLength(3)
    expect(stage.texts(MANAGER)).toEqual([])
  })

  it('makes no difference where the settings say so', async () => {
    stage = await createStage({
      edit: (config) => {
        apart(config)
        config.routing.prefer = 'any'
      },
    })
    const ids = [lead(company()), lead(company())]
    await stage.quiet()
    expect(owners(ids).toSorted()).toEqual(['201', '202'])
  })
})
