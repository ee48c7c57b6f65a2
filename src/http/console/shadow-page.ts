import type { FastifyInstance } from 'fastify'
import type { VNode } from 'preact'
import { loadTexts } from '../../config/load-texts.ts'
import { TURNED_OUT } from '../../facts/shadow.ts'
import { counted, signed } from '../../rules/words.ts'
import type { ShadowView } from '../../views/shadow.ts'
import { ASPECTS, MOVES } from '../../views/shadow-text.ts'
import { actorOf } from './access.ts'
import { answer, pageIn, sessionIn } from './answer.ts'
import { configFields, filesOf, refusal } from './config-files.ts'
import { amount, badge, bar, type Content, formSecret, html, mayOperate, type Page, table, time } from './html.ts'
import { createKept, lookAgain } from './kept.ts'
import type { ConsoleParts } from './parts.ts'
import { saying } from './said.ts'

const MOST = 50
const FRESH = 15_000

type Move = ShadowView['moves']['route'][number]

/** `/console/shadow`: what the config that runs beside the live one decides otherwise. */
export function shadowRoutes(parts: ConsoleParts) {
  const views = createKept<ShadowView>({ fresh: FRESH, most: 1, shownOld: true })

  return async function plugin(app: FastifyInstance): Promise<void> {
    app.get('/shadow', async (request, reply) => {
      const page = pageIn(request)
      const last = await views.look('shadow', page.now, parts.viewShadow)
      const body = html`<p>A second config that decides beside the live one, on every lead that comes, and does nothing.</p>
        ${last ? html`<section id="looked">${found(last.value)}<p class="count">As of ${time(last.at)}</p></section>` : lookAgain(`${page.root}/shadow`, 'The differences are being counted')}
        ${mayOperate(page) ? await acts(page, last?.value) : html`<p class="hint">Who may operate can start and stop it here.</p>`}`
      return answer(request, reply, { title: 'Shadow', path: '/shadow', body })
    })

    app.post('/shadow/start', async (request, reply) => {
      const given = request.body as Record<string, unknown>
      const now = parts.clock.now()
      const loaded = await loadTexts(await filesOf(given, parts.viewConfig), now)
      if ('refused' in loaded)
        return answer(request, reply, { title: 'Shadow', path: '/shadow', body: refusal(loaded.refused) })
      if (loaded.config.version === parts.config().version)
        return reply.redirect(saying(`${parts.root}/shadow`, 'same-config'), 303)
      await parts.shadow.start(loaded.config, now)
      const by = actorOf(sessionIn(request).who)
      request.log.info({ by, version: loaded.config.version }, 'a config begins to run beside the live one')
      views.forget()
      const code = loaded.mistakes.length > 0 ? 'shadow-not-fine' : 'shadow-runs'
      return reply.redirect(saying(`${parts.root}/shadow`, code), 303)
    })

    app.post('/shadow/stop', async (request, reply) => {
      const stopped = await parts.shadow.stop(parts.clock.now())
      if (stopped)
        request.log.info({ by: actorOf(sessionIn(request).who) }, 'no config runs beside the live one any more')
      views.forget()
      return reply.redirect(saying(`${parts.root}/shadow`, stopped ? 'done' : 'no-shadow'), 303)
    })
  }

  async function acts(page: Page, view: ShadowView | undefined): Promise<VNode> {
    const files = await parts.viewConfig.files()
    const isRunning = view?.state === 'running'
    return html`
      ${isRunning && html`<form method="post" action=${`${page.root}/shadow/stop`} class="inline">${formSecret(page)}<button class="quiet">Stop it</button></form>`}
      <h2>${isRunning ? 'Run another one in its place' : 'Start one'}</h2>
      ${
        Object.keys(files).length === 0
          ? html`<p class="empty">The files of the config cannot be read here. The command line takes a folder: <code>npm run baton -- shadow DIR</code></p>`
          : html`<form method="post" action=${`${page.root}/shadow/start`} class="card">
              ${formSecret(page)}
              <p>Change files, or put in others: from then on every worker lets them decide as well. What the last one found is lost from this page.</p>
              ${configFields(files)}
              <p><button>Run beside the live config</button></p>
              <p class="busy" role="status" data-busy hidden>Checking the files. <time></time><progress aria-label="Checking"></progress></p>
            </form>`
      }`
  }
}

function found(view: ShadowView): Content {
  const { state, version, since, until, compared, failed, differing, changed, meanScoreChange, moves } = view
  if (state === 'none') return html`<p class="empty">No config runs beside the live one.</p>`
  return html`
    <p>${badge(state, state === 'running' ? 'good' : 'plain')} <code>${version}</code> since ${time(since)}${until && html`, until ${time(until)}`}</p>
    <ul class="facts">
      <li><strong class="figure">${amount(differing.decisions)}</strong> of ${amount(compared)} decisions differ${compared > 0 ? ` (${amount((100 * differing.decisions) / compared)} %)` : ''}</li>
      <li>of ${counted(differing.leads, 'lead')}</li>
      ${meanScoreChange !== null && html`<li>score ${signed(meanScoreChange)} on average, where it differs</li>`}
    </ul>
    ${failed > 0 && html`<p class="said bad">${amount(failed)} decisions could not be compared: the shadow failed on them.</p>`}
    ${compared === 0 && html`<p class="empty">Nothing was decided yet: leave it running.</p>`}
    ${
      differing.decisions > 0 &&
      html`<h2>What differs</h2>${table({
        caption: 'What differs',
        rows: ASPECT_KEYS,
        empty: '',
        columns: [
          { head: 'Differs', main: true, cell: (key) => ASPECTS[key] },
          { head: 'Decisions', number: true, cell: (key) => amount(changed[key].decisions) },
          { head: 'Leads', number: true, cell: (key) => amount(changed[key].leads) },
          {
            head: 'Of those compared',
            cell: (key) =>
              bar(
                changed[key].decisions / compared,
                `${amount(changed[key].decisions)} decisions differ in ${ASPECTS[key]}`,
              ),
          },
        ],
      })}${MOVE_KEYS.map((key) => movesOf(MOVES[key], moves[key], compared))}`
    }`
}

const ASPECT_KEYS = Object.keys(ASPECTS) as (keyof typeof ASPECTS)[]
const MOVE_KEYS = Object.keys(MOVES) as (keyof typeof MOVES)[]

function movesOf(title: string, moves: readonly Move[], compared: number): Content {
  if (moves.length === 0) return null
  // Only what some lead has come to is worth a column.
  const came = TURNED_OUT.filter((one) => moves.some(({ outcomes }) => outcomes[one] > 0))
  return html`<h2>${title}</h2>
    ${moves.length > MOST && html`<p class="count">The largest ${MOST} of ${amount(moves.length)}; <code>GET /v1/shadow</code> has all</p>`}
    ${table({
      caption: title,
      rows: moves.slice(0, MOST),
      empty: '',
      columns: [
        { head: 'Live', main: true, cell: (one) => one.from },
        { head: 'Shadow', cell: (one) => one.to },
        { head: 'Decisions', number: true, cell: (one) => amount(one.decisions) },
        {
          head: 'Of those compared',
          cell: (one) =>
            bar(one.decisions / compared, `${amount(one.decisions)} decisions from ${one.from} to ${one.to}`),
        },
        { head: 'Leads', number: true, cell: (one) => amount(one.leads) },
        ...came.map((outcome) => ({
          head: outcome,
          number: true,
          cell: (one: Move) => amount(one.outcomes[outcome]),
        })),
      ],
    })}`
}
