import { describe, expect, it } from 'vitest'
import { compilePatterns } from '../../../src/rules/matching.ts'
import { folded, keyOf, wordsOf } from '../../../src/rules/texts.ts'

describe('the same value', () => {
  it.each([
    ['COMPUTER_SOFTWARE', 'Computer Software'],
    ['COMPUTER_SOFTWARE', 'computer-software'],
    ['COMPUTER_SOFTWARE', ' computer  software '],
    ['INFORMATION_TECHNOLOGY_AND_SERVICES', 'information technology & services'],
    ['INFORMATION_TECHNOLOGY_AND_SERVICES', 'Information Technology and Services'],
    ['HOSPITAL_HEALTH_CARE', 'Hospital & Health Care'],
    ['HEALTH_WELLNESS_AND_FITNESS', 'Health, Wellness and Fitness'],
    ['GLASS_CERAMICS_CONCRETE', 'Glass, Ceramics & Concrete'],
    ['OUTSOURCING_OFFSHORING', 'Outsourcing/Offshoring'],
    ['TRANSPORTATION_TRUCKING_RAILROAD', 'Transportation/Trucking/Railroad'],
    ['E_LEARNING', 'E-Learning'],
    ['NON_PROFIT_ORGANIZATION_MANAGEMENT', 'Non-profit Organization Management'],
    ['marketingqualifiedlead', 'Marketing Qualified Lead'],
    ['ATTEMPTED_TO_CONTACT', 'Attempted to contact'],
    ['BAD_TIMING', 'Bad Timing'],
    ['Acme, Inc.', 'acme inc'],
    ['Mu\u0308nchen', 'MÜNCHEN'],
    ['İstanbul', 'istanbul'],
    ['ISTANBUL', 'ıstanbul'],
    ['Straße', 'STRASSE'],
    ['ΣΊΣΥΦΟΣ', 'σίσυφος'],
    ['ＡＣＭＥ', 'acme'],
    ['Head of\u00a0Sales', 'head of sales'],
    ['10 – 50', '10-50'],
    ['1.50', '1.5'],
  ])('%s is %s', (one, other) => {
    expect(keyOf(one)).toBe(keyOf(other))
  })

  it.each([
    ['1.5', '15'],
    ['1,5', '15'],
    ['10-50', '1050'],
    ['500+', '500'],
    ['A+', 'A'],
    ['A-', 'A'],
    ['C++', 'C'],
    ['< 50', '50'],
    ['50%', '50'],
    ['02134', '2134'],
    ['1234567890123456', '1234567890123457'],
    ['a.b@acme.example', 'ab@acme.example'],
    ['acme.example', 'acmeexample'],
    ['crm;billing', 'crm billing'],
    ['Möller', 'Moller'],
    ['and', ''],
    ['-', ''],
  ])('%s is not %s', (one, other) => {
    expect(keyOf(one)).not.toBe(keyOf(other))
  })

  it('a key is its own key, and folding twice changes nothing', () => {
    for (const text of ['R&D', 'Acme, Inc.', 'İ', 'A-', 'Sales and', '1.200', 'ﬁne', 'Ǆ', 'ß']) {
      expect(folded(folded(text))).toBe(folded(text))
      expect(keyOf(keyOf(text))).toBe(keyOf(text))
    }
  })
})

describe('words', () => {
  it.each<[string, string, boolean]>([
    ['demo', 'Request a demo', true],
    ['demo', 'DEMO: Contact', true],
    ['demo', 'demo_request', true],
    ['demo', 'https://acme.example/demo?x=1', true],
    ['demo', 'Demographics of SaaS buyers: Ebook', false],
    ['demo', 'Democracy', false],
    ['trial', 'Industrial IoT guide: Download form', false],
    ['trial', 'Clinical trials whitepaper', false],
    ['trial', 'Start your free trial!', true],
    ['talk to sales', 'Talk to sales: Contact', true],
    ['talk to sales', 'Talk  to\nSales', true],
    ['talk to sales', 'Talk to presales', false],
    ['talk to sales', 'sales talk to', false],
    ['head of marketing', 'Head of Marketing & Sales', true],
    ['r&d', 'Head of R & D', true],
    ['r and d', 'R&D', true],
    ['co-founder', 'Co Founder', true],
    ['founder', 'Co-Founder', true],
    ['directeur general', 'Directeur Général', true],
    ['géneral', 'DIRECTEUR GENERAL', true],
    ['geschäftsführer', 'Gescha\u0308ftsfu\u0308hrer', true],
    ['istanbul', 'İSTANBUL office', true],
    ['デモ', '製品デモ申込', true],
    ['销售', '联系销售团队', true],
    ['デモ', 'デザイン', false],
    ['директор', 'Коммерческий директор', true],
    ['*demo*', 'Demographics', true],
    ['*demo*', 'Request a\ndemo', true],
    ['demo*', 'Demographics', true],
    ['demo*', 'Request a demo', false],
    ['*général', 'Directeur GENERAL', true],
    ['vp*marketing*', 'Assistant to the VP Marketing', false],
    ['*', '', true],
    ['a\\*b*', 'a*bc', true],
    ['a\\*b*', 'axbc', false],
  ])('%s in %j: %s', (pattern, text, found) => {
    expect(compilePatterns([pattern])(text)).toBe(found)
  })

  it('of several one is enough, and none finds nothing', () => {
    expect(compilePatterns(['demo', '*trial*'])('Clinical trials')).toBe(true)
    expect(compilePatterns([])('demo')).toBe(false)
  })

  it('what has no letters has no words', () => {
    expect(wordsOf(' !? ')).toBe('')
    expect(compilePatterns(['!?'])('!?')).toBe(false)
  })
})
