import { awayWords } from '../handoffs/away-words.ts'
import type { Team } from '../handoffs/team.ts'
import type { Block, RenderedMessage } from './alert.ts'
import { contextOf, leadLine, moreLine, sectionOf } from './home-blocks.ts'
import type { HomePool, HomeView } from './home-input.ts'
import { escapeText } from './texts.ts'

/*
 * What `/baton` answers.
 */

const TEXT_LIMIT = 3_000

/** What can be asked. */
export const BATON_HELP = [
  '*`/baton me`* shows your open leads',
  '*`/baton away`* until you are back; or `/baton away until friday`, `/baton away mon-fri`, `/baton away 2026-12-01 2026-12-05`',
  '*`/baton back`* says that you are back',
  '*`/baton who`* tells who is at work, who is away and who is next, in your pools',
  '*`/baton lead NAME or email`* finds a lead of your pools',
  '*`/baton why NAME, email or id`* explains its score and its route',
  'Managers: `/baton away @name until friday`, `/baton back @name`',
].join('\n')

/** Words alone; mrkdwn. */
export function said(mrkdwn: string): RenderedMessage {
  return { text: mrkdwn.replaceAll('*', '').slice(0, TEXT_LIMIT), blocks: [sectionOf(mrkdwn)] }
}

/** Somebody's open leads. */
export function saidMine(view: HomeView, link: string | undefined): RenderedMessage {
  const { mine, timeZone, now } = view
  if (!mine || mine.open.count + mine.attempts.count === 0) return said('You have no open leads.')
  const { open, attempts } = mine
  const title = `*${open.count === 1 ? '1 open lead' : `${open.count} open leads`}*${attempts.count > 0 ? `, ${attempts.count} with attempts under way` : ''}`
  const blocks: Block[] = [
    sectionOf(title),
    ...open.shown.map((one) => sectionOf(leadLine(one, timeZone, now))),
    ...moreLine(open, link),
    contextOf('Their buttons are in their messages, and in my Home tab.'),
  ]
  return { text: title.replaceAll('*', ''), blocks }
}

/** Who is at work, who is away and who is next, by pool. */
export function saidWho(team: Team, pools: readonly HomePool[], now: number): RenderedMessage {
  if (pools.length === 0) return said('You are in no pool, and manage none.')
  const text = pools.map((pool) => {
    const lines = pool.members.map(({ rep, name, available, atWork, why }) => {
      const state =
        awayWords(team, rep, now) ?? (available ? (atWork ? 'at work' : 'not at work now') : (why ?? 'not free'))
      return `• ${escapeText(name, 60)}${rep === pool.next.rep ? ' *(next)*' : ''}: ${escapeText(state, 120)}`
    })
    const waits = pool.waiting === 0 ? '' : `, ${pool.waiting} waiting`
    const nobody = pool.next.rep === null ? `: ${escapeText(pool.next.why, 120)}` : ''
    return [`*${escapeText(pool.pool, 60)}*${waits}${nobody}`, ...lines].join('\n')
  })
  return { text: text.join('\n').replaceAll('*', '').slice(0, TEXT_LIMIT), blocks: text.slice(0, 40).map(sectionOf) }
}
