import type { HomeView as SlackHome } from '@slack/types'
import { zoneOf } from '../handoffs/away.ts'
import { dayWords, untilWords } from '../handoffs/away-words.ts'
import { buttonsNow } from '../handoffs/buttons.ts'
import type { HandoffsConfig } from '../handoffs/kinds.ts'
import type { Team } from '../handoffs/team.ts'
import type { NextConfig } from '../leads/change.ts'
import { duration } from '../rules/words.ts'
import type { Block } from './alert.ts'
import { attemptsLine } from './attempts.ts'
import { controls } from './controls.ts'
import { contextOf, headerOf, leadLine, moreLine, sectionOf } from './home-blocks.ts'
import type { HomeLead, HomeView, RepHome } from './home-input.ts'
import { teamBlocks } from './home-team.ts'
import { escapeText, slackDate } from './texts.ts'

/** What a user sees in the App Home, as Slack's own types have it. */
export type Home = SlackHome

/** The ids of the buttons of the Home itself; those of its leads are the same as in messages. */
export const HOME = { away: 'home.away', back: 'home.back', awayFor: 'home.away_for' } as const

// Slack takes a hundred blocks; what a person can act on stands first.
const MOST_BLOCKS = 100
const MOST_BYTES = 200_000

/** The config, as far as the Home needs it. */
export type HomeConfig = Pick<NextConfig, 'team'> & { handoffs: Pick<HandoffsConfig, 'kinds'> }

/** Renders the App Home. `publicUrl`: where Baton is reached from outside, for the link to its console. */
export function renderHome(config: HomeConfig, view: HomeView, publicUrl?: string): Home {
  const blocks = blocksOf(config, view, publicUrl).slice(0, MOST_BLOCKS)
  while (Buffer.byteLength(JSON.stringify(blocks)) > MOST_BYTES) blocks.pop()
  return { type: 'home', blocks }
}

function blocksOf(config: HomeConfig, view: HomeView, publicUrl: string | undefined): Block[] {
  if (view.who === undefined) return stranger(view)
  const link = publicUrl ? `${publicUrl}/console` : undefined
  const blocks = [
    ...(view.mine ? mineBlocks(config, view, view.mine, link) : []),
    ...(view.team ? teamBlocks(config.team, view, view.team, link) : []),
  ]
  if (blocks.length > 0) return [...blocks, contextOf(`As of ${slackDate(view.now, view.timeZone)}`)]
  return [
    headerOf('Nothing for you here'),
    sectionOf('You get no leads and manage no pool. Baton tells you what concerns you in messages.'),
  ]
}

function stranger({ user }: HomeView): Block[] {
  return [
    headerOf('Baton does not know you yet'),
    sectionOf(
      `Baton gives leads to the reps of its \`team.yaml\`, and you are not in it. Ask whoever runs Baton to add you. Your id in Slack, which they need: \`${escapeText(user, 50)}\``,
    ),
  ]
}

function mineBlocks(config: HomeConfig, view: HomeView, mine: RepHome, link: string | undefined): Block[] {
  const { open, attempts, week } = mine
  const title = open.count === 0 ? 'No open leads' : `My open leads (${open.count})`
  return [
    headerOf(title),
    ...(open.count === 0 ? [contextOf('New leads come as messages, and stand here until you have answered.')] : []),
    ...open.shown.flatMap((one) => leadBlocks(config, view, one)),
    ...moreLine(open, link),
    ...(attempts.count === 0 ? [] : [headerOf(`Attempts under way (${attempts.count})`)]),
    ...attempts.shown.flatMap((one) => attemptBlocks(config, view, one)),
    ...moreLine(attempts, link),
    ...(week
      ? [
          headerOf('My week'),
          sectionOf(
            [
              `*${week.leads}* ${week.leads === 1 ? 'lead' : 'leads'}`,
              `*${week.median === null ? '–' : minutes(week.median)}* median answer`,
              `*${week.inTime === null ? '–' : `${Math.round(100 * week.inTime)} %`}* within time`,
            ].join(' · '),
          ),
          contextOf('The last seven days; answers by the hours of the clock.'),
        ]
      : []),
    ...awayBlocks(config.team, mine),
  ]
}

const minutes = (count: number) => (count < 1 ? 'under 1 min' : duration(Math.round(count) * 60_000))

function leadBlocks({ handoffs }: HomeConfig, { timeZone, now }: HomeView, { handoff, lead }: HomeLead): Block[] {
  const buttons = buttonsNow(handoffs.kinds[handoff.kind], handoff)
  const line = leadLine({ handoff, lead }, timeZone, now)
  return buttons.length === 0 ? [sectionOf(line)] : [sectionOf(line), controls(lead, handoff, buttons)]
}

function attemptBlocks(
  { handoffs }: HomeConfig,
  { timeZone, now, team }: HomeView,
  { handoff, lead }: HomeLead,
): Block[] {
  const line = sectionOf([leadLine({ handoff, lead }, timeZone, now), ...attemptsLine(handoff, timeZone)].join('\n'))
  const buttons = buttonsNow(handoffs.kinds[handoff.kind], handoff)
  if (buttons.length === 0) return [line]
  const all = controls(lead, handoff, buttons)
  // A manager's team stands below it: there is room for the first button alone.
  const [first] = 'elements' in all ? all.elements : []
  return team && first ? [{ ...line, accessory: first } as Block] : [line, all]
}

function awayBlocks(team: Team, { id, away, open }: RepHome): Block[] {
  if (!away) return []
  const { now, ahead, covers } = away
  const zone = zoneOf(team, id)
  const lines = [
    now ? `*You are away* ${untilWords(now.until, zone, 'you')}: you get no new leads.` : 'You get new leads.',
    ...ahead
      .slice(0, 5)
      .map(({ from, until }) => `Away from ${dayWords(from, zone)} ${untilWords(until, zone, 'you')}`),
    covers.length > 0 && (now || ahead.length > 0)
      ? `New leads go to ${covers
          .slice(0, 8)
          .map((name) => escapeText(name, 60))
          .join(', ')}${covers.length > 8 ? ' and others' : ''}.`
      : '',
    now && open.count > 0
      ? `${open.count === 1 ? 'One open lead stays' : `${open.count} open leads stay`} yours: pass on what cannot wait.`
      : '',
  ]
  const button = (action: string, text: string) => ({
    type: 'button' as const,
    action_id: action,
    text: { type: 'plain_text' as const, text },
    value: id,
  })
  return [
    headerOf('Away'),
    sectionOf(lines.filter(Boolean).join('\n')),
    {
      type: 'actions',
      elements: [
        ...(now ? [button(HOME.back, 'I Am Back')] : []),
        button(HOME.away, 'I Am Away…'),
        ...(!now && ahead.some(({ by }) => by !== undefined) ? [button(HOME.back, 'Cancel What Is Planned')] : []),
      ],
    },
  ]
}
