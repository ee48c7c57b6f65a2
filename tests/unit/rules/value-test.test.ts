import { describe, expect, it } from 'vitest'
import type { AttributeValue } from '../../../src/rules/attributes.ts'
import { type AttributeTest, evaluate, holds, type Truth } from '../../../src/rules/condition.ts'
import { lookupIn, when } from '../../support/records.ts'

type Row = [string, AttributeTest, AttributeValue, Truth]

const check = ([attribute, test, value, truth]: Row) => {
  const condition = when(attribute, test)
  expect(evaluate(condition, lookupIn({ [attribute]: value })).truth).toBe(truth)
  expect(holds(condition, lookupIn({ [attribute]: value }))).toBe(truth === 'true')
}

const table = (rows: Row[]) => it.each(rows)('%s: %j on %j is %s', (...row) => check(row))

describe('a text with ; is several choices, and a title', () => {
  const interests = 'hubspot.products_of_interest'
  table([
    [interests, { in: ['crm'] }, 'crm;billing', 'true'],
    [interests, { is: 'Billing' }, 'crm;billing', 'true'],
    [interests, { is: 'billing' }, ';crm; billing;', 'true'],
    [interests, { is: 'crm;billing' }, 'crm;billing', 'true'],
    [interests, { in: ['cr'] }, 'crm;billing', 'false'],
    [interests, { is: 'CRM Billing' }, 'crm;billing', 'false'],
    [interests, { in: ['sales_hub'] }, 'Sales Hub;Service Hub', 'true'],
    [interests, { matches: ['sales'] }, 'Sales Hub;Service Hub', 'true'],
    [interests, { matches: ['service*'] }, 'Sales Hub;Service Hub', 'true'],
    [interests, { matches: ['*hub;service*'] }, 'Sales Hub;Service Hub', 'true'],
    [interests, { matches: ['hub'], not: ['service'] }, 'Sales Hub;Service Hub', 'false'],
    [interests, { matches: ['hub'], not: ['cms'] }, 'Sales Hub;Service Hub', 'true'],
    [interests, { not: ['billing'] }, 'crm;billing', 'false'],
    [interests, { not: ['billing'] }, 'crm', 'true'],
    [interests, { atLeast: 3 }, '1;5', 'true'],
    [interests, { atLeast: 10 }, '1;5', 'false'],
    [interests, { atLeast: 10 }, 'a;b', 'unknown'],
    ['hubspot.recent_conversion_event_name', { is: 'Demo; request' }, 'Demo; Request', 'true'],
    ['hubspot.recent_conversion_event_name', { matches: ['demo request'] }, 'Demo; request', 'true'],
    ['company.industry', { in: ['retail'] }, 'banking;retail', 'true'],
    ['jobTitle', { matches: ['founder'] }, 'CEO; Founder', 'true'],
    ['company.techStack', { matches: ['hubspot'], not: ['salesforce'] }, ['HubSpot', 'Salesforce'], 'false'],
    ['company.techStack', { matches: ['hubspot'], not: ['salesforce'] }, ['HubSpot', 'Slack'], 'true'],
  ])

  it('not around such a test asks for none of the choices', () => {
    const none = { kind: 'not' as const, of: when(interests, { in: ['crm'] }) }
    expect(holds(none, lookupIn({ [interests]: 'crm;billing' }))).toBe(false)
    expect(holds(none, lookupIn({ [interests]: 'billing;cms' }))).toBe(true)
    expect(holds(none, lookupIn({}))).toBe(false)
  })
})

describe('codes and labels', () => {
  table([
    ['company.industry', { in: ['COMPUTER_SOFTWARE'] }, 'computer software', 'true'],
    ['company.industry', { is: 'Computer Software' }, 'COMPUTER_SOFTWARE', 'true'],
    ['company.industry', { in: ['information technology and services'] }, 'information technology & services', 'true'],
    ['company.industry', { in: ['Hospital & Health Care'] }, 'hospital health care', 'true'],
    ['company.industry', { matches: ['software'] }, 'COMPUTER_SOFTWARE', 'true'],
    ['leadStatus', { in: ['Bad timing'] }, 'BAD_TIMING', 'true'],
    ['leadStatus', { is: 'in-progress' }, 'IN_PROGRESS', 'true'],
    ['lifecycleStage', { is: 'Sales Qualified Lead' }, 'salesqualifiedlead', 'true'],
    ['leadSource', { is: 'Organic search' }, 'ORGANIC_SEARCH', 'true'],
    ['hubspot.hs_buying_role', { in: ['Decision maker'] }, 'CHAMPION;DECISION_MAKER', 'true'],
    ['hubspot.opted_in', { is: true }, 'true', 'true'],
    ['hubspot.opted_in', { is: 'yes' }, 'true', 'true'],
    ['hubspot.opted_in', { is: false }, 'No', 'true'],
    ['hubspot.opted_in', { is: 'yes' }, 'false', 'false'],
    ['hubspot.zip', { is: '02134' }, '02134', 'true'],
    ['hubspot.zip', { is: 2134 }, '02134', 'false'],
    ['hubspot.account', { in: ['9007199254740993'] }, '9007199254740993', 'true'],
    ['hubspot.account', { in: ['9007199254740993'] }, '9007199254740992', 'false'],
    ['country', { in: ['NO'] }, 'Norway', 'true'],
    ['country', { in: ['no'] }, 'Norge', 'true'],
  ])
})

