import { afterEach, expect, test } from 'vitest'
import { INTERESTED, SMALLTOWN } from '../support/leads.ts'
import { SALES_ALONE } from '../support/sales-stage.ts'
import { createStage, type Stage, WEDNESDAY_10_NEW_YORK } from '../support/stage.ts'

// Three for each rep: a fourth within two minutes would stand in a list.
const LEADS = 60
const POOLS = Array.from({ length: 20 }, (_, number) => number)

// As many pools as reps: only then is there less to send at once than there is to be sent, and an order to keep.
const TEAM = `
calendars: { always: { timeZone: Etc/UTC, hours: { mon-sun: ["00:00-24:00"] } } }
reps:
${POOLS.map((n) => `  - { id: rep-${n}, name: Rep ${n}, hubspotOwnerId: "30${n}", slackUserId: U000REP${n}, calendar: always }`).join('\n')}
pools:
${POOLS.map((n) => `  pool-${n}: { members: [ { rep: rep-${n} } ], manager: mgr-1, channel: C0POOL${n} }`).join('\n')}
managers:
  - { id: mgr-1, name: Mia Chen, slackUserId: U000MGR1 }
`
const ROUTING = `
routes:
${POOLS.map((n) => `  - { name: to-${n}, when: { country: { is: land ${n} } }, to: { pool: pool-${n} }, handoff: mql-to-sales }`).join('\n')}
  - { name: low, to: { nurture: signal-based } }
keepOwner: true
requiredForSales: []
`

let stage: Stage
afterEach(async () => stage.close())

test('60 leads at once, on two workers: hardly a call is refused, every rep has theirs, and reps come before those who watch', async () => {
  const started = performance.now()
  stage = await createStage({
    files: { ...SALES_ALONE, 'team.yaml': TEAM, 'routing.yaml': ROUTING, 'routing-cases.yaml': 'cases: []' },
    roles: ['both', 'worker'],
    env: { SLACK_PACING: 'slack' },
    slack: { rateLimits: 'real', now: () => WEDNESDAY_10_NEW_YORK + Math.floor(performance.now() - started) },
  })
  const companyId = stage.hubspot.createCompany(SMALLTOWN)
  for (let lead = 0; lead < LEADS; lead++) {
    const contact = { email: `lead${lead}@smalltown.example`, country: `land ${lead % POOLS.length}`, ...INTERESTED }
    stage.hubspot.createContact(contact, { companyId, by: 'form' })
  }
  const sent = (to: string) => POOLS.flatMap((n) => stage.slack.messages(`${to}${n}`)).length
  await expect.poll(() => sent('U000REP'), { timeout: 60_000, interval: 20 }).toBe(LEADS)
  const watched = sent('C0POOL')
  for (const n of POOLS) expect(stage.slack.messages(`U000REP${n}`)).toHaveLength(LEADS / POOLS.length)
  const { calls } = stage.slack
  const refused = calls.filter(({ outcome }) => outcome === 'rate-limited')
  expect(refused.length).toBeLessThanOrEqual(0.02 * calls.length)
  // Without an order the last alerts of the reps would be among the last of all.
  expect(watched).toBeLessThan(0.9 * LEADS)
}, 90_000)
