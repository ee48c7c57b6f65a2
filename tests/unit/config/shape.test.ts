import { expect, test } from 'vitest'
import { fixturesIn, problemsIn, useConfigDirectories } from '../../support/config.ts'

const makeDirectory = useConfigDirectories()

/** What is said of a key or value that a file cannot hold, by fixture in `tests/fixtures/config/shape`. */
const MESSAGES: Record<string, string[]> = {
  'away-ends-before-it-starts': ['team.yaml:8  reps.0.away.0: from must not be after to'],
  'bad-attribute-source': [
    'hubspot.yaml:2  attributes.jobTitle: "contact:jobtitle" must be the internal name of a HubSpot property, or company:<property>',
  ],
  'bad-attribute-source-in-a-list': [
    'hubspot.yaml:3  attributes.company.size.1: "Employees" must be the internal name of a HubSpot property, or company:<property>',
  ],
  'bad-date': ['team.yaml:5  calendars.office.holidays.0: "25.12.2026" must be a date such as 2026-12-24'],
  'bad-duration': [
    'sla.yaml:2  handoffs.mql-to-sales.respondWithin: "1 hour" must be a duration such as 30s, 5m, 1h, 7d or 5bd',
  ],
  'bad-hubspot-property': [
    'hubspot.yaml:8  responses.0.rises: "Number of notes" must be the internal name of a HubSpot property: lower case, digits and _',
  ],
  'bad-manager-slack-id': [
    'team.yaml:21  managers.0.slackUserId: "mia" must be a Slack member id such as U0000AE1 (in the profile: Copy member ID)',
  ],
  'bad-override-date': ['team.yaml:6  calendars.office.overrides.24-12-2026: must be a date such as 2026-12-24'],
  'bad-shift': [
    'team.yaml:4  calendars.office.hours.mon-fri.0: "9-17" must be a shift such as 09:00-17:30 or 22:00-02:00',
  ],
  'bad-slack-channel-id': [
    'team.yaml:14  pools.ae.channel: "#sales" must be a Slack channel id such as C0000AE (at the end of the channel details)',
  ],
  'bad-slack-user-id': [
    'team.yaml:8  reps.0.slackUserId: "@ada" must be a Slack member id such as U0000AE1 (in the profile: Copy member ID)',
  ],
  'bad-weekday': ['team.yaml:4  calendars.office.hours.monday: must be days such as mon, mon-fri or sat,sun'],
  'bad-written-property': [
    'hubspot.yaml:7  properties.score: "Lead Score" must be the internal name of a HubSpot property: lower case, digits and _',
  ],
  'bands-not-rising': ['scoring.yaml:17  bands: must rise from low over medium and high to hot'],
  'between-ends-swapped': ['icp.yaml:2  tiers.0.when.company.size.between: needs the smaller number first'],
  'between-one-number': ['icp.yaml:2  tiers.0.when.company.size.between: 51 must be two numbers such as [11, 50]'],
  'between-three-numbers': ['icp.yaml:2  tiers.0.when.company.size.between: must be two numbers such as [11, 50]'],
  'both-rises-and-changes': ['hubspot.yaml:8  responses.0: needs exactly one of rises and changes'],
  'business-days-where-exact': ['routing.yaml:9  routes.1.rescore: "7bd" must be a duration such as 30s, 5m, 1h or 7d'],
  'duration-of-nothing': ['scoring.yaml:12  engagement.signals.email_clicked.halfLife: "0d" must be longer than 0'],
  'duration-too-long': ['sla.yaml:4  attempts.within: "300bd" must be at most 3650d, or 250bd'],
  'duration-without-a-unit': [
    'sla.yaml:2  handoffs.mql-to-sales.respondWithin: 60 must be a duration such as 30s, 5m, 1h, 7d or 5bd',
  ],
  'empty-any': ['icp.yaml:7  negative.0.when.any: must not be empty'],
  'empty-condition': ['routing.yaml:7  routes.1.when: needs at least one condition'],
  'empty-list': ['team.yaml:17  pools.sdr.members: must not be empty'],
  'empty-test': [
    'routing.yaml:7  routes.1.when.score: needs a test: is, in, atLeast, atMost, between, matches, not or known',
  ],
  'empty-text': ['icp.yaml:7  negative.0.reason: must not be empty'],
  'fraction-for-a-whole-number': ['icp.yaml:3  minimumCompanySize: 5.5 is not a whole number'],
  'impossible-date': ['team.yaml:5  calendars.office.holidays.0: "2026-02-30" must be a date such as 2026-12-24'],
  'list-for-a-condition': [
    'routing.yaml:7  routes.1.when: must be a map of attributes to tests; a list goes into all: [ … ] or any: [ … ]',
  ],
  'list-for-a-map': ['scoring.yaml:18  mql: must be a map, not a list'],
  'list-for-is': ['icp.yaml:7  negative.0.when.email.domain.is: must be text, a number, true or false'],
  'lowest-band-not-zero': ['scoring.yaml:17  bands.low: 10 must be 0'],
  'map-for-a-list': ['icp.yaml:6  negative: must be a list, not a map'],
  'missing-choice': ['sla.yaml:2  handoffs.mql-to-sales.hours: is missing; add it (business, elapsed)'],
  'missing-key': ['scoring.yaml:4  fit.rules.0.points: is missing; add it (a number)'],
  'missing-section': ['scoring.yaml:1  bands: is missing; add it (a map)'],
  'neither-rises-nor-changes': ['hubspot.yaml:6  signals.1: needs exactly one of rises and changes'],
  'no-destination': ['routing.yaml:11  routes.2.to: needs exactly one of pool, nurture or disqualify'],
  'no-value': ['routing.yaml:11  routes.2.to: has no value; it must be a map'],
  'number-for-a-pattern': [
    'icp.yaml:5  personas.0.when.jobTitle.matches: 5 must be words such as demo, a glob such as "*marketing*", or a list',
  ],
  'number-for-text': ['routing.yaml:6  routes.1.name: 2 is not text; put it in quotes'],
  'number-out-of-range': ['icp.yaml:2  tiers.0.tier: 12 must be at most 9'],
  'outcome-that-is-none': [
    'triggers.yaml:2  triggers.word.do.0: "archiv" is not one of archive, pause, resume; did you mean "archive"?',
    'triggers.yaml:3  triggers.stage.do.0.stage: "custmer" is not one of subscriber, lead, mql, sql, opportunity, customer, evangelist, disqualified, recycled; did you mean "customer"?',
    'triggers.yaml:4  triggers.key.do.0.enroll: unknown key; did you mean "enrol"?',
    'triggers.yaml:5  triggers.time.do.0.for: 14 must be a duration such as 30s, 5m, 1h or 7d',
  ],
  'owner-id-is-an-email': [
    'team.yaml:8  reps.0.hubspotOwnerId: "ada@team.example" must be a HubSpot owner id: digits, such as "101"',
  ],
  'owner-id-without-quotes': ['team.yaml:8  reps.0.hubspotOwnerId: 101 must be in quotes: "101"'],
  'points-by-amount-without-points': [
    'scoring.yaml:13  engagement.signals.email_opened.points.of: is missing; add it (a number)',
  ],
  'positive-inactivity': [
    'scoring.yaml:16  engagement.inactivity.points: 10 must not be positive: inactivity takes points away',
  ],
  'test-without-braces': [
    'icp.yaml:2  tiers.0.when.company.size: 51 must be a test in braces, such as { is: … } or { atLeast: … }',
  ],
  'text-for-a-number': ['scoring.yaml:4  fit.rules.0.points: "twenty" is not a number'],
  'tier-in-both-forms': ['icp.yaml:2  tiers.0.when: cannot stand beside size or industries; keep one of the two forms'],
  'tier-industry-not-in-a-list': ['icp.yaml:2  tiers.0.industries: "internet" is not a list'],
  'tier-of-nothing': ['icp.yaml:2  tiers.0: needs size, industries or both'],
  'tier-size-ends-swapped': ['icp.yaml:2  tiers.0.size: needs the smaller number first'],
  'tier-size-not-a-number': ['icp.yaml:2  tiers.0.size.1: "many" is not a number'],
  'tier-size-one-number': ['icp.yaml:2  tiers.0.size: 51 must be two numbers such as [11, 50]'],
  'tier-size-three-numbers': ['icp.yaml:2  tiers.0.size: must be two numbers such as [11, 50]'],
  'tier-unknown-key': ['icp.yaml:2  tiers.0.sizes: unknown key; did you mean "size"?'],
  'tier-without-an-industry': ['icp.yaml:2  tiers.0.industries: must not be empty'],
  'too-many-points': ['scoring.yaml:2  fit.max: 500 must be at most 100'],
  'two-destinations': ['routing.yaml:11  routes.2.to: needs exactly one of pool, nurture or disqualify'],
  'unknown-choice': [
    'sla.yaml:2  handoffs.mql-to-sales.hours: "busines" is not one of business, elapsed; did you mean "business"?',
  ],
  'unknown-key': [
    'scoring.yaml:6  engagement.max: is missing; add it (a number)',
    'scoring.yaml:7  engagement.maximum: unknown key; did you mean "max"?',
  ],
  'unknown-key-in-a-test': ['routing.yaml:7  routes.1.when.score.atleast: unknown key; did you mean "atLeast"?'],
  'unknown-provider': [
    'enrichment.yaml:1  providers.1: "clearbit" is neither hubspot-company, apollo nor under callbacks; known are hubspot-company, apollo',
  ],
  'unknown-responder': ['hubspot.yaml:9  responses.1.by: "human" must be person'],
  'unknown-rung': [
    'sla.yaml:2  handoffs.mql-to-sales.ladder.0.do: "escalate" is not one of remind, reassign, alert-manager',
  ],
  'unknown-test': ['icp.yaml:5  personas.0.when.jobTitle.match: unknown key; did you mean "matches"?'],
  'unknown-time-zone': [
    'team.yaml:3  calendars.office.timeZone: "Europe/Berln" is not a time zone; did you mean "Europe/Berlin"?',
  ],
  'reps-without-a-pool': ['routing.yaml:4  routes.0.to: reps goes with pool only'],
  'reps-without-tags': ['routing.yaml:4  routes.0.to.reps: needs languages, skills, countries or regions'],
  'promise-in-other-words': [
    'scoring.yaml:19  promises.high: "half of them accepted" must be like "at least 50% accepted"; it can promise accepted, sql, opportunity, customer',
  ],
  'reps-with-a-typo': [
    'routing.yaml:4  routes.0.to.reps.otherwise: "nobody" is not one of anyone, wait',
    'routing.yaml:4  routes.0.to.reps.skill: unknown key; did you mean "skills"?',
  ],
  'unknown-top-key': [
    'routing.yaml:13  rotation: unknown key; known are routes, keepOwner, companyOwner, ownerCleared, oneRepPerCompany, prefer, cover, leavers, credit, noMail, observe, tracks, requiredForSales, missing',
  ],
  'reminder-longer-than-the-attempts': [
    'sla.yaml:4  attempts.remind: "5bd" must be shorter than within: the reminder comes before the end',
  ],
  'unknown-credit': [
    'routing.yaml:8  credit.1: "dublicate" is not one of not_a_fit, not_interested, competitor, duplicate, wrong_data, junk; did you mean "duplicate"?',
  ],
  'unknown-written-property': ['hubspot.yaml:7  properties.scores: unknown key; did you mean "score"?'],
  'missing-names': [
    'team.yaml:8  reps.0.id: is missing; add it (text)',
    'team.yaml:9  reps.1.id: is missing; add it (text)',
    'team.yaml:12  pools.ae.members.0.rep: is missing; add it (text)',
    'team.yaml:12  pools.ae.members.1.rep: is missing; add it (text)',
    'team.yaml:17  pools.sdr.members.0.rep: is missing; add it (text)',
  ],
  'callback-of-nothing': [
    'enrichment.yaml:1  providers.1: "clya" is neither hubspot-company, apollo nor under callbacks; did you mean "clay"?',
    'enrichment.yaml:6  callbacks.clay: needs a secret, or a token where the other side cannot sign',
    'enrichment.yaml:7  callbacks.clay.url: "http://clay.example.com/rows" must begin with https://; http is taken only of a private host, with private: true',
    'enrichment.yaml:8  callbacks.clay.fields.company.sise: is nothing that a provider tells; did you mean "company.size"?',
  ],
  'webhook-to-a-private-host': [
    'webhooks.yaml:2  webhooks.0.url: "https://10.0.0.5/hooks" is a private host; say private: true where that is meant',
    'webhooks.yaml:3  webhooks.1.url: "http://crm.example.com/hooks" must begin with https://; http is taken only of a private host, with private: true',
    'webhooks.yaml:4  webhooks.2: url must hold no user and no password',
  ],
  'webhook-unknown-event': [
    'webhooks.yaml:2  webhooks.0.events.1: "breeched" is not one of routed, assigned, answered, undone, breached, corrected, accepted, rejected, report; did you mean "breached"?',
    'webhooks.yaml:3  webhooks.1.events: must not be empty',
  ],
  'webhook-with-its-secret': [
    'webhooks.yaml:2  webhooks.0: secret must be the name of an environment variable, such as CRM_WEBHOOK_SECRET; the secret itself stands only there',
  ],
  'window-too-long': ['scoring.yaml:8  engagement.window: "4000d" must be at most 3650d'],
  'within-without-a-test': [
    'routing.yaml:3  routes.0.when.signals.pricing_page_viewed: needs a test: is, in, atLeast, atMost, between, matches, not or known',
  ],
  'wrong-value-in-a-case': [
    'routing-cases.yaml:3  cases.0.lead.jobTitle: must be text, a number, true, false or a list of texts',
  ],
  'yes-for-true': ['routing.yaml:12  keepOwner: "yes" is not true or false; write true'],
  'archived-as-text': ['triggers.yaml:2  triggers.rule.when.archived: "no" must be true or false'],
  'drop-as-a-number': [
    'triggers.yaml:2  triggers.rule.when.signals.demo_requested.dropsBy: 50 must be a share such as 50%',
  ],
  'drop-by-everything': [
    'triggers.yaml:2  triggers.rule.when.signals.demo_requested.dropsBy: "100%" must be below 100%: nothing falls by more',
  ],
  'drop-without-over': [
    'triggers.yaml:2  triggers.rule.when.signals.demo_requested: dropsBy and over go together, such as { dropsBy: 50%, over: 7d }',
  ],
  'quiet-as-a-number': [
    'triggers.yaml:2  triggers.rule.when.quiet: 60 must be a duration such as 60d, or { atLeast: 60d, atMost: 90d }',
  ],
  'quiet-with-a-number': [
    'triggers.yaml:2  triggers.rule.when.quiet: must be a duration such as 60d, or { atLeast: 60d, atMost: 90d }',
  ],
  'sample-of-everything': ['routing.yaml:10  routes.1.sample: "100%" must be more than 0% and less than 100%'],
  'sum-beside-a-count': [
    'triggers.yaml:2  triggers.rule.when.signals.demo_requested: sum and dropsBy stand alone; a second test of the same signal goes into all: [ … ]',
  ],
  'sum-of-nothing': [
    'triggers.yaml:2  triggers.rule.when.signals.demo_requested.sum: needs a test: atLeast, atMost or between',
  ],
  'unknown-outcome': ['triggers.yaml:2  triggers.rule.do.0.tel: unknown key; did you mean "tell"?'],
  'unknown-word': [
    'triggers.yaml:2  triggers.rule.do.0: "archiv" is not one of archive, pause, resume; did you mean "archive"?',
  ],
  'unknown-stage': [
    'triggers.yaml:2  triggers.rule.do.0.stage: "opp" is not one of subscriber, lead, mql, sql, opportunity, customer, evangelist, disqualified, recycled; did you mean "opportunity"?',
  ],
}

test.each(Object.entries(MESSAGES))('%s', async (fixture, messages) => {
  expect(await problemsIn(await makeDirectory(`shape/${fixture}`))).toEqual(messages)
})

test('every fixture has its messages here', async () => {
  expect(Object.keys(MESSAGES).sort()).toEqual(await fixturesIn('shape'))
})
