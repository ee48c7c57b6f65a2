import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import { appNeeds, SCOPES, subscriptionText } from '../../../src/hubspot/app.ts'
import { isOwnProject, projectFiles } from '../../../src/hubspot/project.ts'
import { LOADED_AT } from '../../support/config.ts'

const { reads, hubspot } = await loadConfig('config', LOADED_AT)
const own = Object.values(hubspot.properties)
const needs = appNeeds(reads, own)
const texts = needs.subscriptions.map(subscriptionText)

describe('subscriptions', () => {
  it('hears of what happens to contacts, companies and deals', () => {
    expect(texts.filter((text) => !text.includes('Change'))).toEqual([
      'contact.creation',
      'contact.deletion',
      'contact.merge',
      'contact.restore',
      'contact.privacyDeletion',
      'company.creation',
      'company.deletion',
      'company.merge',
      'company.restore',
    ])
    expect(texts).toContain('contact.associationChange')
    expect(texts).toContain('deal.propertyChange (dealstage)')
  })

  it('each property that the config reads is subscribed, or polled because it cannot fire; none is both or neither', () => {
    const fixed = ['createdate']
    for (const name of reads.contact) {
      const ways = [
        texts.includes(`contact.propertyChange (${name})`),
        needs.polled.includes(name),
        fixed.includes(name),
      ]
      expect(ways.filter(Boolean), name).toHaveLength(1)
    }
    for (const name of reads.company) expect(texts).toContain(`company.propertyChange (${name})`)
    expect(needs.polled).toEqual(expect.arrayContaining(['num_conversion_events', 'recent_conversion_date']))
  })

  it('asks for nothing twice, and not for what only Baton writes', () => {
    expect(new Set(texts).size).toBe(texts.length)
    const also = appNeeds({ contact: ['jobtitle', ...own], company: [] }, own)
    expect(also.subscriptions.map(subscriptionText).filter((text) => text.includes('contact.propertyChange'))).toEqual([
      'contact.propertyChange (jobtitle)',
    ])
  })

  it('follows the config: another property, another subscription', () => {
    const other = appNeeds(
      { contact: ['our_intent', 'lastmodifieddate'], company: ['our_tier', 'hs_lastmodifieddate'] },
      [],
    )
    const changes = other.subscriptions.map(subscriptionText).filter((text) => text.includes('propertyChange'))
    expect(changes).toEqual([
      'contact.propertyChange (our_intent)',
      'company.propertyChange (our_tier)',
      'deal.propertyChange (dealstage)',
    ])
    expect(other.polled).toEqual(['lastmodifieddate', 'hs_lastmodifieddate'])
  })
})

describe('the project', () => {
  const files = projectFiles(needs, 'https://example.com/tools/baton/')
  const webhooks = JSON.parse(files['src/app/webhooks/webhooks-hsmeta.json'] ?? '').config
  const app = JSON.parse(files['src/app/app-hsmeta.json'] ?? '').config

  it('has each event in its list: generic ones, and the privacy deletion, which has no generic form', () => {
    const { crmObjects, legacyCrmObjects, hubEvents } = webhooks.subscriptions
    expect(hubEvents).toEqual([{ subscriptionType: 'contact.privacyDeletion', active: true }])
    expect(legacyCrmObjects).toEqual([])
    expect(crmObjects).toHaveLength(needs.subscriptions.length - 1)
    for (const each of crmObjects) {
      expect(each).toMatchObject({ subscriptionType: expect.stringMatching(/^object\./), active: true })
      expect('propertyName' in each).toBe(each.subscriptionType === 'object.propertyChange')
    }
    expect(crmObjects).toContainEqual({
      ...{ subscriptionType: 'object.propertyChange', objectType: 'company', propertyName: 'numberofemployees' },
      active: true,
    })
  })

  it('sends events to the path of PUBLIC_URL, with or without a slash at its end', () => {
    expect(webhooks.settings.targetUrl).toBe('https://example.com/tools/baton/webhooks/hubspot')
    expect(webhooks.settings.maxConcurrentRequests).toBeGreaterThan(5)
    expect(projectFiles(needs, 'https://example.com/tools/baton')).toEqual(files)
  })

  it('asks for the scopes, those that a plan may lack as optional ones', () => {
    const ofDeals = ['crm.objects.deals.write', 'crm.schemas.deals.read', 'crm.schemas.deals.write']
    expect(app.auth).toMatchObject({
      type: 'static',
      optionalScopes: ['sales-email-read', ...ofDeals, 'automation'],
    })
    expect([...app.auth.requiredScopes, ...app.auth.optionalScopes]).toEqual(SCOPES.map(({ name }) => name))
    expect(JSON.parse(files['hsproject.json'] ?? '')).toMatchObject({ srcDir: 'src', platformVersion: '2026.09' })
  })

  it('knows its own app file from others', () => {
    expect(isOwnProject(files['src/app/app-hsmeta.json'] ?? '')).toBe(true)
    for (const other of ['', 'no json', 'null', '{"uid":"my_app"}']) expect(isOwnProject(other)).toBe(false)
  })
})
