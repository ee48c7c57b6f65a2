import { describe, expect, it } from 'vitest'
import type { KeptFact } from '../../../src/facts/fact.ts'
import { comes, fact, findingOf, MONDAY_8, mql, on, reportOf, rowsOf, WEEK } from '../../support/weekly-facts.ts'

const MINUTE = 60_000
const TIER_1 = { handoff: '1', kind: 'mql-to-sales-tier-1', pool: 'ae' }
const SALES = { handoff: '1', kind: 'mql-to-sales', pool: 'sdr' }

const assigned = (lead: string, at: number, about: Partial<KeptFact>, value?: number) =>
  fact(lead, at, 'assigned', { reason: 'rotation', ...about, ...(value === undefined ? {} : { value }) })
const answered = (lead: string, at: number, about: Partial<KeptFact>, value: number) =>
  fact(lead, at, 'answered', { reason: 'contacted', ...about, value })
const sql = (lead: string, at: number) => fact(lead, at, 'outcome', { stage: 'salesqualifiedlead' })
const deal = (lead: string, at: number, id: string, reason: string, amount?: string, days = 0) =>
  fact(lead, at, 'deal', { deal: id, stage: reason, reason, value: days, ...(amount ? { amount } : {}) })

const AE_1 = { ...TIER_1, rep: 'ae-1' }
const SDR_1 = { ...SALES, rep: 'sdr-1' }
const SDR_2 = { ...SALES, rep: 'sdr-2' }

// A week, lead by lead. Monday is day 0; what has a negative day happened before.
const STORY: KeptFact[] = [
  // ada: new on Monday, an MQL, to AE 1 in 12 s, answered in 4 minutes, taken on as SQL on Tuesday.
  ...comes('ada', on(0), { source: 'PAID_SEARCH', content: '/pricing' }, 12),
  mql('ada', on(0)),
  assigned('ada', on(0), AE_1, 12),
  fact('ada', on(0), 'told', { ...AE_1, reason: 'rep-alert', value: 13 }),
  answered('ada', on(0) + 4 * MINUTE, AE_1, 4),
  fact('ada', on(1), 'accepted', { ...AE_1, reason: 'qualified' }),
  sql('ada', on(1)),
  deal('ada', on(2), 'd1', 'open', '10000'),
  // bob: new on Tuesday, an MQL, routed after 400 s only, late, answered after 75 minutes, not wanted.
  ...comes('bob', on(1), { source: 'Paid search', content: 'Request a demo' }, 400),
  mql('bob', on(1)),
  assigned('bob', on(1), SDR_1, 400),
  fact('bob', on(1), 'told', { ...SDR_1, reason: 'rep-alert', value: 401 }),
  fact('bob', on(1) + 60 * MINUTE, 'breached', SDR_1),
  answered('bob', on(1) + 75 * MINUTE, SDR_1, 75),
  fact('bob', on(2), 'rejected', { ...SDR_1, reason: 'no budget' }),
  // cyd: new on Friday, an MQL; its clock still runs on Monday.
  ...comes('cyd', on(4, 17), { source: 'REFERRALS' }, 20),
  mql('cyd', on(4, 17)),
  assigned('cyd', on(4, 17), SDR_2, 20),
  fact('cyd', on(4, 17), 'told', { ...SDR_2, reason: 'rep-alert', value: 21 }),
  // dan: raised a hand on Thursday without being an MQL, was answered in half an hour, and is not decided on. A rep had passed it on.
  ...comes('dan', on(3), { source: 'REFERRALS', content: '/pricing' }, 5),
  assigned('dan', on(3), SDR_2, 5),
  assigned('dan', on(3) + MINUTE, { ...SDR_1, reason: 'passed-on' }),
  fact('dan', on(3), 'undeliverable', { ...SDR_2, reason: 'pool-alert' }),
  answered('dan', on(3) + 30 * MINUTE, SDR_1, 30),
  // eve: new on Wednesday, to nurture.
  ...comes('eve', on(2), { source: 'ORGANIC_SEARCH' }),
  deal('eve', on(-5), 'd4', 'open'),
  // fay: an MQL and handed over the week before; an SQL this Tuesday. Its deal of 26 days is won.
  ...comes('fay', on(-4), { source: 'PAID_SEARCH' }, 3),
  mql('fay', on(-4)),
  assigned('fay', on(-4), AE_1, 3),
  answered('fay', on(-4) + 2 * MINUTE, AE_1, 2),
  fact('fay', on(1), 'accepted', { ...AE_1, reason: 'qualified' }),
  fact('fay', on(2), 'outcome', { stage: 'opportunity' }),
  fact('fay', on(3), 'outcome', { stage: 'customer' }),
  deal('fay', on(-20), 'd2', 'open', '5000', 3),
  deal('fay', on(3), 'd2', 'won', '6000', 26),
  // gus: handed over the week before, and late because Slack had not told the rep; taken out this week by a person. A deal is lost.
  ...comes('gus', on(-3), { source: 'PAID_SEARCH' }, 3),
  mql('gus', on(-3)),
  assigned('gus', on(-3), SDR_1, 3),
  fact('gus', on(-3) + 60 * MINUTE, 'breached', { ...SDR_1, reason: 'undelivered' }),
  fact('gus', on(1), 'disqualified', { route: 'mql', reason: 'wrong fit' }),
  deal('gus', on(-30), 'd3', 'open', '2000'),
  deal('gus', on(4), 'd3', 'lost', '2000', 34),
  // hal: HubSpot had it before Baton came.
  fact('hal', on(2), 'seen', { reason: 'adopted', stage: 'mql', source: 'OFFLINE' }),
  // ivy: an MQL of long ago, handed over this Wednesday; AE 1 was late, and AE 2 answered after 130 minutes of the clock.
  ...comes('ivy', on(-30), { source: 'PAID_SEARCH' }),
  mql('ivy', on(-25)),
  assigned('ivy', on(2), AE_1),
  fact('ivy', on(2) + 5 * MINUTE, 'breached', AE_1),
  fact('ivy', on(2) + 120 * MINUTE, 'reassigned', { ...TIER_1, rep: 'ae-2' }),
  answered('ivy', on(2) + 130 * MINUTE, { ...TIER_1, rep: 'ae-2' }, 130),
]

