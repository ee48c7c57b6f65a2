import type { Command } from 'commander'
import { absenceAt, absencesAhead } from '../handoffs/away.ts'
import { awayWords } from '../handoffs/away-words.ts'
import { actRefusal } from '../http/v1/acts.ts'
import type { Click } from '../leads/change.ts'
import { iso } from '../rules/words.ts'
import { absenceSaid } from '../views/absence.ts'
import { type AtService, atService, leadNamed, repNamed } from './at-service.ts'
import { printJson, printTable } from './output.ts'

const LEAD = 'a contact id, a link into HubSpot, an email address, or the id of a handoff'
const HANDOFF = /^\d{1,18}-\d{1,9}$/

const WHO_ACTS = `
It counts as done by those who run Baton, and stands so in the history. Exit code 0: done, or it was so already; 1: it cannot be done.`

const ACTS = [
  {
    name: 'reopen',
    description: 'open a handoff again that was settled: the clock goes on with a new deadline',
    did: 'is open again',
  },
  {
    name: 'release',
    description: 'take a lead from whoever has it: it goes where its rules send it next',
    did: 'was taken from whoever had it',
  },
] as const

/** `assign`, `reopen`, `release` and `away`: what people do to leads and reps. */
export function addActs(program: Command): void {
  program
    .command('assign')
    .argument('<lead>', LEAD)
    .argument('<rep>', 'the rep who gets it: id or name')
    .option('--json', 'print what POST /v1/leads/{contactId}/assign answers')
    .description('give a lead to a rep, with its clock')
    .addHelpText(
      'after',
      `${WHO_ACTS}

Examples:
  npm run baton -- assign 401000000001 ae-2
  npm run baton -- assign dana.ruiz@northwind.example "Ben Ortiz" --json`,
    )
    .action((lead: string, rep: string, { json }: { json?: true }) =>
      atService(async (at) => {
        const to = repNamed(at, rep)
        await settle(
          at,
          lead,
          { assign: { rep: to } },
          'assign',
          `goes to ${at.config().team.reps[to]?.name ?? to}`,
          json,
        )
      }),
    )

  for (const { name, description, did } of ACTS) {
    program
      .command(name)
      .argument('<lead>', LEAD)
      .option('--json', `print what POST /v1/leads/{contactId}/${name} answers`)
      .description(description)
      .addHelpText(
        'after',
        `${WHO_ACTS}

Examples:
  npm run baton -- ${name} 401000000001
  npm run baton -- ${name} 401000000001-2 --json`,
      )
      .action((lead: string, { json }: { json?: true }) => atService((at) => settle(at, lead, name, name, did, json)))
  }

  program
    .command('away')
    .argument('[rep]', 'who is away: id or name; without it everybody who is')
    .argument('[from]', 'a date in their time zone, or an instant; from now on unless told')
    .argument('[until]', 'the same; a date is included; until they are back unless told')
    .option('--back', 'they are back, also where team.yaml says otherwise')
    .option('--json', 'print it as JSON')
    .description('say that a rep is away or back: it counts over team.yaml, at once and everywhere')
    .addHelpText(
      'after',
      `
Exit code 0: done; 1: there is no such rep, or no such time.

Examples:
  npm run baton -- away
  npm run baton -- away ae-1
  npm run baton -- away "Ada Lane" 2026-12-01 2026-12-04
  npm run baton -- away ae-1 --back`,
    )
    .action((rep: string | undefined, from: string | undefined, until: string | undefined, options: AwayOptions) =>
      atService((at) => (rep === undefined ? listAway(at, options) : sayAway(at, rep, { from, until }, options))),
    )
}

interface AwayOptions {
  back?: true
  json?: true
}

async function settle(at: AtService, lead: string, does: Click, name: string, did: string, json?: true): Promise<void> {
  const target = HANDOFF.test(lead) ? lead : await leadNamed(at, lead)
  const { outcome, handoff } = await at.act(target, does)
  if (outcome !== 'done' && outcome !== 'already') {
    const rep = typeof does === 'object' && 'assign' in does ? does.assign.rep : ''
    throw new Error(actRefusal(at.config().team, outcome, name, target, rep).problem.detail)
  }
  if (json) return printJson({ outcome, ...(handoff ? { handoff: handoff.id } : {}) })
  console.log(`Lead ${target} ${did}${outcome === 'already' ? ', and was so before' : ''}.`)
}

async function sayAway(
  at: AtService,
  named: string,
  said: { from: string | undefined; until: string | undefined },
  { back, json }: AwayOptions,
): Promise<void> {
  const rep = repNamed(at, named)
  if (back) {
    if (said.from !== undefined) throw new Error('--back is at once: leave the dates out.')
    if ((await at.away.clear(rep, 'cli')) === 'not-away')
      throw new Error(`${rep} is not away, and nobody said so of later.`)
  } else {
    for (const one of [said.from, said.until])
      if (one !== undefined && !IS_TIME.test(one))
        throw new Error(`"${one}" is no date such as 2026-12-01, and no instant such as 2026-12-01T13:00Z.`)
    const span = absenceSaid(at.config().team, rep, said, at.clock.now())
    if (typeof span === 'string') throw new Error(`${span}.`)
    await at.away.set(rep, span, 'cli')
  }
  const row = awayRow(at, rep)
  if (json) return printJson(row)
  const { away, ahead } = row
  const later = ahead.map(({ from, until }) => ` away from ${from} until ${until ?? 'they are back'}`)
  console.log(`${rep}: ${away ?? `not away now${later.length > 0 ? ';' : ''}`}${later.join(';')}.`)
}

const IS_TIME = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d))?$/

async function listAway(at: AtService, { back, json }: AwayOptions): Promise<void> {
  if (back) throw new Error('who is back? Name the rep: away REP --back.')
  const all = Object.keys(at.config().team.reps)
    .map((rep) => awayRow(at, rep))
    .filter(({ away, ahead }) => away !== undefined || ahead.length > 0)
  if (json) return printJson({ away: all })
  const rows = all.map(({ rep, name, away, ahead }) => [
    rep,
    name,
    away ?? 'no',
    ahead.map(({ from, until }) => `${from.slice(0, 10)} to ${until?.slice(0, 10) ?? '…'}`).join('; '),
  ])
  printTable({ head: ['rep', 'name', 'away now', 'next, in UTC'], rows }, 'Nobody is away, or will be.')
}

function awayRow(at: AtService, rep: string) {
  const { team } = at.config()
  const now = at.clock.now()
  const away = absenceAt(team, rep, now) ? awayWords(team, rep, now) : undefined
  const ahead = absencesAhead(team, rep, now).map(({ from, until }) => ({
    from: iso(from),
    until: until === null ? null : iso(until),
  }))
  return { rep, name: team.reps[rep]?.name ?? rep, ...(away === undefined ? {} : { away }), ahead }
}
