import { z } from 'zod'
import type { Config } from '../config/config.ts'
import { absenceAt, absencesAhead } from '../handoffs/away.ts'
import { awayWords } from '../handoffs/away-words.ts'
import { isOpen, nextOpening } from '../handoffs/business-time.ts'
import { managersOf, type Team } from '../handoffs/team.ts'
import type { Clock } from '../platform/clock.ts'
import { isSlip } from '../rules/slips.ts'
import { folded } from '../rules/texts.ts'
import { iso, localTime } from '../rules/words.ts'
import type { createHands } from '../store/by-rep.ts'
import type { Leads } from '../store/leads.ts'
import { HandoffItem, handoffItem } from './handoff-list.ts'
import { LeadItem } from './lead-item.ts'
import { type LeadLists, SearchAway } from './leads.ts'
import { PoolView, type PoolViews, unreachableIn } from './pools.ts'

/*
 * Who somebody is: of the team, or a lead. For the API, the console, Slack and the command line.
 */

const Instant = z.iso.datetime()
const Span = z.object({ from: Instant, until: Instant.nullable().describe('null: until they are back') })
const MOST_OPEN = 50
const MOST_LEADS = 10

/** A rep, a manager or another person of the team. */
const TeamPerson = z.object({
  id: z.string(),
  name: z.string(),
  role: z.enum(['rep', 'manager', 'person']),
  active: z.boolean().describe('false: gets no leads, and hears of none'),
  slackUserId: z.string(),
  hubspotOwnerId: z.string().optional(),
  calendar: z
    .object({
      name: z.string(),
      timeZone: z.string(),
      localTime: z.string(),
      open: z.boolean(),
      opensAt: Instant.optional(),
    })
    .optional(),
  away: z.object({ now: z.string().optional().describe('in words, while they are'), ahead: z.array(Span) }).optional(),
  unreachableSince: Instant.optional().describe('of a rep whom Slack does not reach'),
  pools: z.array(
    z.object({ pool: z.string(), ...PoolView.shape.members.element.omit({ rep: true, name: true }).shape }),
  ),
  manages: z.array(z.string()).describe('pools'),
  inHand: z.number().describe('handoffs that they have in hand, the ones under way included'),
  handoffs: z.array(HandoffItem).describe(`the nearest deadline first, at most ${MOST_OPEN}`),
})
export type TeamPerson = z.output<typeof TeamPerson>

/** Who it can be. */
export const WhoView = z
  .object({
    people: z.array(TeamPerson),
    leads: z.array(LeadItem),
    nearest: z.array(z.string()).describe('names and ids of the team that are nearest, where nobody was found'),
    notAsked: z.string().optional().describe('why leads were not looked for by name or address'),
  })
  .meta({ id: 'Who' })
export type WhoView = z.output<typeof WhoView>

/** Makes what tells who somebody is. `ownerOf`: the owner id in HubSpot of somebody with an email address. */
export function createWho(parts: {
  config: () => Pick<Config, 'team'>
  clock: Clock
  viewPools: PoolViews
  hands: Pick<ReturnType<typeof createHands>, 'of' | 'count'>
  leads: Pick<Leads, 'readHandoff'>
  leadLists: Pick<LeadLists, 'search'>
  ownerOf?: (email: string) => Promise<string | null>
}) {
  return async function who(asked: string): Promise<WhoView> {
    const { team } = parts.config()
    const text = asked.trim()
    const owner = text.includes('@') ? await parts.ownerOf?.(text.toLowerCase()).catch(() => null) : undefined
    const found = everyone(team).filter((one) => isMeant(one, text, owner ?? undefined))
    const people = await Promise.all(found.map((one) => personView(team, one)))
    const { leads, notAsked } = await leadsOf(text, people.length > 0)
    const nobody = people.length + leads.length === 0
    return { people, leads, nearest: nobody ? nearestTo(team, text) : [], ...(notAsked ? { notAsked } : {}) }
  }

  // Where somebody of the team is meant, leads of the same name are of less interest than an answer.
  async function leadsOf(text: string, isOfTeam: boolean): Promise<{ leads: LeadItem[]; notAsked?: string }> {
    if (isOfTeam) return { leads: [] }
    try {
      return { leads: await parts.leadLists.search(text, {}, MOST_LEADS) }
    } catch (error) {
      if (!(error instanceof SearchAway)) throw error
      return { leads: [], notAsked: error.message }
    }
  }

  async function personView(
    team: Team,
    { id, name, role, slackUserId, hubspotOwnerId, calendar }: Named,
  ): Promise<TeamPerson> {
    const now = parts.clock.now()
    const mine = Object.entries(team.pools)
    const member = mine.filter(([, { members }]) => role === 'rep' && members.some(({ rep }) => rep === id))
    const [pools, inHand, hand] = await Promise.all([
      parts.viewPools(member.map(([pool]) => pool)),
      parts.hands.count({ rep: id }),
      parts.hands.of({ rep: id }, MOST_OPEN),
    ])
    const handoffs = await Promise.all(hand.map(({ handoffId }) => parts.leads.readHandoff(handoffId)))
    return {
      ...{ id, name, role, slackUserId },
      active: role !== 'rep' || (team.reps[id]?.active ?? false),
      ...(hubspotOwnerId === undefined ? {} : { hubspotOwnerId }),
      ...(calendar === undefined ? {} : { calendar: calendarView(team, calendar, now) }),
      ...(role === 'rep' ? { away: awayView(team, id, now), ...unreachableIn(team, id) } : {}),
      pools: pools.flatMap(({ pool, members }) => {
        const own = members.find(({ rep }) => rep === id)
        if (!own) return []
        const { rep: _, name: __, ...rest } = own
        return [{ pool, ...rest }]
      }),
      manages: mine.filter(([, pool]) => managersOf(pool).includes(id)).map(([pool]) => pool),
      inHand,
      handoffs: handoffs.flatMap((handoff) => (handoff ? [handoffItem(handoff)] : [])),
    }
  }
}

