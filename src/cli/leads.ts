import { type Command, Option } from 'commander'
import { writeCursor } from '../http/v1/cursors.ts'
import { PLACES } from '../leads/listed.ts'
import { BANDS } from '../rules/score.ts'
import { HANDOFF_LISTS } from '../store/partitions.ts'
import type { HandoffFilter, HandoffItem } from '../views/handoff-list.ts'
import type { LeadItem } from '../views/lead-item.ts'
import { LeadQuery, ONE_PAGE } from '../views/leads.ts'
import { atService } from './at-service.ts'
import {
  cursorOption,
  dueText,
  fromNow,
  limitOption,
  mustBeKnown,
  printJson,
  printTable,
  sinceOption,
} from './output.ts'

const LEADS_HELP = `
Those that were scored last come first. All filters have to hold. A text is looked for: a contact id, a link into HubSpot, or, with
HUBSPOT_ACCESS_TOKEN set, an email address, a name or a company. --json prints one document, as GET /v1/leads answers it.

Examples:
  npm run baton -- leads --waiting
  npm run baton -- leads --band hot --since 7d --route tier-1-mql
  npm run baton -- leads northwind
  npm run baton -- leads --rep ae-1 --json | jq '.leads[].id'`

const HANDOFFS_HELP = `
The youngest come first. Without a status those that are open. --json prints one document, as GET /v1/handoffs answers it.

Examples:
  npm run baton -- handoffs
  npm run baton -- handoffs --status breached --pool ae --since 24h
  npm run baton -- handoffs --lead 401000000001 --json`

interface LeadOptions {
  waiting?: true
  open?: true
  needsReview?: true
  rep?: string
  route?: string
  band?: string
  place?: string
  track?: string
  since?: (now: number) => number
  limit: number
  cursor?: string
  json?: true
}

interface HandoffOptions extends Omit<HandoffFilter, 'since'> {
  since?: (now: number) => number
  limit: number
  cursor?: string
  json?: true
}

/** `leads` and `handoffs`: lists by filters. */
export function addLeads(program: Command): void {
  program
    .command('leads')
    .argument('[text...]', 'who is looked for')
    .option('--waiting', 'a handoff of it waits, for nobody is free')
    .option('--open', 'a clock of it runs')
    .option('--needs-review', 'it lacks what sales needs')
    .option('--rep <rep>', 'who has it in hand; else who had it with sales last')
    .option('--route <route>', 'where it stands')
    .addOption(new Option('--band <band>', 'the band of its score').choices(BANDS))
    .addOption(new Option('--place <place>', 'where it stands, in one word').choices(PLACES))
    .option('--track <track>', 'its nurture track')
    .option('--since <when>', 'scored last since then: 7d, 24h, a date', sinceOption)
    .option('--limit <count>', 'at most so many', limitOption, 50)
    .option('--cursor <next>', 'the page behind: `next` of the page before')
    .option('--json', 'print what GET /v1/leads answers')
    .description('leads by filters, or those that a text finds; reads the Redis of the running service')
    .addHelpText('after', LEADS_HELP)
    .action((words: string[], { limit, cursor, json, since, ...same }: LeadOptions) =>
      atService(async (at) => {
        mustBeKnown(at, { ...(same.rep ? { rep: same.rep } : {}), ...(same.route ? { route: same.route } : {}) })
        const now = at.clock.now()
        const filter = LeadQuery.parse({ ...same, ...(since ? { since: since(now) } : {}) })
        const after = cursorOption(cursor, /^\d{1,18}$/)
        if (after && words.length > 0) throw new Error(`--cursor: ${ONE_PAGE}`)
        const { leads, next } =
          words.length > 0
            ? { leads: await at.leadLists.search(words.join(' '), filter, limit), next: null }
            : await at.leadLists.list(filter, after, limit)
        const following = next && writeCursor(next)
        if (json) return printJson({ leads, next: following })
        printTable(leadTable(leads, now), 'No lead is like that.')
        sayMore(following)
      }),
    )

  program
    .command('handoffs')
    .addOption(new Option('--status <status>', 'open unless told; of one lead all').choices(HANDOFF_LISTS))
    .option('--rep <rep>', 'who has it, or had it last')
    .option('--pool <pool>', 'the pool that it is for')
    .option('--kind <kind>', 'the handoff in handoffs.yaml')
    .option('--route <route>', 'the route that began it')
    .option('--lead <contact>', 'the id of a contact')
    .option('--since <when>', 'started since then: 7d, 24h, a date', sinceOption)
    .option('--limit <count>', 'at most so many', limitOption, 50)
    .option('--cursor <next>', 'the page behind: `next` of the page before')
    .option('--json', 'print what GET /v1/handoffs answers')
    .description('handoffs by status and other filters; reads the Redis of the running service')
    .addHelpText('after', HANDOFFS_HELP)
    .action(({ limit, cursor, json, since, ...same }: HandoffOptions) =>
      atService(async (at) => {
        const { rep, pool, kind } = same
        mustBeKnown(at, { ...(rep ? { rep } : {}), ...(pool ? { pool } : {}), ...(kind ? { kind } : {}) })
        const now = at.clock.now()
        const after = cursorOption(cursor, /^\d{1,18}-\d{1,9}$/)
        const page = await at.handoffPages({ ...same, ...(since ? { since: since(now) } : {}) }, after, limit)
        const following = page.next && writeCursor(page.next)
        if (json) return printJson({ handoffs: page.handoffs, next: following })
        printTable(handoffTable(page.handoffs, now), 'No handoff is like that.')
        sayMore(following)
      }),
    )
}

function sayMore(next: string | null): void {
  if (next !== null) console.log(`\nAnd more: --cursor ${next}`)
}

function leadTable(leads: readonly LeadItem[], now: number) {
  const rows = leads.map(
    ({ id, name, company = '', score, band, route, reps, waiting, open, needsReview, handoffs, scoredAt }) => {
      const clock = handoffs.find(({ status }) => status === 'open')?.dueAt
      const waits = handoffs.find(({ status }) => status === 'waiting')?.startedAt
      const state = [
        open && dueText(clock, now).replace(/^in /, 'due in '),
        waiting && `waits ${waits ? fromNow(waits, now).replace(' ago', '') : ''}`.trim(),
        needsReview && 'needs review',
      ]
      return [
        id,
        [name, company].filter(Boolean).join(', '),
        `${score} ${band}`,
        route,
        reps.join(', '),
        state.filter(Boolean).join(', '),
        fromNow(scoredAt, now),
      ]
    },
  )
  return { head: ['id', 'name, company', 'score', 'route', 'rep', 'state', 'scored'], rows }
}

/** Handoffs as a table. */
export function handoffTable(handoffs: readonly HandoffItem[], now: number) {
  const rows = handoffs.map(({ id, kind, pool = '', rep = '', status, sla, startedAt, dueAt, answered, ended }) => [
    id,
    rep,
    pool,
    sla === 'breached' ? `${status}, breached` : status,
    status === 'open' ? dueText(dueAt, now) : '',
    answered ? `${answered.minutes} min` : '',
    ended?.how ?? '',
    fromNow(startedAt, now),
    kind,
  ])
  return { head: ['id', 'rep', 'pool', 'status', 'due', 'answered', 'ended', 'started', 'kind'], rows }
}
