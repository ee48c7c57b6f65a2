import { holderOf } from '../handoffs/handoff.ts'
import type { Team } from '../handoffs/team.ts'
import { counted } from '../rules/words.ts'
import type { Block } from './alert.ts'
import { CONTROLS } from './controls.ts'
import { contextOf, headerOf, leadLine, leadLink, moreLine, sectionOf } from './home-blocks.ts'
import type { HomeLead, HomePool, HomeView, TeamHome } from './home-input.ts'
import { escapeText, slackDate } from './texts.ts'

/* A manager's part of the App Home. */

// Of more pools, and more members, the console tells.
const MOST_POOLS = 8
const MOST_MEMBERS = 25

/** The blocks of what a manager's team has. */
export function teamBlocks(team: Team, view: HomeView, home: TeamHome, link: string | undefined): Block[] {
  const { timeZone, now } = view
  const { open, waiting, breached, away, pools } = home
  const nameOf = (rep: string | undefined) => escapeText(team.reps[rep ?? '']?.name ?? rep ?? 'nobody', 60)
  const holderName = ({ handoff }: HomeLead) => nameOf(holderOf(handoff)?.rep)
  const line = (one: HomeLead) => leadLine(one, timeZone, now, holderName(one))
  return [
    ...(view.mine ? [{ type: 'divider' as const }] : []),
    headerOf(`My team: ${counted(open.count, 'open lead')}`),
    contextOf(`Pools: ${home.pools.map(({ pool }) => escapeText(pool, 40)).join(', ')}`),
    ...open.shown.map((one) => ({ ...sectionOf(line(one)), accessory: reassign(one) }) as Block),
    ...moreLine(open, link),
    ...(waiting.count === 0
      ? []
      : [
          headerOf(`Waiting, nobody is free (${waiting.count})`),
          ...waiting.shown.map((one) => ({ ...sectionOf(leadLine(one, timeZone, now)) })).slice(0, 5),
          ...moreLine({ ...waiting, shown: waiting.shown.slice(0, 5) }, link),
        ]),
    headerOf(breached.count === 0 ? 'No breaches today' : `Breaches today (${breached.count})`),
    ...(breached.count === 0
      ? []
      : [sectionOf(breached.shown.map((one) => `• ${breachLine(one, view, holderName(one))}`).join('\n'))]),
    ...moreLine(breached, link),
    headerOf('Load and fairness'),
    ...pools.slice(0, MOST_POOLS).map((pool) => sectionOf(poolText(pool, nameOf))),
    ...(pools.length > MOST_POOLS ? [contextOf(`and ${pools.length - MOST_POOLS} more pools`)] : []),
    headerOf(away.length === 0 ? 'Nobody is away' : `Away (${away.length})`),
    ...(away.length === 0
      ? []
      : [
          sectionOf(
            away
              .slice(0, 20)
              .map(({ name, words }) => `• *${escapeText(name, 60)}*: ${escapeText(words, 120)}`)
              .join('\n'),
          ),
        ]),
    {
      type: 'actions',
      elements: [
        {
          type: 'button',
          action_id: 'home.away_for',
          text: { type: 'plain_text', text: 'Somebody Is Away or Back…' },
        },
      ],
    },
  ]
}

function reassign({ handoff, lead }: HomeLead): object {
  return {
    type: 'button',
    action_id: CONTROLS.passOn,
    text: { type: 'plain_text', text: 'Reassign…' },
    value: handoff.id,
    accessibility_label: `Reassign ${leadLink(lead).replace(/^<[^|]*\||>$/g, '')}`.slice(0, 75),
  }
}

function breachLine({ handoff, lead }: HomeLead, { timeZone }: HomeView, holder: string): string {
  const was = `was due ${slackDate(handoff.breachedAt ?? handoff.dueAt ?? handoff.startedAt, timeZone)}`
  const since = handoff.answered
    ? `answered ${slackDate(handoff.answered.at, timeZone)}`
    : handoff.state === 'ended'
      ? 'over'
      : 'not answered yet'
  return `${leadLink(lead)} · ${holder} · ${was}, ${since}`
}

function poolText({ pool, caps, next, members, waiting }: HomePool, nameOf: (rep: string) => string): string {
  const cap = (count: number, most: number | undefined) => (most === undefined ? String(count) : `${count}/${most}`)
  const turns = members.reduce((sum, one) => sum + one.turns, 0)
  const weights = members.reduce((sum, one) => sum + one.weight, 0)
  const share = (part: number, whole: number) => (whole === 0 ? 0 : Math.round((100 * part) / whole))
  const lines = members.slice(0, MOST_MEMBERS).map((one) => {
    const fair = `${share(one.turns, turns)} % of turns, ${share(one.weight, weights)} % by weight`
    const state = one.available
      ? one.atWork
        ? ''
        : ' · not at work now'
      : ` · ${escapeText(one.why ?? 'not free', 120)}`
    return `• ${escapeText(one.name, 60)}: ${cap(one.open, caps.open)} open, ${cap(one.today, caps.perDay)} today · ${fair}${state}`
  })
  const more = members.length > MOST_MEMBERS ? [`and ${members.length - MOST_MEMBERS} more`] : []
  const turn = next.rep === null ? next.why : `next is ${nameOf(next.rep)}`
  const waits = waiting === 0 ? '' : ` · ${counted(waiting, 'lead')} ${waiting === 1 ? 'waits' : 'wait'}`
  return [`*${escapeText(pool, 60)}* · ${escapeText(turn, 200)}${waits}`, ...lines, ...more].join('\n')
}
