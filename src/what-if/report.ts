import { BANDS } from '../rules/score.ts'
import { answersOf, percent } from './limits.ts'
import type { WhatIf } from './result.ts'

/** A part of the report: a heading, lines of text, and a table whose first column is text and whose others are numbers or text. */
export interface Section {
  title: string
  lines?: string[]
  table?: { head: string[]; rows: string[][] }
}

const MOST_ROWS = 12
const MOST_WEEKS = 8

const count = new Intl.NumberFormat('en-US')
const n = (number: number) => count.format(number)
const arrow = ({ before, after }: { before: number; after: number }) =>
  before === after ? n(before) : `${n(before)} → ${n(after)}`

/** What stands above everything. */
export function headline({ config, leads, decisions, period }: WhatIf): string {
  const sample = leads.sampled < leads.stored ? ` (a sample of ${n(leads.stored)})` : ''
  const days = period.from && period.to ? `, ${period.from.slice(0, 10)} to ${period.to.slice(0, 10)}` : ''
  return `what-if ${config.before ?? '–'} → ${config.after}   ${n(leads.compared)} leads, ${n(decisions.found)} decisions${days}, each at its own time${sample}`
}

/** The parts of the report, in the order in which they are read. */
export function sectionsOf(result: WhatIf): Section[] {
  // Where nothing was compared, tables of noughts would only hide why.
  const isNothing = result.leads.compared === 0
  const sections = [
    mistakesPart(result),
    reproducedPart(result),
    ...(isNothing ? [] : comparedParts(result)),
    unknownPart(result),
  ]
  return sections.filter(({ lines = [], table }) => lines.length > 0 || (table?.rows.length ?? 0) > 0)
}

function comparedParts(result: WhatIf): Section[] {
  return [
    changesPart(result),
    bandsPart(result),
    routesPart(result),
    rulesPart(result),
    repsPart(result),
    weeksPart(result),
    largestPart(result),
    neverFiredPart(result),
  ]
}

function mistakesPart({ mistakes }: WhatIf): Section {
  return { title: 'Not fine yet: the new config, by its own check', lines: mistakes }
}

/** How many decisions the old rules make once more. */
export function reproducedPart({ decisions, config }: WhatIf): Section {
  const { found, reproduced, notReproduced } = decisions
  const others = config.versions.filter(({ version }) => version !== config.before)
  return {
    title: 'The old rules, once more',
    lines: [
      `${n(reproduced)} of ${n(found)} decisions come out as they were made (${percent(reproduced, found)})`,
      ...notReproduced.map(({ why, decisions: left }) => `${n(left)} left out below: ${why}`),
      ...(others.length > 0
        ? [
            `made by ${config.versions.length} versions, each compared with its own: ${config.versions.map(({ version, decisions: made }) => `${version} (${n(made)})`).join(', ')}`,
          ]
        : []),
    ],
  }
}

/** How many leads change, and in what. */
export function changesPart({ changes, leads, sales }: WhatIf): Section {
  const row = (name: string, number: number) => [name, n(number), percent(number, leads.compared)]
  return {
    title: 'Leads that change',
    table: {
      head: ['', 'leads', ''],
      rows: [
        row('band or route', changes.moved),
        row('score', changes.score),
        row('band', changes.band),
        row('tier', changes.tier),
        row('route', changes.route),
        row('pool', changes.pool),
        row('rep, by their own rules', changes.rep.direct),
        row("rep, by others' turns", changes.rep.knockOn),
      ],
    },
    lines: [
      `MQL ${arrow(changes.mql)} · to sales ${arrow(sales)}`,
      ...(sales.added > 0
        ? [`${n(sales.added)} new to sales, of which ${n(sales.addedConverted)} converted all the same`]
        : []),
      ...(sales.removed > 0
        ? [`${n(sales.removed)} no longer to sales, of which ${n(sales.removedConverted)} converted`]
        : []),
    ],
  }
}

function bandsPart({ bands }: WhatIf): Section {
  if (bands.every(({ from, to }) => from === to)) return { title: 'Bands' }
  const leads = (from: string, to: string) => bands.find((one) => one.from === from && one.to === to)?.leads ?? 0
  return {
    title: 'Bands',
    table: {
      head: ['was \\ becomes', ...BANDS],
      rows: BANDS.map((from) => [from, ...BANDS.map((to) => n(leads(from, to)))]),
    },
  }
}

function routesPart({ routes }: WhatIf): Section {
  return {
    title: 'Routes',
    table: {
      head: ['was', 'becomes', 'leads', 'mostly by'],
      rows: shortened(routes.map(({ from, to, leads, why }) => [from, to, n(leads), why])),
    },
  }
}

/** Which rules move leads. */
export function rulesPart({ rules }: WhatIf): Section {
  return {
    title: 'Rules that move leads',
    table: {
      head: ['rule', 'leads', 'points each'],
      rows: shortened(rules.map(({ rule, leads, points }) => [rule, n(leads), points === 0 ? '' : signed(points)])),
    },
  }
}

