import { expect, test } from 'vitest'
import { ATTRIBUTE_NAMES } from '../../../src/rules/attributes.ts'
import { fixturesIn, problemsIn, useConfigDirectories } from '../../support/config.ts'

const makeDirectory = useConfigDirectories()

/** What is said of a name that leads nowhere, is used twice, or stands where it cannot, by fixture in `tests/fixtures/config/references`. */
const MESSAGES: Record<string, string[]> = {
  'attribute-in-a-signal-condition': [
    'hubspot.yaml:5  signals.0.when.jobTitle: only hubspot.<property> can be asked about here, such as hubspot.recent_conversion_event_name',
  ],
  'bad-raw-property': [
    'routing.yaml:7  routes.1.when.hubspot.Lead Score: must be hubspot.<property> with the internal name: lower case, digits and _',
  ],
  'duplicate-case': ['routing-cases.yaml:6  cases.1.name: "a marketing leader asks for a demo" is used twice'],
  'duplicate-manager-id': ['team.yaml:22  managers.1.id: "mia" is used twice'],
  'duplicate-member': ['team.yaml:12  pools.ae.members.1.rep: "ben" is used twice'],
  'duplicate-owner-id': ['team.yaml:9  reps.1.hubspotOwnerId: "101" is used twice'],
  'duplicate-rep-id': ['team.yaml:10  reps.2.id: "ada" is used twice'],
  'duplicate-route': ['routing.yaml:10  routes.2.name: "medium" is used twice'],
  'duplicate-rule': ['scoring.yaml:5  fit.rules.1.id: "company-size" is used twice'],
  'duplicate-slack-id': ['team.yaml:9  reps.1.slackUserId: "U0000ADA" is used twice'],
  'handoff-on-nurture': ['routing.yaml:9  routes.1.handoff: only a route to a pool has a handoff; remove it'],
  'industry-tier-without-industries': [
    'scoring.yaml:5  fit.rules.1.when.icp.industryTier: is unknown for every lead: no tier in icp.yaml has industries',
  ],
  'last-route-with-condition': [
    'routing.yaml:11  routes.2.when: the last route must have no condition, so that every lead has a route',
  ],
  'mapped-raw-property': [
    'hubspot.yaml:2  attributes.hubspot.jobtitle: needs no mapping; use it in conditions as it is',
  ],
  'mapped-result': [
    'hubspot.yaml:2  attributes.icp.tier: "icp.tier" is worked out by Baton; it is not read from HubSpot',
  ],
  'middle-route-without-condition': [
    'routing.yaml:6  routes.1: has no condition, so the routes after it are never reached; only the last may have none',
  ],
  'no-pools': [
    'routing.yaml:5  routes.2.to.pool: there is no pool "ae" in team.yaml; there are none yet',
    'routing.yaml:6  routes.3.to.pool: there is no pool "sdr" in team.yaml; there are none yet',
    'routing.yaml:7  routes.4.to.pool: there is no pool "ae" in team.yaml; there are none yet',
    'routing.yaml:8  routes.5.to.pool: there is no pool "sdr" in team.yaml; there are none yet',
  ],
  'own-fallback': ['team.yaml:15  pools.ae.fallback: a pool cannot be its own fallback; remove it'],
  'person-named-like-a-rep': [
    'team.yaml:23  people.0.id: "ada" stands under reps already; keep one',
    'team.yaml:24  people.1.slackUserId: "U0000VPS" is used twice',
    'team.yaml:24  people.1.calendar: there is no calendar "ofice" in team.yaml; did you mean "office"?',
    'team.yaml:24  people.1.hubspotOwnerId: "101" stands under reps already; keep one',
    'team.yaml:25  people.2.id: "mia" stands under managers already; keep one',
    'team.yaml:26  people.3.id: "vp" is used twice',
  ],
  'persona-in-icp': [
    'icp.yaml:5  personas.0.when.persona: "persona" is not known yet here; scoring.yaml and routing.yaml can use it',
  ],
  'places-that-are-none': [
    'icp.yaml:12  regions.DACH.2: "CHE" is no country; write its name, or its two letters such as DE',
    'icp.yaml:12  regions.EMEA.0: "Germny" is no country; write its name, or its two letters such as DE',
    'icp.yaml:13  languages.de.1: "dach" is no country and no region of this file; did you mean "DACH"?',
    'icp.yaml:13  languages.gerrman: is no language; write its name, or its letters such as de',
  ],
  'pool-without-handoff': [
    'routing.yaml:2  routes.0: a route to a pool needs a handoff: name one of sla.yaml, which sets the clock',
  ],
  'profile-in-enrichment': [
    'enrichment.yaml:4  when.icp.tier: "icp.tier" is not known yet here; scoring.yaml and routing.yaml can use it',
  ],
  'required-raw-property': [
    'routing.yaml:13  requiredForSales.0: must be an attribute; map the property to one in hubspot.yaml',
  ],
  'required-result': [
    'routing.yaml:13  requiredForSales.1: "persona" is worked out by Baton; name what sales needs to know instead, such as jobTitle',
  ],
  'route-to-a-kind-of-a-signal': [
    'routing.yaml:5  routes.0.handoff: "trial" is started by itself; name a kind of sla.yaml that has no start',
  ],
  'score-in-a-case': [
    'routing-cases.yaml:3  cases.0.lead.score: "score" is worked out by Baton; put it under signals or expect',
  ],
  'score-in-fit': [
    'scoring.yaml:5  fit.rules.1.when.score: "score" is not known yet here; only the routes of routing.yaml can use it',
  ],
  'signal-without-its-prefix': [
    'routing.yaml:3  routes.0.when.pricing_page_viewed: unknown attribute; did you mean "signals.pricing_page_viewed"?',
  ],
  'signals-in-fit': [
    'scoring.yaml:5  fit.rules.1.when.signals.demo_requested: signals can be asked about in routing.yaml only',
  ],
  'size-tier-in-icp': [
    'icp.yaml:2  tiers.0.when.icp.sizeTier: "icp.sizeTier" is not known yet here; scoring.yaml and routing.yaml can use it',
  ],
  'subscription-of-an-unknown-track': [
    'routing.yaml:10  tracks.newsleter: there is no nurture track "newsleter" in routing.yaml; did you mean "newsletter"?',
  ],
  'tags-that-nobody-has': [
    'routing.yaml:4  routes.0.to.reps.languages.1: unknown attribute; did you mean "language"?',
    'routing.yaml:4  routes.0.to.reps.skills.0: nobody of the pool ae or its fallback has "enterprize" under skills; did you mean "enterprise"?',
    'routing.yaml:8  routes.1.to.reps.languages.0: nobody of the pool sdr or its fallback has "de" under languages; there are none yet',
    'team.yaml:12  pools.ae.members.0.when.regoin: unknown attribute; did you mean "region"?',
  ],
  'unknown-attribute': ['icp.yaml:2  tiers.0.when.company.sise: unknown attribute; did you mean "company.size"?'],
  'unknown-attribute-in-a-text': [
    'routing.yaml:11  routes.2.to.disqualify: unknown attribute; did you mean "icp.negative"?',
  ],
  'unknown-attribute-in-any': [
    'icp.yaml:7  negative.0.when.any.0.not.email.domian: unknown attribute; did you mean "email.domain"?',
  ],
  'unknown-attribute-nothing-near': [
    `icp.yaml:2  tiers.0.when.numberOfEmployees: unknown attribute; known are ${[...ATTRIBUTE_NAMES.facts, ...ATTRIBUTE_NAMES.readings].join(', ')}`,
  ],
  'unknown-calendar': [
    'team.yaml:8  reps.0.calendar: there is no calendar "ofice" in team.yaml; did you mean "office"?',
  ],
  'unknown-derived-attribute': [
    'scoring.yaml:4  fit.rules.0.when.icp.sizetier: unknown attribute; did you mean "icp.sizeTier"?',
    'scoring.yaml:5  fit.rules.1.when.company.belowMinimun: unknown attribute; did you mean "company.belowMinimum"?',
  ],
  'unknown-fallback': ['team.yaml:15  pools.ae.fallback: there is no pool "srd" in team.yaml; did you mean "sdr"?'],
  'unknown-handoff': [
    'routing.yaml:5  routes.0.handoff: there is no handoff "mql-to-sale" in sla.yaml; did you mean "mql-to-sales"?',
  ],
  'unknown-manager': ['team.yaml:13  pools.ae.manager: there is no manager "mai" in team.yaml; did you mean "mia"?'],
  'unknown-mapped-attribute': ['hubspot.yaml:2  attributes.jobtitle: unknown attribute; did you mean "jobTitle"?'],
  'unknown-names-in-a-case': [
    'routing-cases.yaml:3  cases.0.lead.jobtitel: unknown attribute; did you mean "jobTitle"?',
    'routing-cases.yaml:4  cases.0.signals.0.type: there is no signal "demo_request" in scoring.yaml; did you mean "demo_requested"?',
    'routing-cases.yaml:5  cases.0.expect.route: there is no route "meduim" in routing.yaml; did you mean "medium"?',
    'routing-cases.yaml:5  cases.0.expect.pool: there is no pool "ea" in team.yaml; did you mean "ae"?',
    'routing-cases.yaml:5  cases.0.expect.nurture: there is no nurture track "signals" in routing.yaml; known are newsletter, signal-based',
  ],
  'unknown-nurture-track': [
    'sla.yaml:4  attempts.then.nurture: there is no nurture track "signal-base" in routing.yaml; did you mean "signal-based"?',
  ],
  'unknown-pool': ['routing.yaml:4  routes.0.to.pool: there is no pool "enterprise" in team.yaml; known are ae, sdr'],
  'unknown-rep': ['team.yaml:17  pools.sdr.members.0.rep: there is no rep "bob" in team.yaml; did you mean "ben"?'],
  'unknown-required-alternative': [
    'routing.yaml:13  requiredForSales.1.1: unknown attribute; did you mean "company.revenue"?',
  ],
  'mail-rule-of-a-score': [
    'routing.yaml:14  noMail.0.when.score: "score" is not known yet here; only the routes of routing.yaml can use it',
  ],
  'unknown-deal-attribute': [
    'hubspot.yaml:9  dealAttribution.baton_first_touch: unknown attribute; did you mean "touch.first"?',
    'hubspot.yaml:9  dealAttribution.deal_score: "score" is worked out by Baton; name what is known of a contact, such as touch.first',
    'hubspot.yaml:10  notInterested.0: there is no signal "demo_request" in scoring.yaml; did you mean "demo_requested"?',
  ],
  'unknown-required-attribute': [
    `routing.yaml:13  requiredForSales.1: unknown attribute; known are ${ATTRIBUTE_NAMES.facts.join(', ')}`,
  ],
  'unknown-signal-in-a-route': [
    'routing.yaml:3  routes.0.when.signals.pricing_page_view: there is no signal "pricing_page_view" in scoring.yaml; did you mean "pricing_page_viewed"?',
  ],
  'unknown-signal-in-hubspot': [
    'hubspot.yaml:5  signals.0.signal: there is no signal "demo_request" in scoring.yaml; did you mean "demo_requested"?',
  ],
  'within-on-a-score': ['routing.yaml:7  routes.1.when.score.within: is for signals.<type> only; remove it'],
  'written-property-twice': [
    'hubspot.yaml:7  properties.fitScore: "lead_score" is taken by score; choose another name',
    'hubspot.yaml:7  properties.band: "baton_route" is taken by route; choose another name',
  ],
  'answered-in-when': [
    'triggers.yaml:2  triggers.quiet.when.answered: "answered" can be asked about under then.unless only: since the trigger fired',
    'triggers.yaml:2  triggers.quiet.when.quit: unknown attribute; did you mean "quiet"?',
  ],
  'track-in-a-route': ['routing.yaml:10  routes.7.when.track: "track" can be asked about in triggers.yaml only'],
  'sum-of-a-score': ['routing.yaml:10  routes.7.when.score.sum: is for signals.<type> only; remove it'],
  'trigger-asks-for-no-stage': [
    'triggers.yaml:2  triggers.bought.when.stage: stage is never "costumer"; did you mean "customer"?',
  ],
  'trigger-asks-for-no-state': [
    'triggers.yaml:2  triggers.over.when.handoff.mql-to-sales: handoff.mql-to-sales is never "closed"; known are waiting, open, answered, ended',
    'triggers.yaml:2  triggers.over.when.handoff.mql-to-sale: there is no handoff "mql-to-sale" in sla.yaml; did you mean "mql-to-sales"?',
  ],
  'trigger-value-without-unit': [
    'triggers.yaml:2  triggers.usage.when.signals.demo_requested.dropsBy: signals of the type "demo_requested" have no value: give it a unit in signals.yaml',
  ],
}

test.each(Object.entries(MESSAGES))('%s', async (fixture, messages) => {
  expect(await problemsIn(await makeDirectory(`references/${fixture}`))).toEqual(messages)
})

test('every fixture has its messages here', async () => {
  expect(Object.keys(MESSAGES).sort()).toEqual(await fixturesIn('references'))
})