const report = await reportOf(STORY)

describe('a week', () => {
  it('counts each lead where it happened, against the week before', () => {
    // New: ada, bob, cyd, dan, eve; before: fay, gus. MQLs: ada, bob, cyd; before: fay, gus. SQLs: ada, fay.
    expect(rowsOf(report, 'funnel')).toEqual([
      { step: 'Leads', count: 5, before: 2, change: 1.5 },
      { step: 'MQLs', count: 3, before: 2, change: 0.5 },
      { step: 'SQLs', count: 2, before: 0, change: null },
      { step: 'Opportunities', count: 1, before: 0, change: null },
      { step: 'Customers', count: 1, before: 0, change: null },
    ])
    expect(findingOf(report, 'funnel')?.text).toBe(
      '5 leads (2, +150 %), 3 MQLs (2, +50 %), 2 SQLs (0), 1 opportunity (0), 1 customer (0); in brackets the week before.',
    )
  })

  it('adds up the pipeline at its end, and what it brings in a day', () => {
    // Open: d1 (10,000, made on Wednesday) and d4 (no amount). Won: d2, made on day -23, won on day 3. Lost: d3.
    // A week before open: d2 (5,000), d3 (2,000), d4; d4 was new.
    const before = { open: 3, value: 7_000, unpriced: 1, fresh: 1, freshValue: 0, won: 0, wonValue: 0, lost: 0 }
    expect(rowsOf(report, 'pipeline')).toEqual([
      {
        when: 'this',
        open: 2,
        value: 10_000,
        unpriced: 1,
        fresh: 1,
        freshValue: 10_000,
        won: 1,
        wonValue: 6_000,
        lost: 1,
      },
      { when: 'before', ...before },
    ])
    // 2 open × 1/2 × 6,000 ÷ 26 days.
    expect(rowsOf(report, 'velocity')).toEqual([
      {
        when: 'the last 13 weeks',
        won: 1,
        lost: 1,
        share: 0.5,
        worth: 6_000,
        days: 26,
        perDay: expect.closeTo(230.77, 2),
      },
    ])
    expect(findingOf(report, 'pipeline')?.text).toBe(
      'Pipeline: 2 open deals worth 10,000 (1 without an amount), 1 new one, 1 won (6,000), 1 lost; velocity 231 a day (2 open × 50 % won × 6,000 ÷ 26 days, by deals closed in the last 13 weeks).',
    )
  })

  it('says of each kind and pool who was routed and answered in time, and after how long', () => {
    // Tier 1: ada (12 s, in time, 4 min) and ivy (nobody knows how long routing took, late, 130 min): median 67, 90 % within 117.4.
    // The others: bob (400 s, late, 75 min), cyd (20 s, runs), dan (5 s, in time, 30 min): median 52.5, 90 % within 70.5.
    const apart = { service: 0, over: 0 }
    const tier1 = {
      handoffs: 2,
      routedInTime: 1,
      routed: 1,
      routedShare: 1,
      inTime: 1,
      due: 2,
      share: 0.5,
      ...apart,
      running: 0,
    }
    const others = {
      handoffs: 3,
      routedInTime: 2,
      routed: 3,
      routedShare: 2 / 3,
      inTime: 1,
      due: 2,
      share: 0.5,
      ...apart,
      running: 1,
    }
    const [fast, slow] = [
      { median: 67, p90: expect.closeTo(117.4) },
      { median: 52.5, p90: expect.closeTo(70.5) },
    ]
    expect(rowsOf(report, 'handoffs')).toEqual([
      { name: 'mql to sales', ...others, ...slow },
      { name: 'mql to sales tier 1', ...tier1, ...fast },
    ])
    expect(rowsOf(report, 'pools')).toEqual([
      { name: 'ae', ...tier1, ...fast },
      { name: 'sdr', ...others, ...slow },
    ])
  })

  it('says so of each rep, by name, and lays what was late before them at nobody else’s door', () => {
    const row = (
      name: string,
      handoffs: number,
      inTime: number,
      due: number,
      running: number,
      median: number | null,
      [routedInTime, routed]: [number, number],
    ) => ({
      ...{ routedInTime, routed, routedShare: routed === 0 ? null : routedInTime / routed },
      ...{
        name,
        handoffs,
        inTime,
        due,
        share: due === 0 ? null : inTime / due,
        service: 0,
        running,
        over: 0,
        median,
        p90: median,
      },
    })
    expect(rowsOf(report, 'reps')).toEqual([
      // ada in time, ivy late; of ivy nobody knows how long routing took.
      row('Ada Lane', 2, 1, 2, 0, 4, [1, 1]),
      // ivy, once it was late.
      row('Ben Ortiz', 1, 0, 0, 0, null, [0, 0]),
      // bob late after 75 minutes, and routed late; dan, whose clock somebody else had begun.
      row('Cleo Park', 2, 1, 2, 0, 75, [0, 1]),
      // cyd runs, dan was passed on.
      row('Dan Moss', 2, 0, 0, 1, null, [2, 2]),
    ])
  })

  it('sums them up, with what is not the reps’ and what still runs apart', () => {
    // In time: ada and dan, of those and bob and ivy. The minutes 4, 30, 75, 130: median 52.5, 90 % within 113.5.
    expect(findingOf(report, 'in-time')).toEqual({
      id: 'in-time',
      level: 'warn',
      text: '2 of 4 handoffs (50 %) were answered in time, target 90 %; 1 still runs. Half of the answers came within 53 min of the clock, 90 % within 1 h 54 min. 3 of 4 (75 %) had a rep within the target.',
    })
    expect(findingOf(report, 'first-touch')?.text).toBe(
      'First touch by sales: median 53 min, target under 1 h; 2 of 4 handoffs to sales (50 %) were answered within 1 h; 1 still runs.',
    )
  })

  it('names the denominator of acceptance: MQLs that were handed over in the week', () => {
    // MQLs: ada accepted, bob not, cyd and ivy open. dan was none. Before: fay accepted (this week), gus not.
    expect(rowsOf(report, 'acceptance')).toMatchObject([
      { who: 'MQLs', handed: 4, accepted: 1, declined: 1, open: 2, share: 0.25, target: 'too few' },
      // Nobody has decided on dan, and the target is none of such leads.
      { who: 'other leads', handed: 1, accepted: 0, declined: 0, open: 1, share: null, target: null },
      { who: 'MQLs, 4 weeks before', handed: 2, accepted: 1, declined: 1, open: 0, share: 0.5, target: 'met' },
    ])
    expect(findingOf(report, 'acceptance')).toEqual({
      id: 'acceptance',
      level: 'info',
      text: 'Sales accepted 1 of 4 MQLs that were handed over in this week (25 %), 2 undecided; target 40 % to 60 %, too few to judge. Of the 4 weeks before: 1 of 2 (50 %).',
    })
  })

  it('says why sales did not want leads', () => {
    expect(rowsOf(report, 'reasons')).toEqual([
      { reason: 'wrong fit', how: 'disqualified by a person', count: 1, share: 0.5 },
      { reason: 'no budget', how: 'rejected', count: 1, share: 0.5 },
    ])
  })

  it('counts sources and content', () => {
    expect(rowsOf(report, 'sources')).toEqual([
      // ada, bob; MQLs both; handed over ada, bob, ivy; SQLs ada, fay.
      { name: 'PAID_SEARCH', leads: 2, mqls: 2, handed: 3, sqls: 2 },
      { name: 'REFERRALS', leads: 2, mqls: 1, handed: 2, sqls: 0 },
      { name: 'ORGANIC_SEARCH', leads: 1, mqls: 0, handed: 0, sqls: 0 },
    ])
    expect(rowsOf(report, 'content')).toEqual([
      { name: '/pricing', leads: 2, mqls: 1, handed: 2, sqls: 1 },
      { name: 'Request a demo', leads: 1, mqls: 1, handed: 1, sqls: 0 },
    ])
  })

  it('lays the time until the answer beside acceptance, without those that are not decided on', () => {
    // Decided: ada (4 min), bob (75), fay (2), gus (not answered). cyd, dan and ivy are not.
    expect(rowsOf(report, 'speed')).toMatchObject([
      { answered: 'within 5 min', all: 2, count: 2, share: 1 },
      { answered: 'within 1 h', all: 0, count: 0, share: null, from: null, to: null },
      { answered: 'within 4 h', all: 1, count: 0, share: 0 },
      { answered: 'later', all: 0, share: null },
      { answered: 'not answered', all: 1, count: 0, share: 0 },
    ])
  })

  it('says what ran by itself', () => {
    // Routed this week: ada, bob, cyd, dan, eve; dan was passed on by a person. bob took 400 s. Three messages were told, one was not.
    expect(rowsOf(report, 'flows')).toEqual([
      { what: 'leads without a person', count: 4, all: 5, share: 0.8, target: 0.8 },
      { what: 'routed within 5 min', count: 4, all: 5, share: 0.8, target: 0.99 },
      { what: 'alerts delivered', count: 3, all: 4, share: 0.75, target: 0.99 },
    ])
  })

  it('begins with what matters most', () => {
    const levels = report.findings.map(({ level }) => level)
    expect(levels).toEqual([...levels].sort((a, b) => 'wig'.indexOf(a[0] ?? '') - 'wig'.indexOf(b[0] ?? '')))
    expect(report.findings[0]?.level).toBe('warn')
  })

  it('draws the nine weeks', () => {
    const [funnel, times, acceptance] = ['funnel', 'answer-times', 'acceptance'].map((id) =>
      report.charts.find((chart) => chart.id === id),
    )
    expect(funnel?.x).toEqual(['W39', 'W40', 'W41', 'W42', 'W43', 'W44', 'W45', 'W46', 'W47'])
    // ivy was new in W42, and an MQL in W43.
    expect(funnel?.series[0]?.values).toEqual([0, 0, 0, 1, 0, 0, 0, 2, 5])
    expect(funnel?.series[1]?.values).toEqual([0, 0, 0, 0, 1, 0, 0, 2, 3])
    // The week before: fay after 2 minutes; gus not.
    expect(times?.series[0]?.values).toEqual([null, null, null, null, null, null, null, 2, 52.5])
    expect(acceptance).toMatchObject({ unit: 'share', target: { from: 0.4, to: 0.6 } })
    expect(acceptance?.series[0]?.values.slice(-2)).toEqual([0.5, 0.25])
  })
})

