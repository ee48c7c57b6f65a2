import type { FastifyInstance } from 'fastify'
import { answersLate } from '../long-answer.ts'
import { answer, pageIn } from './answer.ts'
import { amount, badge, type Content, formSecret, html, mayOperate, table, time } from './html.ts'
import type { ConsoleParts } from './parts.ts'
import { saying } from './said.ts'

const TONES: Record<string, 'good' | 'bad' | 'warn' | 'plain'> = {
  ok: 'good',
  warning: 'warn',
  degraded: 'warn',
  fault: 'bad',
  failed: 'bad',
}

/** `/console/health`: whether Baton and what it depends on are well, and what waits. */
export function healthRoutes(parts: ConsoleParts) {
  return async function plugin(app: FastifyInstance): Promise<void> {
    app.get('/health', async (request, reply) => {
      const page = pageIn(request)
      const [ready, waiting] = await Promise.all([parts.ready(), parts.viewHealth.waiting()])
      const last = parts.viewHealth.examined()
      const body = html`
        <h2>This process</h2>
        ${table({
          caption: 'Dependencies',
          rows: Object.entries(ready),
          empty: 'Nothing is known.',
          columns: [
            { head: 'What', main: true, cell: ([name]) => name },
            { head: 'State', cell: ([, { status }]) => badge(status, TONES[status]) },
            { head: 'Detail', cell: ([, { detail }]) => withTimes(detail ?? '') },
          ],
        })}
        <h2>Doctor</h2>
        ${mayOperate(page) && html`<form method="post" action=${`${page.root}/health/examine`} class="inline">${formSecret(page)}<button>Examine now</button></form>`}
        ${last && html`<p class="count">As of ${time(last.at)}</p>`}
        ${table({
          caption: 'What the doctor found',
          rows: last?.findings ?? [],
          empty: 'It has not looked yet in this process.',
          columns: [
            { head: 'Check', main: true, cell: (one) => one.check },
            { head: 'State', cell: (one) => badge(one.status, TONES[one.status]) },
            { head: 'Found', cell: (one) => html`${one.found}<small>${one.todo}</small>` },
          ],
        })}
        <h2>Work</h2>
        ${table({
          caption: 'Work that waits',
          rows: waiting,
          empty: 'Nothing waits.',
          columns: [
            { head: 'Work', main: true, cell: (one) => html`<code>${one.work}</code>` },
            { head: 'Queue', cell: (one) => one.queue },
            { head: 'Due now', number: true, cell: (one) => amount(one.due) },
            { head: 'In all', number: true, cell: (one) => amount(one.waiting) },
          ],
        })}`
      return answer(request, reply, { title: 'Health', path: '/health', body })
    })
    app.post('/health/examine', async (request, reply) => {
      answersLate(request, reply)
      await parts.viewHealth.examine()
      return reply.redirect(saying(`${parts.root}/health`, 'examined'), 303)
    })
  }
}

/** A text whose instants are shown as those of the pages are. */
function withTimes(text: string): Content {
  return text.split(/(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)/).map((one, at) => (at % 2 === 1 ? time(one) : one))
}
