import { describe, expect, test } from 'vitest'
import { useSimulatedHubSpot } from '../support/simulated-hubspot.ts'

const start = useSimulatedHubSpot()

describe('limits and faults', () => {
  test('one call too many is answered 429 with the policy and the headers, and searches count apart', async () => {
    const { hubspot, contacts } = await start({ rateLimit: { max: 2, intervalMs: 60_000, searchesPerSecond: 1_000 } })
    const id = hubspot.createContact({})
    const first = await contacts.basicApi.getByIdWithHttpInfo(id)
    expect(first.headers).toMatchObject({
      ...{ 'x-hubspot-ratelimit-max': '2', 'x-hubspot-ratelimit-remaining': '1' },
      ...{ 'x-hubspot-ratelimit-interval-milliseconds': '60000', 'x-hubspot-ratelimit-daily-remaining': '999999' },
    })
    await contacts.basicApi.getById(id)
    const body = { policyName: 'TEN_SECONDLY_ROLLING', errorType: 'RATE_LIMIT' }
    await expect(contacts.basicApi.getById(id)).rejects.toMatchObject({ code: 429, body })
    const search = await contacts.searchApi.doSearchWithHttpInfo({ limit: 1 } as never)
    expect(search.httpStatusCode).toBe(200)
    expect(Object.keys(search.headers).filter((name) => name.includes('ratelimit'))).toEqual([])
  })

  test('the limit lets calls through again once the window has passed', async () => {
    const { hubspot, contacts } = await start({ rateLimit: { max: 1, intervalMs: 200 } })
    const id = hubspot.createContact({})
    const code = () =>
      contacts.basicApi.getById(id).then(
        () => 200,
        (error: { code: number }) => error.code,
      )
    expect(await code()).toBe(200)
    await expect.poll(code, { timeout: 10_000 }).toBe(200)
  })

  test('a sixth search in one second is answered 429', async () => {
    const { contacts } = await start({ rateLimit: { max: 190, intervalMs: 10_000, searchesPerSecond: 0 } })
    const body = { policyName: 'SECONDLY', message: 'You have reached your secondly limit.' }
    await expect(contacts.searchApi.doSearch({ limit: 1 } as never)).rejects.toMatchObject({ code: 429, body })
  })

  test('a fault meets the calls it is meant for, as often as asked', async () => {
    const { hubspot, contacts, owners } = await start()
    const id = hubspot.createContact({})
    hubspot.failNext({
      method: 'GET',
      path: /contacts/,
      status: 503,
      times: 2,
      headers: { 'x-test': 'yes' },
      body: '<html>',
    })
    await owners.ownersApi.getPage()
    for (let call = 0; call < 2; call += 1) {
      const failing = contacts.basicApi.getById(id)
      await expect(failing).rejects.toMatchObject({ code: 503, body: '<html>', headers: { 'x-test': 'yes' } })
    }
    expect((await contacts.basicApi.getById(id)).id).toBe(id)
  })

  test('a dropped call has done its work, a hanging one is never answered', async () => {
    const { hubspot, contacts } = await start()
    const id = hubspot.createContact({})
    hubspot.failNext({ method: 'PATCH', path: /./, acceptThenDrop: true })
    await expect(contacts.basicApi.update(id, { properties: { jobtitle: 'CMO' } })).rejects.toThrow('fetch failed')
    expect(hubspot.contact(id)?.jobtitle).toBe('CMO')
    hubspot.failNext({ method: 'PATCH', path: /./, hang: true })
    const answer = contacts.basicApi.update(id, { properties: { jobtitle: 'CEO' } })
    const hanging = answer.then(
      () => 'answered',
      () => 'cut off',
    )
    await expect.poll(() => hubspot.calls.length).toBe(2)
    expect(hubspot.calls.map((call) => call.status)).toEqual([0, 0])
    expect((await contacts.basicApi.getById(id)).id).toBe(id)
    await hubspot.close()
    expect(await hanging).toBe('cut off')
    expect(hubspot.contact(id)?.jobtitle).toBe('CMO')
  })
})
