import type { FastifyInstance } from 'fastify'
import { afterEach, expect, test } from 'vitest'
import type { QualityItem, QualityPage, QualityViews } from '../../src/views/data-quality.ts'
import { startConsole } from '../support/console-alone.ts'

const ITEM = {
  id: '401',
  name: 'Dana <b>Ruiz',
  company: 'Northwind',
  kinds: ['missing', 'duplicate', 'source'],
  forSales: true,
  missing: ['job title', 'lead source'],
  source: 'Billboard',
  duplicates: [{ id: '402', name: 'D. Ruiz', company: 'Northwind', url: 'https://hubspot.example/402', by: 'name' }],
  review: ['company size is not known'],
  staleSince: '2026-01-02T00:00:00.000Z',
  proposals: [{ attribute: 'company.size', property: 'numberofemployees', value: '<240>', source: 'apollo' }],
  url: 'https://hubspot.example/401',
} as unknown as QualityItem
const SUMMARY = { checkedAt: '2026-11-18T03:00:00.000Z', leads: 8, flawed: 2, kinds: { missing: 2, duplicate: 1 } }

let console: FastifyInstance
let asked: unknown[][] = []
afterEach(() => console.close())

async function start(page: Partial<QualityPage>, scope: 'read' | 'operate' = 'operate') {
  asked = []
  const quality = {
    page: async (...wanted: unknown[]) => {
      asked.push(wanted)
      return { summary: SUMMARY, leads: [], next: null, ...page }
    },
  } as unknown as QualityViews
  console = await startConsole({ quality, clock: { now: () => Date.parse('2026-11-18T15:00:00Z') } }, scope)
}

const get = async (path: string) => (await console.inject(`/console/data-quality${path}`)).body

test('a lead is listed with all that is wrong, beside those that may be the same person', async () => {
  await start({ leads: [ITEM], next: { at: 7, id: '401' } })
  const body = await get('')
  expect(body).toContain('<strong class="figure">2</strong> of 8 leads with something to put right')
  expect(body).toContain('<a href="/console/data-quality?kind=missing">something is missing</a>')
  expect(body).toContain('25 %')
  expect(body).toContain('<a href="/console/leads/401">Dana &lt;b>Ruiz</a>')
  for (const text of ['lacks job title, lead source', 'lead source Billboard is not on the list', 'size is not known'])
    expect(body).toContain(text)
  expect(body).toContain('<a href="/console/leads/402">D. Ruiz</a>')
  expect(body).toContain('href="https://hubspot.example/402"')
  expect(body).toContain('Northwind, the same name at the same company')
  expect(body).toContain('company.size: &lt;240><small>by apollo</small>')
  expect(body).toContain('href="/console/reports/quality?period=this"')
  const next = /href="([^"]+)">Next page/.exec(body)?.[1]?.replaceAll('&amp;', '&') ?? ''
  await console.inject(next)
  expect(asked).toEqual([
    [undefined, null, 50],
    [undefined, { at: 7, id: '401' }, 50],
  ])
})

test('it is filtered by what is wrong; only operators have it checked again; before the first check it says so', async () => {
  await start({}, 'read')
  expect(await get('?kind=stale')).toContain('Nothing of that is wrong.')
  expect(asked).toEqual([['stale', null, 50]])
  expect(await get('?kind=none')).toContain('Nothing is wrong with the data of any lead.')
  expect(await get('')).not.toContain('Check all now')
  await console.close()
  await start({ summary: null })
  expect(await get('')).toContain('was not checked yet')
  expect(await get('')).toContain('Check all now')
})