/** Tells who somebody is. */
export type Who = ReturnType<typeof createWho>

type Named = Pick<TeamPerson, 'id' | 'name' | 'role' | 'slackUserId'> & {
  hubspotOwnerId?: string | undefined
  calendar?: string | undefined
}

function everyone({ reps, managers, people }: Team): Named[] {
  const ofPeople = Object.values(people)
  return [
    ...Object.values(reps).map((one) => ({ ...one, role: 'rep' as const })),
    // A pool's manager who stands under people stands in both.
    ...Object.values(managers)
      .filter(({ id }) => !Object.hasOwn(people, id))
      .map((one) => ({ ...one, role: 'manager' as const })),
    ...ofPeople.map((one) => ({
      ...one,
      role: Object.hasOwn(managers, one.id) ? ('manager' as const) : ('person' as const),
    })),
  ]
}

function isMeant({ id, name, slackUserId, hubspotOwnerId }: Named, text: string, owner: string | undefined): boolean {
  if (owner !== undefined) return hubspotOwnerId === owner
  const wanted = folded(text)
  if (wanted === '') return false
  const mention = /^<@([A-Z0-9]+)(\|[^>]*)?>$/.exec(text)?.[1]
  if ([id, slackUserId, hubspotOwnerId].some((one) => one !== undefined && folded(one) === wanted)) return true
  if (mention === slackUserId) return true
  // Any of the words of a name, or several beside each other: `ada`, `ada lane`, `lane`.
  return ` ${folded(name)} `.includes(` ${wanted} `)
}

/** Names and ids that are nearest to a text: a slip away in one of the words, or with the same beginning. */
function nearestTo(team: Team, text: string): string[] {
  const wanted = folded(text)
    .split(' ')
    .filter((word) => word.length > 2)
  const isNear = (word: string) =>
    wanted.some((one) => isSlip(one, word) || word.startsWith(one) || one.startsWith(word))
  return everyone(team)
    .filter(({ id, name }) =>
      [
        folded(id),
        ...folded(name)
          .split(' ')
          .filter((word) => word.length > 2),
      ].some(isNear),
    )
    .map(({ id, name }) => `${name} (${id})`)
    .slice(0, 5)
}

function calendarView(team: Team, name: string, now: number): NonNullable<TeamPerson['calendar']> | undefined {
  const calendar = team.calendars[name]
  if (!calendar) return undefined
  const open = isOpen(calendar, now)
  const opens = open ? null : nextOpening(calendar, now)
  return {
    ...{ name, timeZone: calendar.timeZone, localTime: localTime(now, calendar.timeZone), open },
    ...(opens === null ? {} : { opensAt: iso(opens) }),
  }
}

function awayView(team: Team, rep: string, now: number): NonNullable<TeamPerson['away']> {
  const words = absenceAt(team, rep, now) ? awayWords(team, rep, now) : undefined
  const ahead = absencesAhead(team, rep, now).map(({ from, until }) => ({
    from: iso(from),
    until: until === null ? null : iso(until),
  }))
  return { ...(words === undefined ? {} : { now: words }), ahead }
}
