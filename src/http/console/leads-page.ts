import type { FastifyInstance } from 'fastify'
import type { VNode } from 'preact'
import { z } from 'zod'
import { PLACES } from '../../leads/listed.ts'
import { BANDS } from '../../rules/score.ts'
import type { LeadItem } from '../../views/lead-item.ts'
import { SearchAway } from '../../views/leads.ts'
import { readCursor, writeCursor } from '../v1/cursors.ts'
import { answer, pageIn, send } from './answer.ts'
import { optional, pick, withQuery } from './filters.ts'
import { amount, asHtml, badge, html, type Page, table, time } from './html.ts'
import type { ConsoleParts } from './parts.ts'

const PER_PAGE = 50
const Query = z.object({
  q: optional(z.string().trim().max(300)),
  show: optional(z.enum(['waiting', 'open', 'needsReview'])),
  rep: optional(z.string().max(200)),
  route: optional(z.string().max(200)),
  band: optional(z.enum(BANDS)),
  place: optional(z.enum(PLACES)),
  cursor: optional(z.string().max(200)),
})
type Wanted = z.output<typeof Query>

const PLACE_WORDS = { sales: 'with sales', nurture: 'resting', disqualified: 'out', junk: 'junk', archived: 'archived' }

/** `/console/leads`: every lead, by filters or by what somebody looks for. */
export function leadListRoutes(parts: ConsoleParts) {
  return async function plugin(app: FastifyInstance): Promise<void> {
    app.get('/leads', async (request, reply) => {
      const wanted = Query.parse(request.query)
      const page = pageIn(request)
      const found = await find(wanted)
      const results = resultsOf(page, wanted, found)
      if (request.headers['hx-target'] === 'results' || request.headers['hx-target']?.includes('#results'))
        return send(reply, asHtml(results, { part: true }))
      const body = html`<p class="lede"><a href=${`${page.root}/reports/weekly?period=this`}>This week so far</a>, <a href=${`${page.root}/reports`}>all reports</a></p>${filters(page, wanted)}${results}`
      return answer(request, reply, { title: 'Leads', path: '/leads', body })
    })
  }

  async function find({ q, cursor, show, ...same }: Wanted): Promise<Found> {
    const filter = { ...same, ...(show ? { [show]: true } : {}) }
    try {
      if (q) return { leads: await parts.leadLists.search(q, filter, PER_PAGE), next: null }
      const { leads, next } = await parts.leadLists.list(
        filter,
        cursor ? readCursor(cursor, /^\d{1,18}$/) : null,
        PER_PAGE,
      )
      return { leads, next: next && writeCursor(next) }
    } catch (error) {
      if (error instanceof SearchAway) return { leads: [], next: null, trouble: error.message }
      throw error
    }
  }

  function filters({ root }: Page, wanted: Wanted): VNode {
    const { routing, team } = parts.config()
    const reps = Object.values(team.reps).map(({ id, name }) => ({ value: id, name }))
    const routes = routing.routes.map(({ name }) => ({ value: name, name }))
    const shows = [
      { value: 'open', name: 'a clock runs' },
      { value: 'waiting', name: 'waiting: nobody is free' },
      { value: 'needsReview', name: 'needs review' },
    ]
    return html`<form class="filters" method="get" action=${`${root}/leads`} role="search"
        hx-get=${`${root}/leads`} hx-target="#results" hx-swap="outerHTML" hx-push-url="true"
        hx-trigger="submit, change, input delay:400ms from:#q">
      <div class="field wide"><label for="q">Search</label>
        <input id="q" name="q" type="search" value=${wanted.q ?? ''} placeholder="Name, email, id or link" autocomplete="off" /></div>
      ${pick('show', 'Show', shows, wanted.show)}
      ${pick(
        'place',
        'Stands',
        PLACES.map((value) => ({ value, name: PLACE_WORDS[value] })),
        wanted.place,
      )}
      ${pick(
        'band',
        'Band',
        BANDS.map((value) => ({ value, name: value })),
        wanted.band,
      )}
      ${pick('rep', 'Rep', reps, wanted.rep)}
      ${pick('route', 'Route', routes, wanted.route)}
      <div class="field"><button>Search</button></div>
    </form>`
  }

  function resultsOf({ root }: Page, wanted: Wanted, { leads, next, trouble }: Found): VNode {
    const isFiltered = Object.values(wanted).some((value) => value !== undefined)
    const empty = isFiltered
      ? html`Nothing fits. <a href=${`${root}/leads`}>Show all leads</a>`
      : 'No lead is known yet. The first comes with the next change of a contact in HubSpot.'
    return html`<section id="results" aria-live="off">
      ${trouble && html`<p class="said bad" role="alert">${trouble}</p>`}
      <p class="count" role="status">${leads.length === 0 ? 'No leads' : `${amount(leads.length)} ${leads.length === 1 ? 'lead' : 'leads'}${next ? ' on this page' : ''}, ${wanted.q ? 'what fits best first' : 'scored last first'}`}</p>
      ${table({ caption: 'Leads', rows: leads, empty: trouble ? 'Nothing was looked for.' : empty, columns: columns(root) })}
      <nav class="pages" aria-label="Pages of leads">
        ${wanted.cursor && html`<a href=${withQuery(`${root}/leads`, { ...wanted, cursor: undefined })}>First page</a>`}
        ${next && html`<a href=${withQuery(`${root}/leads`, { ...wanted, cursor: next })}>Next page</a>`}
      </nav>
    </section>`
  }

  function columns(root: string) {
    const nameOf = (rep: string) => parts.config().team.reps[rep]?.name ?? rep
    return [
      {
        head: 'Lead',
        main: true,
        cell: (one: LeadItem) =>
          html`<a href=${`${root}/leads/${one.id}`}>${one.name}</a><small>${[one.jobTitle, one.company].filter(Boolean).join(', ')}</small>`,
      },
      { head: 'Score', number: true, cell: (one: LeadItem) => amount(one.score) },
      { head: 'Band', cell: (one: LeadItem) => badge(one.band, one.band === 'hot' ? 'good' : 'plain') },
      {
        head: 'Stands',
        cell: (one: LeadItem) =>
          html`${PLACE_WORDS[one.place]} ${one.open && badge('clock runs', 'warn')} ${one.waiting && badge('waiting', 'bad')} ${one.needsReview && badge('needs review', 'warn')}`,
      },
      { head: 'Route', cell: (one: LeadItem) => one.route },
      { head: 'Rep', cell: (one: LeadItem) => one.reps.map(nameOf).join(', ') || '–' },
      { head: 'Scored', cell: (one: LeadItem) => time(one.scoredAt) },
    ]
  }
}

interface Found {
  leads: LeadItem[]
  next: string | null
  trouble?: string
}
