import { counted, plain } from '../rules/words.ts'
import { capital, ofWords, shareWords, under } from './figures.ts'
import type { ReportInput } from './kind.ts'
import type { HandoffStory } from './lead-story.ts'
import type { Cell, Column, Finding, Section } from './report.ts'
import { shareOf } from './statistics.ts'
import { answerTimes, clockState, emptyTally, type Tally, tallyForRep, tallyHandoff } from './weekly-clocks.ts'
import { labelOf } from './weekly-funnel.ts'
import { against, type Part } from './weekly-part.ts'
import { PERIODS, type Weeks } from './weekly-weeks.ts'
import { cellText } from './words.ts'

// The chart shows the period itself and eight before.
const SHOWN = 9

/**
 * Handoffs that began in the period, by kind, pool and rep: routed and answered in time, and after how long. They are judged by what is known
 * when the report is made, so that one of Friday that is answered on Monday is not late; those whose clock still runs stand apart.
 */
export function handoffsPart({ settings }: Pick<ReportInput, 'settings'>, weeks: Weeks): Part {
  const { targets } = settings
  const byWeek = Array.from({ length: PERIODS }, emptyTally)
  const kinds = new Map<string, Tally>()
  const pools = new Map<string, Tally>()
  const reps = new Map<string, Tally>()
  const touch = { within: 0, late: 0, running: 0, minutes: [] as number[] }
  const waiting = { free: 0, held: 0 }

  function note(handoff: HandoffStory): void {
    tallyHandoff(tallyOf(kinds, handoff.kind), handoff, targets.flowWithin)
    tallyHandoff(tallyOf(pools, handoff.pool), handoff, targets.flowWithin)
    for (const rep of new Set(handoff.holders.map((held) => held.rep)))
      tallyForRep(tallyOf(reps, rep), handoff, rep, targets.flowWithin)
    if (!handoff.toSales) return
    const minutes = handoff.answered?.minutes
    if (minutes !== undefined) touch.minutes.push(minutes)
    const state = clockState(handoff)
    if (minutes !== undefined && minutes * 60_000 <= targets.firstTouch) touch.within += 1
    else if (minutes !== undefined || state === 'late' || state === 'service') touch.late += 1
    else if (state === 'running') touch.running += 1
  }

  return {
    add({ handoffs, waiting: those }) {
      for (const { since, isHeld } of those) if (weeks.of(since) !== undefined) waiting[isHeld ? 'held' : 'free'] += 1
      for (const handoff of handoffs) {
        const which = weeks.of(handoff.startedAt)
        const tally = which === undefined ? undefined : byWeek[which]
        if (!tally) continue
        tallyHandoff(tally, handoff, targets.flowWithin)
        if (which === 0) note(handoff)
      }
    },
    finish() {
      const own = byWeek[0] ?? emptyTally()
      const table = (
        id: string,
        title: string,
        rows: Map<string, Tally>,
        name: (key: string) => string,
        order: readonly string[],
      ) => tableOf({ id, title, weeks, target: targets.withinSla }, ordered(rows, order), name)
      const repNames = Object.entries(settings.reps)
        .toSorted(([, a], [, b]) => a.localeCompare(b))
        .map(([id]) => id)
      return {
        findings: [
          ...inTimeFinding(weeks, own, targets.withinSla),
          ...touchFinding(touch, targets.firstTouch),
          ...waitingFindings(waiting),
        ],
        sections: [
          table('handoffs', 'Handoffs by kind', kinds, plain, settings.kinds),
          table('pools', 'Handoffs by pool', pools, (pool) => pool || 'no pool', settings.pools),
          table('reps', 'Handoffs by rep', reps, (rep) => under(settings.reps, rep) ?? (rep || 'nobody'), repNames),
        ],
        charts: [
          {
            id: 'answer-times',
            title: `Minutes until the answer, by ${weeks.word}`,
            kind: 'lines',
            unit: 'minutes',
            x: shown.map((which) => labelOf(weeks, which)),
            series: [
              { name: 'Median', values: shown.map((which) => answerTimes(byWeek[which]?.minutes ?? []).median) },
              { name: '90 % within', values: shown.map((which) => answerTimes(byWeek[which]?.minutes ?? []).p90) },
            ],
          },
        ],
        figures: [
          { name: 'Handoffs', unit: 'count', values: byWeek.map(({ handoffs }) => handoffs) },
          {
            name: 'Answered in time',
            unit: 'share',
            values: byWeek.map(({ inTime, late }) => ({ count: inTime, all: inTime + late })),
          },
          {
            name: 'Median until the answer',
            unit: 'minutes',
            values: byWeek.map(({ minutes }) => ({ median: answerTimes(minutes).median, of: minutes.length })),
          },
        ],
      }
    },
  }
}

// The oldest one first.
const shown = Array.from({ length: SHOWN }, (_, at) => SHOWN - 1 - at)

