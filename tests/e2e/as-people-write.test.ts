import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createStage, type Stage } from '../support/stage.ts'

/** Leads whose data is written in other words than the config's: people would say that they are the same. */

let stage: Stage
beforeAll(async () => {
  const [icp, routing, hubspot] = await Promise.all(
    ['icp.yaml', 'routing.yaml', 'hubspot.yaml'].map((file) => readFile(join('config', file), 'utf8')),
  )
  const edited = (text = '', from: string, to: string) => {
    expect(text).toContain(from)
    return text.replace(from, to)
  }
  stage = await createStage({
    files: {
      // Where the form asks for the size as a text.
      'hubspot.yaml': edited(
        hubspot,
        '"company:numberofemployees", numemployees]',
        '"company:numberofemployees", staff]',
      ),
      'icp.yaml': edited(
        icp,
        'industries: [computer software,',
        'industries: [COMPUTER_SOFTWARE, Hospital & Health Care,',
      ),
      'routing.yaml': edited(
        routing,
        'routes:\n',
        `routes:
  - name: wants-crm
    when: { hubspot.products_of_interest: { in: [CRM] } }
    to: { nurture: crm }
  - name: boston
    when: { hubspot.zip: { is: "02134" } }
    to: { nurture: boston }
  - name: istanbul
    when: { hubspot.city: { in: [istanbul, "Mu\u0308nchen"] } }
    to: { nurture: "two-cities" }
`,
      ),
    },
  })
  for (const name of ['products_of_interest', 'staff']) stage.hubspot.createProperty('contacts', name)
})
afterAll(async () => stage.close())

const DEMO = { num_conversion_events: '1', recent_conversion_event_name: 'Request a demo', hs_email_click: '2' }
let count = 0

async function written(contact: Record<string, string>, company?: Record<string, string>) {
  count++
  const domain = `company-${count}.example`
  const companyId = company && stage.hubspot.createCompany({ name: `Company ${count}`, domain, ...company })
  const id = stage.hubspot.createContact(
    { email: `dana@${domain}`, firstname: 'Dana', lastname: `Ruiz ${count}`, jobtitle: 'VP Marketing', ...contact },
    { by: 'form', ...(companyId === undefined ? {} : { companyId }) },
  )
  await stage.quiet()
  return stage.hubspot.contact(id)
}

it.each<[string, Record<string, string>, Record<string, string> | undefined, Record<string, string>]>([
  ['one of several choices', { products_of_interest: 'crm;billing' }, undefined, { baton_route: 'wants-crm' }],
  ['other choices', { products_of_interest: 'billing;crm_light' }, undefined, { baton_route: 'low' }],
  ['a post code', { zip: '02134' }, undefined, { baton_route: 'boston' }],
  ['a Turkish İ', { city: 'İSTANBUL' }, undefined, { baton_route: 'istanbul' }],
  ['a composed ü', { city: 'München' }, undefined, { baton_route: 'istanbul' }],
  [
    'an industry by its code',
    DEMO,
    { numberofemployees: '240', industry: 'COMPUTER_SOFTWARE' },
    { baton_icp_tier: '1' },
  ],
  [
    'a code without the &',
    DEMO,
    { numberofemployees: '240', industry: 'HOSPITAL_HEALTH_CARE' },
    { baton_icp_tier: '1' },
  ],
  [
    'an industry in words of others',
    { ...DEMO, industry: 'information technology & services' },
    { numberofemployees: '240' },
    { baton_icp_tier: '1', baton_route: 'tier-1-mql' },
  ],
  ['a size with its locale', { ...DEMO, staff: '2.000 Mitarbeiter' }, undefined, { baton_route: 'medium' }],
  [
    'a size with more words',
    { staff: '51-200 employees, 3 offices', industry: 'Internet' },
    undefined,
    { baton_icp_tier: '1' },
  ],
  ['a size that nobody can read', { ...DEMO, staff: '3 offices' }, undefined, { baton_route: 'medium' }],
  ['a size below the minimum', { ...DEMO, staff: '< 5' }, undefined, { baton_route: 'too-small' }],
  ['a subdomain of a rival', { email: 'p@eu.rival.example' }, undefined, { baton_route: 'negative-icp' }],
  ['a provider of free mail', { email: 'p@tutanota.com' }, undefined, { baton_route: 'personal-email' }],
  ['a company that gives none', { email: 'p@clerk.com' }, undefined, { baton_route: 'low' }],
])('%s', async (_, contact, company, shown) => {
  expect(await written(contact, company)).toMatchObject(shown)
})