describe('numbers in texts', () => {
  table([
    ['company.size', { between: [51, 500] }, '51-200 employees, 3 offices', 'true'],
    ['company.size', { atMost: 4 }, 'below 5', 'true'],
    ['company.size', { atLeast: 5 }, '< 5', 'false'],
    ['company.size', { between: [51, 500] }, 'over 500', 'false'],
    ['company.size', { atLeast: 501 }, 'over 500', 'true'],
    ['company.size', { atMost: 4 }, '3 offices', 'unknown'],
    ['company.revenue', { atLeast: 10_000_000 }, '$10M', 'true'],
    ['company.revenue', { atLeast: 1 }, '200 employees', 'unknown'],
    ['hubspot.seats', { atLeast: 1000 }, '1.5k', 'true'],
    ['hubspot.seats', { atLeast: 1000 }, '1,200', 'true'],
    ['hubspot.seats', { atLeast: 1000 }, '1.200', 'true'],
    ['hubspot.seats', { atLeast: 1000 }, '1.234', 'unknown'],
    ['hubspot.seats', { atMost: 5 }, '1.234', 'unknown'],
    ['hubspot.seats', { atLeast: 1 }, '1.234', 'true'],
    ['hubspot.seats', { atMost: 5000 }, '1.234', 'true'],
    ['hubspot.seats', { atLeast: 1000 }, '1.23', 'false'],
    ['hubspot.seats', { is: 1.234 }, '1.234', 'true'],
    ['hubspot.seats', { atLeast: 1000 }, 'many', 'unknown'],
    ['hubspot.seats', { atLeast: 30 }, '50%', 'unknown'],
    ['hubspot.seats', { atLeast: -5 }, -3, 'true'],
  ])

  it('an opposite of what cannot be read does not hold', () => {
    const small = { kind: 'not' as const, of: when('company.size', { atLeast: 5 }) }
    expect(holds(small, lookupIn({ 'company.size': 'a few' }))).toBe(false)
  })
})

describe('domains', () => {
  table([
    ['email.domain', { in: ['rival.example'] }, 'eu.rival.example', 'true'],
    ['email.domain', { is: 'rival.example' }, 'RIVAL.example.', 'true'],
    ['email.domain', { is: 'https://www.rival.example/' }, 'rival.example', 'true'],
    ['email.domain', { in: ['*.rival.example'] }, 'eu.rival.example', 'true'],
    ['email.domain', { in: ['rival.example'] }, 'otherrival.example', 'false'],
    ['email.domain', { in: ['rival.example'] }, 'rival.example.org', 'false'],
    ['email.domain', { in: ['eu.rival.example'] }, 'rival.example', 'false'],
    ['email.domain', { in: ['edu'] }, 'cs.state.edu', 'true'],
    ['email.domain', { matches: ['rival.example'] }, 'eu.rival.example', 'true'],
    ['email.domain', { matches: ['rival.example'] }, 'rival.example.org', 'false'],
    ['email.domain', { matches: ['*.edu'] }, 'cs.state.EDU', 'true'],
    ['email.domain', { matches: ['*.edu'] }, 'state.edu.', 'true'],
    ['email.domain', { matches: ['*.edu'] }, 'edu.example', 'false'],
    ['email.domain', { matches: ['rival*'] }, 'eu.rival.example', 'true'],
    ['email.domain', { matches: ['rival'] }, 'eu.rival.example', 'true'],
    ['email.domain', { matches: ['*.example'], not: ['rival.example'] }, 'eu.rival.example', 'false'],
    ['email.domain', { in: ['müller.example'] }, 'xn--mller-kva.example', 'true'],
    ['email.domain', { in: ['xn--mller-kva.example'] }, 'MÜLLER.example', 'true'],
    ['email.domain', { matches: ['*.müller.example'] }, 'eu.xn--mller-kva.example', 'true'],
    ['company.domain', { in: ['rival.example'] }, 'https://www.rival.example/about', 'true'],
    ['company.domain', { in: ['rival.example'] }, 'Rival Inc', 'false'],
  ])
})
