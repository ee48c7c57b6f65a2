import { readFile } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { leadViewText } from '../../src/views/lead-text.ts'
import { sendSignals, triggersInHistory } from '../support/leads.ts'
import { createStage, DAY, HOUR, MINUTE, type Stage, type StageOptions } from '../support/stage.ts'

let stage: Stage
let id: string
afterEach(async () => stage.close())

const SECOND = 1_000
const PRICES = 'https://www.example.com/pricing'

/** A stage with a contact of a month ago that fits nothing and has done nothing that Baton knows of. */
async function begin(options: StageOptions = {}): Promise<void> {
  stage = await createStage(options)
  const createdAt = stage.clock.now - 30 * DAY
  id = stage.hubspot.createContact({ email: 'pat@plain.example', jobtitle: 'Engineer' }, { createdAt })
  await stage.quiet()
}

const shown = () => stage.hubspot.contact(id)

/** The signals of the lead view with their points, oldest first, but for forms as such. */
async function signals(): Promise<[string, number][]> {
  const response = await fetch(`${stage.addresses[0]}/v1/leads/${id}`, {
    headers: { authorization: 'Bearer canary-api-token' },
  })
  const { score } = (await response.json()) as {
    score: { engagementSignals: { signals: { signal: string; points: number }[] } }
  }
  return score.engagementSignals.signals.map(({ signal, points }) => [signal, points])
}
const kinds = async () => (await signals()).map(([signal]) => signal).filter((signal) => signal !== 'form_submitted')

/** HubSpot sees a view of the page now. */
async function view(url = PRICES): Promise<void> {
  stage.hubspot.viewPage(id, url)
  await stage.quiet()
}

/** The site tells of a view, of so long ago. */
async function tell(ago = 0, url = PRICES): Promise<void> {
  await sendSignals(stage, [{ type: 'pricing_page_viewed', contactId: id, page: url, at: stage.clock.now - ago }])
  await stage.quiet()
}

describe('a visit to the prices', () => {
  beforeEach(() => begin())

  it.each<[string, () => Promise<void>]>([
    [
      'reloaded after 4 s',
      async () => {
        await view()
        await stage.advance(4 * SECOND)
        await view()
      },
    ],
    [
      'told by HubSpot, and minutes later by the site in another spelling',
      async () => {
        await view()
        await stage.advance(5 * MINUTE)
        await tell(5 * MINUTE + 2 * SECOND, '/Pricing/?utm_source=mail')
      },
    ],
    [
      'told by the site first',
      async () => {
        await tell()
        await stage.advance(20 * SECOND)
        await view(`${PRICES}/?plan=pro`)
      },
    ],
    [
      'told by the site a day late',
      async () => {
        await view()
        await stage.advance(DAY)
        await tell(DAY - 3 * SECOND)
      },
    ],
    [
      'that goes on for an hour',
      async () => {
        for (let views = 0; views < 3; views++) {
          await view()
          await stage.advance(25 * MINUTE)
        }
      },
    ],
  ])('is one: %s', async (_, visit) => {
    await visit()
    expect(await kinds()).toEqual(['pricing_page_viewed'])
    expect(shown()).toMatchObject({ baton_engagement_score: '5', baton_route: 'low' })
    expect(stage.texts('C00000SDR')).toEqual([])
    expect(await triggersInHistory(stage, id)).toEqual(['triggered pricing-page'])
  })

  it('is shown with its end', async () => {
    await view()
    await stage.advance(25 * MINUTE)
    await tell(5 * MINUTE)
    const answer = await fetch(`${stage.addresses[0]}/v1/leads/${id}`, {
      headers: { authorization: 'Bearer canary-api-token' },
    })
    const shownAs = (await answer.json()) as Parameters<typeof leadViewText>[0]
    const [{ at, until } = {}] = shownAs.score.engagementSignals.signals
    expect([Date.parse(at ?? ''), Date.parse(until ?? '')]).toEqual(
      [25, 5].map((ago) => stage.clock.now - ago * MINUTE),
    )
    expect(leadViewText(shownAs)).toContain(', one visit until ')
  })

  it('and a second one after half an hour raises the hand', async () => {
    await view()
    await stage.advance(30 * MINUTE)
    await tell()
    expect(await kinds()).toEqual(['pricing_page_viewed', 'pricing_page_viewed'])
    expect(shown()).toMatchObject({ baton_engagement_score: '10', baton_route: 'hand-raiser-sdr' })
    expect(await triggersInHistory(stage, id)).toEqual(['triggered pricing-page', 'triggered pricing-page-again'])
  })
})

