import type { Command } from 'commander'
import { tableLines, visible } from '../rules/table-text.ts'
import { counted } from '../rules/words.ts'
import type { PoolView } from '../views/pools.ts'
import type { TeamPerson, WhoView } from '../views/who.ts'
import { atService } from './at-service.ts'
import { handoffTable } from './leads.ts'
import { fromNow, mustBeKnown, printJson, spanText, terminalWidth } from './output.ts'

const POOLS_HELP = `
"next" is who gets the next lead that is for everybody, with the reason. turns counts leads taken and turns given up while away.
--json prints one document, as GET /v1/pools answers it.

Examples:
  npm run baton -- pools
  npm run baton -- pools ae
  npm run baton -- pools --json | jq '.pools[] | {pool, next: .next.rep}'`

const WHO_HELP = `
Of the team by id, name, Slack user id, owner id in HubSpot or, with HUBSPOT_ACCESS_TOKEN set, email; else a lead by contact id, link into
HubSpot, email or name. Exit code 1: nobody is meant. --json prints one document, as GET /v1/who answers it.

Examples:
  npm run baton -- who ada
  npm run baton -- who dana.ruiz@northwind.example
  npm run baton -- who 401000000001 --json`

type Member = PoolView['members'][number]

/** `pools` and `who`: whose turn it is, and who somebody is. */
export function addPools(program: Command): void {
  program
    .command('pools')
    .argument('[pool]', 'this one alone')
    .option('--json', 'print what GET /v1/pools answers')
    .description('members with turns, leads in hand, caps and who is away; who is next, and why')
    .addHelpText('after', POOLS_HELP)
    .action((pool: string | undefined, { json }: { json?: true }) =>
      atService(async (at) => {
        if (pool !== undefined) mustBeKnown(at, { pool })
        const pools = await at.viewPools(pool === undefined ? undefined : [pool])
        if (json) return printJson({ pools })
        console.log(pools.map((one) => poolText(one, at.clock.now())).join('\n\n'))
      }),
    )

  program
    .command('who')
    .argument('<who...>', 'an id, a name, or an email address')
    .option('--json', 'print what GET /v1/who answers')
    .description('who somebody is: a rep, a manager or another person of the team, or a lead')
    .addHelpText('after', WHO_HELP)
    .action((words: string[], { json }: { json?: true }) =>
      atService(async (at) => {
        const asked = words.join(' ')
        const view = await at.who(asked)
        if (view.people.length + view.leads.length === 0) process.exitCode = 1
        if (json) return printJson(view)
        const text = whoText(view, asked, at.clock.now())
        if (process.exitCode === 1) console.error(text)
        else console.log(text)
      }),
    )
}

/** A pool for a terminal. */
function poolText({ pool, members, next, caps, waiting, fallback }: PoolView, now: number): string {
  const cap = (given: number, of: number | undefined) => (of === undefined ? String(given) : `${given} of ${of}`)
  const rows = members.map((one) => [
    one.rep === next.rep ? '→' : ' ',
    one.rep,
    one.name,
    String(one.weight),
    String(one.turns),
    cap(one.open, caps.open),
    cap(one.today, caps.perDay),
    fromNow(one.lastAssignedAt, now),
    [stateText(one, now), one.conditional && 'some leads only'].filter(Boolean).join(', '),
  ])
  const head = ['', 'rep', 'name', 'weight', 'turns', 'in hand', 'today', 'last lead', 'now']
  return [
    `${pool}${fallback ? `, then ${fallback}` : ''}${waiting > 0 ? `; ${counted(waiting, 'handoff')} waiting` : ''}`,
    ...tableLines({ head, rows }, terminalWidth()),
    ...members.flatMap((one) => (one.unreachableSince ? `${one.rep}: ${unreachableText(one, now)}` : [])),
    `next: ${next.rep ?? 'nobody'}, ${next.why}`,
  ].join('\n')
}

function stateText(one: Pick<Member, 'why' | 'skipped' | 'atWork' | 'opensAt'>, now: number): string {
  return one.skipped === 'unreachable' ? 'unreachable' : (one.why ?? workText(one, now))
}

// Since when stands in a line of its own: a column would cut it.
function unreachableText({ unreachableSince }: Pick<Member, 'unreachableSince'>, now: number): string {
  return `not reached by Slack, since ${fromNow(unreachableSince, now)}: no leads until it does`
}

function workText({ atWork, opensAt }: Pick<Member, 'atWork' | 'opensAt'>, now: number): string {
  if (atWork) return 'at work'
  return opensAt ? `off, at work ${fromNow(opensAt, now)}` : 'off'
}

function whoText({ people, leads, nearest, notAsked }: WhoView, asked: string, now: number): string {
  const parts = people.map((one) => personText(one, now))
  if (leads.length > 0) {
    const rows = leads.map(({ id, name, company = '', score, band, route, reps }) => [
      id,
      name,
      company,
      `${score} ${band}`,
      route,
      reps.join(', '),
    ])
    const head = ['lead', 'name', 'company', 'score', 'route', 'rep']
    parts.push(
      [...tableLines({ head, rows }, terminalWidth()), '', `More: npm run baton -- explain ${leads[0]?.id}`].join('\n'),
    )
  }
  if (parts.length > 0) return parts.join('\n\n')
  const near = nearest.length > 0 ? `; nearest is ${nearest.join(', ')}` : ''
  return visible(`Nobody is "${asked}"${near}.`) + (notAsked ? `\n${notAsked}` : '')
}

function personText(one: TeamPerson, now: number): string {
  const { calendar, away, pools, manages } = one
  const ahead = away?.ahead.map((span) => spanText(span, calendar?.timeZone ?? 'UTC')) ?? []
  const lines = [
    `${one.name} (${one.id}), ${one.role}${one.active ? '' : ', inactive: gets no leads'}`,
    `Slack ${one.slackUserId}${one.hubspotOwnerId ? `, owner ${one.hubspotOwnerId} in HubSpot` : ''}`,
    calendar &&
      `Calendar ${calendar.name}: ${calendar.localTime}, ${calendar.open ? 'open' : `closed${calendar.opensAt ? `, opens ${fromNow(calendar.opensAt, now)}` : ''}`}`,
    one.unreachableSince && `Now ${unreachableText(one, now)}`,
    away?.now && `Now ${away.now}`,
    ahead.length > 0 && `Away next: ${ahead.join('; ')}`,
    manages.length > 0 && `Manages ${manages.join(', ')}`,
  ]
  const rows = pools.map((pool) => [
    pool.pool,
    String(pool.weight),
    String(pool.turns),
    String(pool.open),
    String(pool.today),
    fromNow(pool.lastAssignedAt, now),
    pool.skipped === 'unreachable' ? 'unreachable' : (pool.why ?? 'can be given a lead'),
  ])
  const head = ['pool', 'weight', 'turns', 'in hand', 'today', 'last lead', 'now']
  const hand = handoffTable(one.handoffs, now)
  return [
    ...lines.filter((line) => typeof line === 'string'),
    ...(rows.length > 0 ? ['', ...tableLines({ head, rows }, terminalWidth())] : []),
    ...(one.role === 'rep' || one.inHand > 0
      ? ['', `In hand: ${one.inHand === 0 ? 'nothing' : counted(one.inHand, 'handoff')}`]
      : []),
    ...(hand.rows.length > 0 ? tableLines(hand, terminalWidth()) : []),
  ].join('\n')
}