function inTimeFinding({ word }: Weeks, tally: Tally, target: number): Finding[] {
  const { handoffs, inTime, late, service, running, over, routed, routedInTime } = tally
  if (handoffs === 0) return [{ id: 'in-time', level: 'info', text: `No handoff began in this ${word}.` }]
  const due = inTime + late
  const { median, p90 } = answerTimes(tally.minutes)
  const apart = [
    ...(running > 0 ? [`${running} still ${running === 1 ? 'runs' : 'run'}`] : []),
    ...(service > 0 ? [`${service} late because Slack had not told the rep, which is not theirs`] : []),
    ...(over > 0 ? [`${over} over before it was due`] : []),
  ]
  const level = against(inTime, due, target)
  const said =
    due === 0
      ? 'None of the handoffs was answered or due yet'
      : `${ofWords(inTime, due, 'handoffs')} were answered in time, target ${shareWords(target)}`
  const unsure = level === 'info' && due > 0 ? ', too few to say that it is missed' : ''
  const more = apart.length > 0 ? `; ${apart.join(', ')}` : ''
  const times =
    median === null
      ? ''
      : ` Half of the answers came within ${minutesText(median)} of the clock, 90 % within ${minutesText(p90)}.`
  const routing = routed === 0 ? '' : ` ${ofWords(routedInTime, routed)} had a rep within the target.`
  return [{ id: 'in-time', level, text: `${said}${unsure}${more}.${times}${routing}` }]
}

function touchFinding(
  touch: { within: number; late: number; running: number; minutes: number[] },
  target: number,
): Finding[] {
  const all = touch.within + touch.late
  if (all === 0) return []
  const { median } = answerTimes(touch.minutes)
  const isMet = median !== null && median * 60_000 <= target
  const running = touch.running > 0 ? `; ${touch.running} still ${touch.running === 1 ? 'runs' : 'run'}` : ''
  const within = minutesText(target / 60_000)
  const half = median === null ? 'nobody was answered yet' : `median ${minutesText(median)}`
  return [
    {
      id: 'first-touch',
      level: isMet ? 'good' : all < 3 ? 'info' : 'warn',
      text: `First touch by sales: ${half}, target under ${within}; ${ofWords(touch.within, all, 'handoffs to sales')} were answered within ${within}${running}.`,
    },
  ]
}

function waitingFindings({ free, held }: { free: number; held: number }): Finding[] {
  const said = (waiting: number, what: string, why: string): Finding[] =>
    waiting === 0
      ? []
      : [
          {
            id: 'waiting',
            level: 'warn',
            text: `${counted(waiting, 'lead')} ${waiting === 1 ? 'waits' : 'wait'} ${what}: ${why} (npm run baton -- handoffs --status waiting).`,
          },
        ]
  return [
    ...said(free, 'for a rep', `nobody could take ${free === 1 ? 'it' : 'them'}`),
    ...said(held, 'for data', `sales needs to know what ${held === 1 ? 'it lacks' : 'they lack'}`),
  ]
}

const minutesText = (value: number | null) => cellText(value, 'minutes', 'UTC')

function tableOf(
  { id, title, weeks, target }: { id: string; title: string; weeks: Weeks; target: number },
  tallies: [string, Tally][],
  name: (key: string) => string,
): Section {
  const { word } = weeks
  const [what, whose] =
    id === 'reps'
      ? [
          `By name: the handoffs that a rep had of those that began in the ${word}. What was late before they got it counts for whoever had it then.`,
          ' Of a rep: those that they had first.',
        ]
      : [`Handoffs that began in the ${word}.`, '']
  const note = `${what} Routed: had a rep within the target, of those of which that is known.${whose} In time: of those that were answered or due (timely).`
  return {
    id,
    title,
    note: `${note} By Slack: late because the rep had not been told. Over: ended before it was due.`,
    columns: columnsOf(title, target),
    rows: tallies.map(([key, tally]) => rowOf(name(key), tally)),
    empty: `No handoff began in this ${word}.`,
  }
}

function columnsOf(title: string, target: number): Column[] {
  return [
    {
      id: 'name',
      title: capital(title.replace('Handoffs by ', '')),
      unit: 'text',
    },
    { id: 'handoffs', title: 'All', unit: 'count' },
    { id: 'inTime', title: 'In time', unit: 'count' },
    { id: 'due', title: 'Due', unit: 'count' },
    { id: 'share', title: 'Timely', unit: 'share', target: { atLeast: target } },
    { id: 'service', title: 'By Slack', unit: 'count' },
    { id: 'running', title: 'Running', unit: 'count' },
    { id: 'over', title: 'Over', unit: 'count' },
    { id: 'median', title: 'Median', unit: 'minutes' },
    { id: 'p90', title: '90 % within', unit: 'minutes' },
    { id: 'routedInTime', title: 'Routed', unit: 'count' },
    { id: 'routed', title: 'Known', unit: 'count' },
    { id: 'routedShare', title: 'Share', unit: 'share' },
  ]
}

function rowOf(name: string, tally: Tally): Record<string, Cell> {
  const { handoffs, routed, routedInTime, inTime, late, service, running, over, minutes } = tally
  const due = inTime + late
  return {
    ...{ name, handoffs },
    ...{ routedInTime, routed, routedShare: shareOf(routedInTime, routed) },
    ...{ inTime, due, share: shareOf(inTime, due), service, running, over },
    ...answerTimes(minutes),
  }
}

// As the config has them, then those that it has no longer.
function ordered(tallies: ReadonlyMap<string, Tally>, order: readonly string[]): [string, Tally][] {
  const rank = (key: string) => (order.includes(key) ? order.indexOf(key) : order.length)
  return [...tallies].toSorted(([a], [b]) => rank(a) - rank(b) || a.localeCompare(b))
}

function tallyOf(tallies: Map<string, Tally>, key: string): Tally {
  const known = tallies.get(key) ?? emptyTally()
  tallies.set(key, known)
  return known
}