describe('more than 3 pages in one visit', () => {
  const pages = (count: number) =>
    Array.from({ length: count }, (_, number) => `https://www.example.com/page-${number}`)

  it('count once, as HubSpot counts pages and visits', async () => {
    await begin()
    for (const page of pages(3)) await view(page)
    expect(await signals()).toEqual([])
    await stage.advance(MINUTE)
    for (const page of pages(3)) await view(page)
    expect(await signals()).toEqual([['session_over_3_pages', 5]])
    await stage.advance(2 * HOUR)
    for (const page of pages(3)) await view(page)
    expect(await signals()).toHaveLength(1)
  })

  it('are told from pages of two visits by the history', async () => {
    await begin()
    await view()
    const now = stage.clock.now
    // Three of each visit: the one that Baton has seen goes on.
    for (const [index, page] of pages(5).entries())
      stage.hubspot.viewPage(id, page, { at: now + (index < 2 ? 0 : 2 * HOUR) + (index + 1) * MINUTE, silent: true })
    await stage.advance(3 * HOUR)
    await sendSignals(stage, [{ type: 'weekly_usage', value: 1, contactId: id }])
    await stage.quiet()
    expect(shown()).toMatchObject({ hs_analytics_num_page_views: '6', hs_analytics_num_visits: '2' })
    expect(await kinds()).toEqual(['pricing_page_viewed', 'weekly_usage'])
  })
})

describe('a form', () => {
  beforeEach(() => begin())

  it.each<[string, string, string[], string]>([
    ['Industrial IoT guide', 'Download form', ['content_downloaded'], '10'],
    ['Demographics of SaaS buyers', 'Ebook', ['content_downloaded'], '10'],
    ['Talk to sales', 'Contact', ['demo_requested'], '20'],
    ['Cancel demo', 'Feedback', [], '0'],
    ['Contact us', 'Contact form', [], '0'],
    ['Blog', 'Newsletter', [], '0'],
  ])('"%s: %s" is %j', async (page, name, found, engagement) => {
    stage.hubspot.submitForm(id, { page, name })
    await stage.services[0]?.work.poll()
    await stage.quiet()
    expect(await kinds()).toEqual(found)
    expect((await signals()).filter(([signal]) => signal === 'form_submitted')).toEqual([['form_submitted', 0]])
    expect(shown()).toMatchObject({ baton_engagement_score: engagement })
  })
})

it('mails that a machine opens as they arrive are not counted', async () => {
  await begin()
  const opened = async (count: number, after: number) => {
    const sent = stage.clock.now
    await stage.advance(after)
    stage.hubspot.changeContact(
      id,
      {
        hs_email_open: String(count),
        hs_email_last_send_date: new Date(sent).toISOString(),
        hs_email_last_open_date: new Date(stage.clock.now).toISOString(),
      },
      { by: 'hubspot' },
    )
    await stage.quiet()
  }
  await opened(1, 2 * SECOND)
  expect(await signals()).toEqual([])
  await opened(2, HOUR)
  await opened(3, 3 * SECOND)
  expect(await signals()).toEqual([['email_opened', 3]])
})

it('a demo is remembered however many opened mails follow', async () => {
  const scoring = await readFile('config/scoring.yaml', 'utf8')
  const capped = scoring.replace(/email_opened: .*/, 'email_opened: { points: 3, cap: { count: 3, per: 7d } }')
  expect(capped).not.toBe(scoring)
  await begin({ files: { 'scoring.yaml': capped } })
  await sendSignals(stage, [{ type: 'demo_requested', contactId: id }])
  await stage.quiet()
  for (const half of [0, 1]) {
    await stage.advance(HOUR)
    const opens = Array.from({ length: 260 }, (_, number) => ({
      ...{ type: 'email_opened', contactId: id, id: `open-${half}-${number}` },
      at: stage.clock.now - number * SECOND,
    }))
    await sendSignals(stage, opens)
    await stage.quiet()
  }
  expect(shown()).toMatchObject({ baton_engagement_score: '29' })
  expect(await signals()).toHaveLength(500)
})
