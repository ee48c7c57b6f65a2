import type { Config } from '../../config/config.ts'
import { zoneOf } from '../../handoffs/away.ts'
import { awaySpan } from '../../handoffs/away-dates.ts'
import { dayWords, untilWords } from '../../handoffs/away-words.ts'
import { managerIdOf } from '../../handoffs/buttons.ts'
import { type Handoff, holderOf } from '../../handoffs/handoff.ts'
import type { LeadRecord } from '../../leads/lead.ts'
import type { RenderedMessage } from '../../messages/alert.ts'
import { BATON_HELP, said, saidMine, saidWho } from '../../messages/baton.ts'
import { explainScore } from '../../messages/explanation.ts'
import { leadLine, leadLink, sectionOf } from '../../messages/home-blocks.ts'
import type { HomeView } from '../../messages/home-input.ts'
import { escapeText } from '../../messages/texts.ts'
import type { Clock } from '../../platform/clock.ts'
import { scoreLead } from '../../rules/score.ts'
import { folded } from '../../rules/texts.ts'
import type { Away } from '../../store/away.ts'
import type { Leads } from '../../store/leads.ts'
import { type Concern, concernOf } from '../../views/concern.ts'
import { zoneOfPerson } from '../../views/home.ts'
import { type LeadLists, SearchAway } from '../../views/leads.ts'
import type { PoolViews } from '../../views/pools.ts'
import type { HomeActs } from './home-clicks.ts'

/** What the answers to `/baton` use. */
export interface BatonCommandParts {
  config: () => Config
  clock: Clock
  leads: Leads
  away: Away
  leadLists: Pick<LeadLists, 'search'>
  viewHome: (user: string) => Promise<HomeView>
  viewPools: PoolViews
  publicUrl: string
}

const MOST_FOUND = 10
const EXAMPLES =
  'Say it like `until friday`, `mon-fri`, `tomorrow`, `for 3 days`, `2026-12-01 2026-12-05` or `until 3pm`.'

