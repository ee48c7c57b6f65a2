import type { FastifyInstance } from 'fastify'
import type { VNode } from 'preact'
import { readSince } from '../../what-if/limits.ts'
import type { WhatIf } from '../../what-if/result.ts'
import { answersLate } from '../long-answer.ts'
import { ProblemError } from '../problems.ts'
import { answer, pageIn } from './answer.ts'
import { amount, badge, bar, formSecret, html, mayOperate, type Page, table, time } from './html.ts'
import type { ConsoleParts } from './parts.ts'

const SAMPLE = 10_000
const FILE_NAME = /^[a-z][a-z-]{0,40}\.yaml$/

/** `/console/config`: what is in force, what was changed last, what the check says, and what another config would do. */
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
        <h2>What if</h2>
        ${mayOperate(page) ? await form(page) : html`<p class="empty">Who may operate can try here what other files would do.</p>`}`
      return answer(request, reply, { title: 'Config', path: '/config', body })
    })

    app.post('/config/what-if', async (request, reply) => {
      const given = request.body as Record<string, unknown>
      const files = await parts.viewConfig.files()
      // A form sends its line ends as CR LF.
      for (const [name, text] of Object.entries(given))
        if (name.startsWith('file:') && FILE_NAME.test(name.slice(5)))
          files[name.slice(5)] = String(text).replaceAll('\r\n', '\n')
      const now = parts.clock.now()
      const since =
        typeof given.since === 'string' && /^\d{1,3}[dwh]$/.test(given.since) ? now - readSince(given.since) : undefined
      const asked = { files, offline: true, now, options: { sample: SAMPLE, since, limits: {} } }
      const found = await parts.whatIf(asked, answersLate(request, reply))
      if (!found)
        throw new ProblemError({
          status: 409,
          title: 'Under way',
          detail: 'Another what-if is being computed: try again in a moment.',
        })
      const body =
        'result' in found
          ? report(pageIn(request), found.result, (rep) => parts.config().team.reps[rep]?.name ?? rep)
          : refusal(found.refused)
      return answer(request, reply, { title: 'What if', path: '/config', body })
    })
  }

  async function form(page: Page): Promise<VNode> {
    const files = Object.entries(await parts.viewConfig.files())
    if (files.length === 0) return html`<p class="empty">The files of the config cannot be read here.</p>`
    return html`<form method="post" action=${`${page.root}/config/what-if`} class="card" id="what-if">
      ${formSecret(page)}
      <p>Change files, or put in others: about ${amount(SAMPLE)} stored leads are decided again under them. Nothing is written.</p>
      <div class="filters"><div class="field"><label for="files">Files from this computer</label><input id="files" type="file" accept=".yaml" multiple data-fills="file:" /></div>
      <div class="field"><label for="since">Decisions of</label><select id="since" name="since"><option value="">all that are kept</option><option value="7d">7 days</option><option value="30d">30 days</option></select></div></div>
      ${files.map(
        ([
          name,
          text,
        ]) => html`<details><summary>${name}</summary><label class="hidden" for=${`text-${name}`}>${name}</label>
          <textarea id=${`text-${name}`} name=${`file:${name}`} rows="18" spellcheck="false">${`\n${text}`}</textarea></details>`,
      )}
      <p><button>Compute</button></p>
    </form>`
  }
}

// The first line says how many mistakes there are.
function refusal([heading, ...lines]: string[]): VNode {
  return html`<p class="said bad" role="alert">${heading}</p><ul>${lines.map((line) => html`<li>${line}</li>`)}</ul><p>Go back in your browser: what you wrote is still there.</p>`
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

function report(
  { root }: Page,
  { leads, changes, sales, bands, routes, reps, largest, mistakes, unknown }: WhatIf,
  nameOf: (rep: string) => string,
): VNode {
  const busiest = Math.max(1, ...reps.flatMap(({ leads: { before, after } }) => [before, after]))
  const both = ({ before, after }: { before: number; after: number }) => `${amount(before)} → ${amount(after)}`
  return html`
    <ul class="facts">
      <li><strong class="figure">${amount(changes.moved)}</strong> of ${amount(leads.compared)} leads move</li>
      <li>to sales ${both(sales)}</li><li>MQL ${both(changes.mql)}</li>
      <li>band ${amount(changes.band)}</li><li>route ${amount(changes.route)}</li><li>score ${amount(changes.score)}</li>
    </ul>
    ${mistakes.length > 0 && html`<div class="said bad" role="alert"><details open=${mistakes.length <= 5}><summary>This config has mistakes: ${amount(mistakes.length)}</summary><ul>${mistakes.map((line) => html`<li>${line}</li>`)}</ul></details></div>`}
    ${unknown.length > 0 && html`<p class="hint">Not known, and so left out: ${unknown.map(({ what }) => what).join(', ')}</p>`}
    <h2>From band to band</h2>${moves('Moves between bands', bands)}
    <h2>From route to route</h2>${moves('Moves between routes', routes)}
    <h2>Reps</h2>
    ${table({
      caption: 'Leads of each rep',
      rows: reps,
      empty: 'No rep gets a lead.',
      columns: [
        { head: 'Rep', main: true, cell: (one) => nameOf(one.rep) },
        { head: 'Leads', number: true, cell: (one) => both(one.leads) },
        {
          head: 'Before, and after',
          cell: ({ rep, leads: { before, after } }) =>
            html`${bar(before / busiest, `${nameOf(rep)} had ${amount(before)} leads`, 'second')}${bar(after / busiest, `${nameOf(rep)} would have ${amount(after)} leads`)}`,
        },
        { head: 'Busiest day', number: true, cell: (one) => both(one.busiestDay) },
      ],
    })}
    <h2>Largest changes</h2>
    ${table({
      caption: 'Leads that change most',
      rows: largest,
      empty: 'No lead changes.',
      columns: [
        { head: 'Lead', main: true, cell: (one) => html`<a href=${`${root}/leads/${one.lead}`}>${one.lead}</a>` },
        { head: 'Score', number: true, cell: (one) => both(one.score) },
        { head: 'Band', cell: (one) => `${one.band.before} → ${one.band.after}` },
        { head: 'Route', cell: (one) => `${one.route.before} → ${one.route.after}` },
      ],
    })}
    <p><a href=${`${root}/config`}>Back to the config</a></p>`
}

function moves(caption: string, rows: { from: string; to: string; leads: number }[]): VNode {
  const most = Math.max(1, ...rows.map(({ leads }) => leads))
  return table({
    caption,
    rows: rows.toSorted((a, b) => b.leads - a.leads),
    empty: 'Nobody moves.',
    columns: [
      { head: 'From', main: true, cell: (one) => one.from },
      { head: 'To', cell: (one) => one.to },
      { head: 'Leads', number: true, cell: (one) => amount(one.leads) },
      {
        head: 'Share',
        cell: (one) =>
          bar(
            one.leads / most,
            `${one.leads} leads from ${one.from} to ${one.to}`,
            one.from === one.to ? 'second' : 'accent',
          ),
      },
    ],
  })
}