describe('a week that is asked for otherwise', () => {
  it('without a fact is a report, with no share and no alarm', async () => {
    const empty = await reportOf([], { since: null })
    expect(empty.findings.map(({ id, level }) => ({ id, level }))).toEqual([
      { id: 'funnel', level: 'info' },
      { id: 'acceptance', level: 'info' },
      { id: 'in-time', level: 'info' },
    ])
    expect(rowsOf(empty, 'acceptance')[0]).toMatchObject({ handed: 0, share: null })
    expect(rowsOf(empty, 'flows').map(({ share }) => share)).toEqual([null, null, null])
    expect(rowsOf(empty, 'funnel')[0]).toEqual({ step: 'Leads', count: 0, before: null, change: null })
    expect(JSON.stringify(empty)).not.toContain('NaN')
  })

  it('after a full one is one without leads', async () => {
    const next = await reportOf(STORY, { period: '2026-W48', now: MONDAY_8 + 7 * 86_400_000 })
    expect(rowsOf(next, 'funnel')[0]).toEqual({ step: 'Leads', count: 0, before: 5, change: -1 })
    expect(findingOf(next, 'in-time')?.text).toBe('No handoff began in this week.')
  })

  it('later knows what has become of its handoffs since', async () => {
    const later = [...STORY, answered('cyd', on(7, 9), SDR_2, 50), sql('cyd', on(9))]
    const seen = await reportOf(later, { now: on(12) })
    expect(rowsOf(seen, 'acceptance')[0]).toMatchObject({ handed: 4, accepted: 2, declined: 2, open: 0 })
    expect(rowsOf(seen, 'reps').at(-1)).toMatchObject({ name: 'Dan Moss', inTime: 1, due: 1, running: 0, median: 50 })
    // And the SQL is one of the week in which it became one.
    expect(rowsOf(seen, 'funnel')[2]).toMatchObject({ count: 2 })
  })

  it('lays what Slack had not delivered at no rep’s door', async () => {
    const late = fact('x', on(0, 12), 'breached', { ...SDR_1, reason: 'undelivered' })
    const seen = await reportOf([...comes('x', on(0)), assigned('x', on(0), SDR_1), late])
    const row = { handoffs: 1, inTime: 0, due: 0, share: null, service: 1 }
    expect(['handoffs', 'pools', 'reps'].map((id) => rowsOf(seen, id)[0])).toMatchObject([row, row, row])
    expect(findingOf(seen, 'in-time')).toMatchObject({
      level: 'info',
      text: expect.stringContaining('1 late because Slack had not told the rep, which is not theirs'),
    })
  })

  it.each<[string, KeptFact[], number | undefined]>([
    ['waits still', [], 1],
    ['has gone to a rep', [assigned('x', on(1), SDR_1)], undefined],
    ['has gone elsewhere', [fact('x', on(1), 'ended', { ...SALES, reason: 'released' })], undefined],
    ['was taken out', [fact('x', on(1), 'disqualified', { route: 'mql', reason: 'competitor' })], undefined],
    ['was erased', [fact('x', on(1), 'gone', { reason: 'erased' })], undefined],
  ])('says how many leads wait for a rep: one that %s', async (_, then, waits) => {
    const facts = [...comes('x', on(0)), fact('x', on(0), 'waiting', SALES), ...then]
    const text = findingOf(await reportOf(facts), 'waiting')?.text
    expect(text && Number.parseInt(text, 10)).toBe(waits)
  })

  it('says of a lead that is held for its data that it waits for that, and for no rep', async () => {
    const held = fact('x', on(0), 'waiting', { ...SALES, reason: 'held' })
    expect(findingOf(await reportOf([...comes('x', on(0)), held]), 'waiting')?.text).toBe(
      '1 lead waits for data: sales needs to know what it lacks (npm run baton -- handoffs --status waiting).',
    )
  })

  it('takes the time that a lead waited for a rep for the time that routing took', async () => {
    const facts = [...comes('x', on(0)), fact('x', on(0), 'waiting', SALES), assigned('x', on(0, 11), SDR_1)]
    const [row] = rowsOf(await reportOf(facts), 'handoffs')
    expect(row).toMatchObject({ routed: 1, routedInTime: 0 })
  })

  it('takes no SQL for an MQL that is handed over: it goes from one in sales to another', async () => {
    const facts = [
      ...comes('x', on(0)),
      sql('x', on(1)),
      assigned('x', on(2), { handoff: '2', kind: 'sql-to-opportunity' }),
    ]
    const seen = await reportOf(facts)
    expect(rowsOf(seen, 'acceptance').map(({ handed }) => handed)).toEqual([0, 0, 0])
    expect(rowsOf(seen, 'handoffs').map(({ name }) => name)).toEqual(['sql to opportunity'])
  })

  it('before its end compares with as much of the week before, and knows nothing of what comes', async () => {
    const tuesday = await reportOf(STORY, { now: on(1, 12) })
    // ada and bob; the week before until Tuesday noon nobody.
    expect(rowsOf(tuesday, 'funnel')[0]).toMatchObject({ count: 2, before: 0 })
    expect(findingOf(tuesday, 'funnel')?.text).toContain('so far')
  })

  it('names reps and pools that the config no longer has by their ids', async () => {
    const gone = { handoff: '1', kind: 'old-kind', pool: 'old-pool', rep: 'old-rep' }
    const old = await reportOf([...comes('x', on(0)), assigned('x', on(0), gone, 1)])
    expect(['handoffs', 'pools', 'reps'].map((id) => rowsOf(old, id)[0]?.name)).toEqual([
      'old kind',
      'old-pool',
      'old-rep',
    ])
  })
})

describe('the boundary of a week', () => {
  it('takes in its first moment, and not that of the next', async () => {
    const at = (instant: number) => reportOf(comes('x', instant)).then((one) => rowsOf(one, 'funnel')[0]?.count)
    expect(await Promise.all([WEEK.from - 1, WEEK.from, WEEK.to - 1, WEEK.to].map(at))).toEqual([0, 1, 1, 0])
  })

  it('keeps an MQL of Friday that is accepted on Tuesday in its own week, and its SQL in the next', async () => {
    const facts = [...comes('x', on(4)), mql('x', on(4)), assigned('x', on(4), SDR_1, 1), sql('x', on(8))]
    const asked = { now: on(14) }
    const [own, next] = await Promise.all([reportOf(facts, asked), reportOf(facts, { ...asked, period: '2026-W48' })])
    expect([own, next].map((one) => rowsOf(one, 'acceptance')[0])).toMatchObject([
      { handed: 1, accepted: 1 },
      { handed: 0, accepted: 0 },
    ])
    expect([own, next].map((one) => rowsOf(one, 'funnel')[2]?.count)).toEqual([0, 1])
  })
})