/** Makes what answers `/baton` with some words; what a user sees of leads is of their pools alone. */
export function batonCommand(parts: BatonCommandParts, home: Pick<HomeActs, 'publish' | 'theirs'>) {
  return async function answer(user: string, text: string): Promise<RenderedMessage> {
    const { team } = parts.config()
    const concern = concernOf(team, user)
    if (concern.who === undefined)
      return said(
        `Baton does not know you yet: ask whoever runs it to put you into \`team.yaml\`. Your id in Slack: \`${escapeText(user, 50)}\``,
      )
    const [word = '', ...rest] = text.trim().split(/\s+/)
    const words = rest.join(' ')
    switch (word.toLowerCase()) {
      case 'me':
        return saidMine(await parts.viewHome(user), parts.publicUrl ? `${parts.publicUrl}/console` : undefined)
      case 'away':
        return away(user, concern, words)
      case 'back':
        return back(user, concern, words)
      case 'who':
        return saidWho(team, await parts.viewPools(concern.pools), parts.clock.now())
      case 'lead':
        return lead(concern, words)
      case 'why':
        return why(concern, words)
      default:
        return said(
          word === '' || word.toLowerCase() === 'help'
            ? BATON_HELP
            : `I do not know \`${escapeText(word, 30)}\`.\n${BATON_HELP}`,
        )
    }
  }

  /** Of whom something is said, and the words that are left: oneself, unless they begin with a mention, or with somebody's name. */
  function subject(user: string, { who, isRep }: Concern, words: string): { rep: string; words: string } | string {
    const { team } = parts.config()
    const [first = '', ...rest] = words.split(' ')
    const mentioned = /^<@([UW][A-Z0-9]+)(?:\|[^>]*)?>$/.exec(first)?.[1]
    if (mentioned === undefined && !first.startsWith('@'))
      return isRep && who !== undefined
        ? { rep: who, words }
        : 'You get no leads. For somebody of your team: `/baton away @name until friday`.'
    const name = folded(first.slice(1))
    const rep = Object.values(team.reps).find((one) =>
      mentioned === undefined
        ? folded(one.id) === name || folded(one.name).split(' ')[0] === name
        : one.slackUserId === mentioned,
    )?.id
    if (rep === undefined)
      return `${mentioned === undefined ? `\`${escapeText(first, 60)}\`` : `<@${mentioned}>`} is no rep of \`team.yaml\`.`
    if (!home.theirs(user).includes(rep))
      return 'You can say this of yourself, and of who is in a pool that you manage.'
    return { rep, words: rest.join(' ') }
  }

  async function away(user: string, concern: Concern, text: string): Promise<RenderedMessage> {
    const about = subject(user, concern, text)
    if (typeof about === 'string') return said(about)
    const { rep } = about
    const { team } = parts.config()
    const zone = zoneOf(team, rep)
    const now = parts.clock.now()
    const span = awaySpan(about.words, zone, now)
    if ('unclear' in span) return said(`${escapeText(span.unclear, 200)} ${EXAMPLES}`)
    await parts.away.set(rep, span, user)
    await home.publish(user)
    const own = rep === concern.who
    const who = own ? 'You are' : `${escapeText(team.reps[rep]?.name ?? rep, 60)} is`
    const from = span.from > now ? ` from ${dayWords(span.from, zone)}` : ''
    const view = await parts.viewHome(team.reps[rep]?.slackUserId ?? user)
    const { open, away: absent } = view.mine ?? {}
    const covers = absent?.covers
      .slice(0, 8)
      .map((name) => escapeText(name, 60))
      .join(', ')
    return said(
      [
        `${who} away${from} ${untilWords(span.until, zone, own ? 'you' : 'they')}.`,
        covers
          ? `New leads go to ${covers}.`
          : 'Nobody else of the pool is there: new leads go to its fallback, or wait.',
        open && open.count > 0
          ? `${open.count === 1 ? 'One open lead stays' : `${open.count} open leads stay`} with ${own ? 'you' : 'them'}: pass on what cannot wait.`
          : '',
      ]
        .filter(Boolean)
        .join(' '),
    )
  }

  async function back(user: string, concern: Concern, text: string): Promise<RenderedMessage> {
    const about = subject(user, concern, text)
    if (typeof about === 'string') return said(about)
    const { team } = parts.config()
    const outcome = await parts.away.clear(about.rep, user)
    await home.publish(user)
    const own = about.rep === concern.who
    const name = escapeText(team.reps[about.rep]?.name ?? about.rep, 60)
    if (outcome !== 'done') return said(own ? 'You are not away: you get new leads.' : `${name} is not away.`)
    return said(own ? 'Welcome back: you get new leads again.' : `${name} is back, and gets new leads again.`)
  }

  /** The leads that a text means, of those that concern somebody; a sentence where it cannot be looked for. */
  async function found(
    concern: Concern,
    text: string,
  ): Promise<{ record: LeadRecord; handoffs: Handoff[] }[] | string> {
    try {
      const items = await parts.leadLists.search(plainAddress(text), {}, 2 * MOST_FOUND)
      const states = await Promise.all(items.map(({ id }) => parts.leads.get(id)))
      return states
        .flatMap(({ lead, handoffs }) => (lead ? [{ record: lead, handoffs: Object.values(handoffs) }] : []))
        .filter((one) => concerns(concern, one))
        .slice(0, MOST_FOUND)
    } catch (error) {
      if (!(error instanceof SearchAway)) throw error
      return error.message
    }
  }

  // What somebody may see: of their pools, in hand or by its route, and what they have themselves.
  function concerns(
    { who = '', pools }: Concern,
    { record, handoffs }: { record: LeadRecord; handoffs: Handoff[] },
  ): boolean {
    const { team } = parts.config()
    const toPool = 'pool' in record.route.to ? record.route.to.pool : undefined
    if (handoffs.length === 0) return toPool !== undefined && pools.includes(toPool)
    return handoffs.some(
      (one) =>
        pools.includes(one.pool) ||
        pools.includes(holderOf(one)?.pool ?? '') ||
        holderOf(one)?.rep === who ||
        managerIdOf(team, one) === who,
    )
  }

  async function lead(concern: Concern, text: string): Promise<RenderedMessage> {
    if (text === '') return said('Whom do you look for? `/baton lead NAME or email`')
    const all = await found(concern, text)
    if (typeof all === 'string') return said(escapeText(all, 300))
    if (all.length === 0) return said(nobody(text))
    const { team } = parts.config()
    const zone = zoneOfPerson(team, concern)
    const now = parts.clock.now()
    const blocks = all.map(({ record, handoffs }) => sectionOf(foundLine(record, handoffs, zone, now)))
    return { text: `${all.length === 1 ? '1 lead' : `${all.length} leads`} found`, blocks }
  }

  function foundLine(record: LeadRecord, handoffs: readonly Handoff[], zone: string, now: number): string {
    const { team } = parts.config()
    const live =
      handoffs.find(({ state }) => state !== 'ended') ?? handoffs.toSorted((a, b) => a.startedAt - b.startedAt).at(-1)
    if (!live) return `*${leadLink(record)}* · score ${record.score.total}\n${escapeText(record.route.reason, 200)}`
    const holder = team.reps[holderOf(live)?.rep ?? '']?.name ?? holderOf(live)?.rep
    const state = { waiting: 'nobody is free', open: 'open', answered: 'answered', ended: 'over' }[live.state]
    return leadLine(
      { handoff: live, lead: record },
      zone,
      now,
      `${state}${holder ? `, with ${escapeText(holder, 60)}` : ''}`,
    )
  }

  async function why(concern: Concern, text: string): Promise<RenderedMessage> {
    if (text === '') return said('Of whom? `/baton why NAME, email or id`')
    const all = await found(concern, text)
    if (typeof all === 'string') return said(escapeText(all, 300))
    const [first, ...others] = all
    if (!first) return said(nobody(text))
    if (others.length > 0)
      return said(
        `Which of these? Ask with the id:\n${all.map(({ record }) => `• ${leadLink(record)}: \`/baton why ${escapeText(record.id, 30)}\``).join('\n')}`,
      )
    const { record } = first
    const now = parts.clock.now()
    const rules = parts.config()
    return explainScore(rules, record, scoreLead(rules, record.attributes, record.signals, now), now)
  }
}

const nobody = (text: string) => `No lead of your pools is called \`${escapeText(plainAddress(text), 80)}\`.`

// Slack writes addresses as links: <mailto:ada@north.example|ada@north.example>.
function plainAddress(text: string): string {
  return text
    .replace(/<mailto:([^|>]+)(?:\|[^>]*)?>/g, '$1')
    .replace(/^["“”']+|["“”']+$/g, '')
    .trim()
    .slice(0, 200)
}
