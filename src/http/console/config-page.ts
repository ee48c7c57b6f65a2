import type { FastifyInstance } from 'fastify'
import type { VNode } from 'preact'
import { answer, pageIn } from './answer.ts'
import { badge, html, table, time } from './html.ts'
import type { ConsoleParts } from './parts.ts'

/** `/console/config`: what is in force, what was changed last, and what the check says. */
export function configRoutes(parts: ConsoleParts) {
  return async function plugin(app: FastifyInstance): Promise<void> {
    app.get('/config', async (request, reply) => {
      const page = pageIn(request)
      const { version, since, before, findings } = await parts.viewConfig.view()
      const body = html`
        <p>Version <code>${version}</code>${since !== undefined && html` in force since ${time(since)}`}</p>
        <h2>Check</h2>
        ${table({
          caption: 'What the check found',
          rows: findings,
          empty: 'The files are fine: nothing is wrong, nothing doubtful.',
          columns: [
            { head: 'File', main: true, cell: (one) => `${one.file}:${one.line}` },
            { head: 'Level', cell: (one) => badge(one.level, one.level === 'error' ? 'bad' : 'warn') },
            { head: 'Found', cell: (one) => one.message },
          ],
        })}
        <h2>Changed last</h2>
        ${
          before
            ? html`<p>Before it <code>${before.version}</code> was in force, since ${time(before.since)}.</p>${diff(before.changes)}`
            : html`<p class="empty">No other version has been in force here.</p>`
        }
        <p><a href=${`${page.root}/what-if`}>What other files would do</a></p>`
      return answer(request, reply, { title: 'Config', path: '/config', body })
    })
  }
}

function diff(changes: string): VNode {
  if (changes === '')
    return html`<p class="empty">What it changed cannot be told: another release of Baton kept one of them in another form.</p>`
  return html`<pre class="diff" tabindex="0" aria-label="Changes">${changes.split('\n').map((line) => {
    const kind = line.startsWith('+')
      ? 'added'
      : line.startsWith('-')
        ? 'removed'
        : line.startsWith('@@')
          ? 'place'
          : null
    return html`<span class=${kind}>${line}${'\n'}</span>`
  })}</pre>`
}
