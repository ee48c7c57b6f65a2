import type { FastifyInstance } from 'fastify'
import { type DeadItem, deadItems } from '../../views/dead.ts'
import { answer, pageIn } from './answer.ts'
import { amount, formSecret, html, mayOperate, table, time } from './html.ts'
import type { ConsoleParts } from './parts.ts'
import { saying } from './said.ts'

const MOST = 200

/** `/console/dead`: what could not be done, and the button that tries it again. */
export function deadRoutes(parts: ConsoleParts) {
  return async function plugin(app: FastifyInstance): Promise<void> {
    app.get('/dead', async (request, reply) => {
      const page = pageIn(request)
      const all = await deadItems(parts.dead)
      const replay = (one: DeadItem) =>
        html`<form method="post" action=${`${page.root}/dead/replay`}>${formSecret(page)}<input type="hidden" name="id" value=${one.id} /><button aria-label=${`Try ${one.work} of ${one.about} again`}>Try again</button></form>`
      const columns = [
        {
          head: 'About',
          main: true,
          cell: (one: DeadItem) =>
            /^\d{1,18}$/.test(one.about)
              ? html`<a href=${`${page.root}/leads/${one.about}`}>${one.about}</a>`
              : one.about,
        },
        { head: 'Work', cell: (one: DeadItem) => html`<code>${one.work}</code>` },
        { head: 'Reason', cell: (one: DeadItem) => one.reason },
        { head: 'Given up', number: true, cell: (one: DeadItem) => `${amount(one.tries)} ×` },
        { head: 'Since', cell: (one: DeadItem) => time(one.since) },
        ...(mayOperate(page) ? [{ head: 'Act', cell: replay }] : []),
      ]
      const body = html`<p>What could not be done for a reason of its own. It is tried again every hour, and with the next event of its lead.</p>
        ${all.length > MOST && html`<p class="count">The oldest ${MOST} of ${amount(all.length)}</p>`}
        ${table({ caption: 'Dead letters', rows: all.slice(0, MOST), columns, empty: 'There are no dead letters: everything was done.' })}`
      return answer(request, reply, { title: 'Dead letters', path: '/dead', body })
    })
    app.post('/dead/replay', async (request, reply) => {
      const { id } = request.body as { id?: unknown }
      const done = await parts.dead.replay([String(id ?? '').slice(0, 400)])
      return reply.redirect(saying(`${parts.root}/dead`, done.length > 0 ? 'replayed' : 'gone'), 303)
    })
  }
}
