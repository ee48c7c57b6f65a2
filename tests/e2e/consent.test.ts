import { afterEach, describe, expect, it } from 'vitest'
import { DANA, SMALLTOWN } from '../support/leads.ts'
import { createStage, type Stage } from '../support/stage.ts'

let stage: Stage
afterEach(async () => stage.close())

const shown = (id: string) => stage.hubspot.contact(id)
async function view(id: string) {
  const headers = { authorization: 'Bearer canary-api-token' }
  const answer = await fetch(`${stage.addresses[0]}/v1/leads/${id}`, { headers })
  return (await answer.json()) as { state: { notEnrolled?: string }; route: { name: string } }
}

async function rescore(id: string): Promise<void> {
  const headers = { authorization: 'Bearer canary-api-token' }
  await fetch(`${stage.addresses[0]}/v1/leads/${id}/rescore`, { method: 'POST', headers })
  await stage.quiet()
}

/** Somebody who fits a little and did nothing: to the newsletter. */
function createQuietLead(properties: Record<string, string> = {}): string {
  const companyId = stage.hubspot.createCompany(SMALLTOWN)
  return stage.hubspot.createContact(
    { ...DANA, email: 'kim@smalltown.example', ...properties },
    { companyId, by: 'form' },
  )
}

describe('a contact who opted out of email', () => {
  it('is never enrolled in a track, and the reason says so', async () => {
    stage = await createStage()
    const [reader, out] = [
      createQuietLead(),
      createQuietLead({ email: 'lee@smalltown.example', hs_email_optout: 'true' }),
    ]
    await stage.quiet()
    const track = shown(reader)?.baton_nurture_track
    expect(track).toBeTruthy()
    expect(shown(out)?.baton_nurture_track ?? null).toBeNull()
    expect(shown(out)?.baton_route).toBe(shown(reader)?.baton_route)
    const why = `opted out of email: not enrolled in ${track}`
    expect(shown(out)?.baton_route_reason).toContain(why)
    expect((await view(out)).state.notEnrolled).toBe(why)
    expect((await view(reader)).state.notEnrolled).toBeUndefined()
  })

  it('later is taken out of the track, and comes back when that is taken back', async () => {
    stage = await createStage()
    const id = createQuietLead()
    await stage.quiet()
    const track = shown(id)?.baton_nurture_track
    expect(track).toBeTruthy()
    stage.hubspot.changeContact(id, { hs_email_optout: 'true' }, { by: 'hubspot' })
    await rescore(id)
    expect(shown(id)?.baton_nurture_track).toBeNull()
    stage.hubspot.changeContact(id, { hs_email_optout: 'false' }, { by: 'hubspot' })
    await rescore(id)
    expect(shown(id)?.baton_nurture_track).toBe(track)
  })

  it('of the subscription by which a track goes out is left out of that track', async () => {
    stage = await createStage()
    stage.hubspot.createSubscriptionType('123456')
    const id = createQuietLead()
    await stage.quiet()
    const track = String(shown(id)?.baton_nurture_track)
    const { config } = stage
    await stage.changeConfig({
      ...config,
      routing: { ...config.routing, tracks: { [track]: { subscription: '123456' } } },
      reads: { ...config.reads, contact: [...config.reads.contact, 'hs_email_optout_123456'] },
      version: 'with-tracks',
    })
    stage.hubspot.changeContact(id, { hs_email_optout_123456: 'true' }, { by: 'hubspot' })
    await rescore(id)
    expect(shown(id)?.baton_nurture_track).toBeNull()
    expect((await view(id)).state.notEnrolled).toContain('subscription 123456')
  })
})