/** What reps get, and what that is computed by. */
export function repsPart({ reps, answers, rotation, leads }: WhatIf): Section {
  if (reps.length === 0) return { title: 'Reps' }
  return {
    title: 'Reps',
    table: {
      head: [
        'rep',
        'leads',
        'a week',
        'most',
        'busiest day (cap)',
        'at work',
        'busy',
        'open now',
        'wait at once',
        'too late',
      ],
      rows: reps.map((one) => [
        one.rep,
        arrow(one.leads),
        arrow(one.perWeek),
        arrow(one.busiestWeek),
        `${arrow(one.busiestDay)}${one.busiestDay.cap === null ? '' : ` (${one.busiestDay.cap})`}`,
        one.hoursPerWeek === null ? 'left' : `${one.hoursPerWeek} h`,
        one.busy ? `${arrow(one.busy)} %` : '–',
        n(one.openNow),
        one.waiting ? arrow(one.waiting) : '–',
        one.late ? arrow(one.late) : '–',
      ]),
    },
    lines: [
      ...(answers.minutes === null
        ? ['no answer is known: whether deadlines would hold cannot be said']
        : [
            `assumed: a rep answers one lead after the other, each in ${n(answers.minutes)} minutes of work, the median of ${n(answers.known)} answers`,
            slaLine(reps),
          ]),
      'leads of a week on average, and in the fullest one; at work: hours a week by the calendar',
      `the rotation, computed from the first lead on, gives ${n(rotation.same)} of ${n(rotation.given)} leads to who really got them`,
      ...(rotation.nobody.before + rotation.nobody.after > 0 ? [`nobody free: ${arrow(rotation.nobody)}`] : []),
      ...(leads.sampled < leads.stored
        ? ['leads are counted up from the sample; caps are left out, and who waits is too few']
        : []),
    ],
  }
}

/** The leads of each rep, week by week. */
export function weeksPart({ weeks, reps }: WhatIf): Section {
  const all = [...new Set(weeks.map(({ week }) => week))].sort()
  if (all.length < 2) return { title: 'Leads by week' }
  const shown = all.slice(-MOST_WEEKS)
  const of = new Map(weeks.map((one) => [`${one.rep} ${one.week}`, arrow(one)]))
  return {
    title: 'Leads by week, from Monday on',
    table: {
      head: ['rep', ...shown.map((week) => week.slice(5))],
      rows: reps.map(({ rep }) => [rep, ...shown.map((week) => of.get(`${rep} ${week}`) ?? '0')]),
    },
    lines: shown.length < all.length ? [`the last ${shown.length} of ${all.length} weeks; the JSON has all`] : [],
  }
}

function slaLine(reps: WhatIf['reps']): string {
  const [before, after] = [answersOf(reps, 'before'), answersOf(reps, 'after')]
  const verdict =
    after.late === 0
      ? 'every deadline would hold'
      : after.late > before.late
        ? 'more deadlines would pass'
        : 'no more deadlines would pass'
  const late = arrow({ before: before.late, after: after.late })
  return `${verdict}: ${late} of ${arrow({ before: before.leads, after: after.leads })} answered too late`
}

function largestPart({ largest }: WhatIf): Section {
  return {
    title: 'Largest moves',
    table: {
      head: ['lead', 'score', 'band', 'route', 'rep', 'HubSpot'],
      rows: largest.map(({ lead, score, band, route, rep, url }) => [
        lead,
        arrow(score),
        change(band.before, band.after),
        change(route.before, route.after),
        change(rep.before ?? '–', rep.after ?? '–'),
        url,
      ]),
    },
  }
}

/** What never fired. */
export function neverFiredPart({ neverFired }: WhatIf): Section {
  const { routes, fit, signals, profile } = neverFired
  const line = (what: string, names: string[]) => (names.length > 0 ? [`${what}: ${names.join(', ')}`] : [])
  return {
    title: 'Never fired in this time, under the new config',
    lines: [
      ...line('routes', routes),
      ...line('fit rules', fit),
      ...line('signals', signals),
      ...line('profile', profile),
    ],
  }
}

/** What it cannot know. */
export function unknownPart({ unknown }: WhatIf): Section {
  return {
    title: 'What this cannot know',
    lines: unknown.map(({ what, leads }) => (leads === null ? what : `${n(leads)} leads: ${what}`)),
  }
}

function change(before: string, after: string): string {
  return before === after ? before : `${before} → ${after}`
}

function signed(number: number): string {
  return number > 0 ? `+${number}` : `−${Math.abs(number)}`
}

function shortened(rows: string[][]): string[][] {
  if (rows.length <= MOST_ROWS) return rows
  const first = rows[0] ?? []
  return [...rows.slice(0, MOST_ROWS), [`and ${rows.length - MOST_ROWS} more`, ...first.slice(1).map(() => '')]]
}
