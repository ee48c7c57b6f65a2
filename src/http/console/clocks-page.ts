import type { FastifyInstance } from 'fastify'
import type { VNode } from 'preact'
import type { ClockItem } from '../../views/clocks.ts'
import { answer, pageIn, send } from './answer.ts'
import { amount, asHtml, countdown, html, type Page, table, time } from './html.ts'
import type { ConsoleParts } from './parts.ts'

const MOST = 100
const RUNG_WORDS: Record<string, string> = {
  remind: 'remind the rep',
  reassign: 'reassign',
  'tell-manager': 'tell the manager',
}

/** `/console/clocks`: the clocks that run, by deadline. */
export function clockRoutes(parts: ConsoleParts) {
  return async function plugin(app: FastifyInstance): Promise<void> {
    app.get('/clocks', async (request, reply) => {
      const body = html`<p>Open handoffs, the nearest deadline first. The list is brought up to date every 5 seconds.</p>${await live(pageIn(request))}`
      return answer(request, reply, { title: 'Clocks', path: '/clocks', body })
    })
    app.get('/clocks/live', async (request, reply) => send(reply, asHtml(await live(pageIn(request)), { part: true })))
  }

  async function live(page: Page): Promise<VNode> {
    const { root, now } = page
    const { clocks, more } = await parts.viewClocks(MOST)
    const late = clocks.filter(({ dueAt }) => dueAt < now).length
    return html`<section id="live" data-now=${now} hx-get=${`${root}/clocks/live`} hx-trigger="every 5s" hx-swap="outerHTML">
      <p class="count">${clocks.length === 0 ? 'No clock runs' : `${amount(clocks.length)}${more ? ' nearest' : ''} open, ${amount(late)} late`}</p>
      ${table({
        caption: 'Clocks that run',
        rows: clocks,
        empty: html`Nobody has to answer a lead just now. <a href=${`${root}/handoffs?status=waiting`}>See what waits for somebody to be free</a>`,
        columns: columns(root, now),
      })}
      ${more && html`<p>There are more: <a href=${`${root}/handoffs?status=open`}>all open handoffs</a></p>`}
    </section>`
  }

  function columns(root: string, now: number) {
    const { reps } = parts.config().team
    return [
      {
        head: 'Lead',
        main: true,
        cell: (one: ClockItem) =>
          html`<a href=${`${root}/leads/${one.lead}`}>${one.name}</a><small>${one.company}</small>`,
      },
      {
        head: 'To respond',
        cell: (one: ClockItem) => html`${countdown(one.dueAt, now)}<small>${time(one.dueAt, { day: false })}</small>`,
      },
      {
        head: 'Rep',
        cell: (one: ClockItem) => html`${reps[one.rep ?? '']?.name ?? one.rep ?? '–'}<small>${one.pool}</small>`,
      },
      { head: 'Score', number: true, cell: (one: ClockItem) => amount(one.score) },
      { head: 'Handoff', cell: (one: ClockItem) => html`${one.kind}<small>${one.route}</small>` },
      {
        head: 'Next',
        cell: (one: ClockItem) =>
          one.next
            ? html`${RUNG_WORDS[one.next.do] ?? one.next.do}<small>${time(one.next.dueAt, { day: false })}</small>`
            : 'all was done',
      },
      { head: 'Since', cell: (one: ClockItem) => time(one.startedAt) },
    ]
  }
}
