import type { FastifyInstance } from 'fastify'
import type { VNode } from 'preact'
import { z } from 'zod'
import type { Click } from '../../leads/change.ts'
import { INDEX } from '../../store/partitions.ts'
import type { LeadItem } from '../../views/lead-item.ts'
import type { LeadView } from '../../views/lead-schema.ts'
import type { TimelineEntry } from '../../views/timeline.ts'
import { ProblemError } from '../problems.ts'
import { actorOf } from './access.ts'
import { answer, pageIn, sessionIn } from './answer.ts'
import { TONES } from './handoffs-page.ts'
import { amount, badge, bar, countdown, formSecret, html, mayOperate, type Page, table, time } from './html.ts'
import type { ConsoleParts } from './parts.ts'
import { saying } from './said.ts'

const LeadId = z.object({ id: z.string().regex(/^\d{1,18}$/) })
const Acted = z.object({
  id: z.string().regex(/^\d{1,18}(-\d{1,9})?$/),
  act: z.enum(['assign', 'reopen', 'release']),
})

type Clock = NonNullable<LeadView['clock']>

/** `/console/leads/{id}`: why a lead stands where it does, and what can be done about it. */
export function leadRoutes(parts: ConsoleParts) {
  return async function plugin(app: FastifyInstance): Promise<void> {
    app.get('/leads/:id', async (request, reply) => {
      const { data } = LeadId.safeParse(request.params)
      const page = pageIn(request)
      const [item] = data ? await parts.leadLists.search(data.id, {}, 1) : []
      const [view, found] = item
        ? await Promise.all([parts.viewLead(item.id, undefined, page.now), parts.timeline(item.id)])
        : []
      if (!item || !view)
        throw new ProblemError({
          status: 404,
          title: 'No such lead',
          detail: 'Baton knows no such lead, or it is being erased.',
        })
      return answer(request, reply, {
        title: item.name,
        path: '/leads',
        body: whole(page, item, view, found?.timeline ?? []),
      })
    })

    app.post('/leads/:id/rescore', async (request, reply) => {
      const { id } = LeadId.parse(request.params)
      const at = parts.clock.now()
      await parts.inbox.wait(INDEX.unread, id, at)
      parts.hurry([{ index: INDEX.unread, id, at }])
      return reply.redirect(saying(`${parts.root}/leads/${id}`, 'rescored'), 303)
    })

    // Of a lead or of one of its handoffs.
    app.post('/acts/:id/:act', async (request, reply) => {
      const { id, act } = Acted.parse(request.params)
      const { rep } = request.body as { rep?: unknown }
      const does: Click = act === 'assign' ? { assign: { rep: String(rep ?? '') } } : act
      const { outcome } = await parts.act(id, actorOf(sessionIn(request).who), does)
      return reply.redirect(saying(`${parts.root}/leads/${id.split('-')[0]}`, outcome), 303)
    })
  }

  function whole(page: Page, item: LeadItem, view: LeadView, timeline: readonly TimelineEntry[]): VNode {
    const clocks = [...(view.clock ? [view.clock] : []), ...view.otherHandoffs]
    return html`
      <p class="lede">${[item.jobTitle, item.company].filter(Boolean).join(', ')}</p>
      <ul class="facts">
        <li><strong class="figure">${amount(view.score.total)}</strong> score</li>
        <li>${badge(view.score.band, view.score.band === 'hot' ? 'good' : 'plain')} band</li>
        <li>fit ${amount(view.score.fit)}, engagement ${amount(view.score.engagement)}</li>
        <li>route <strong>${view.standing.name}</strong></li>
        ${view.state.needsReview && html`<li>${badge('needs review', 'warn')} lacks ${view.state.missing.join(', ')}</li>`}
        ${view.state.waitingSince && html`<li>${badge('waiting', 'bad')} since ${time(view.state.waitingSince)}${view.state.heldFor && html`: held, for sales needs ${view.state.heldFor.join(', ')}`}</li>`}
      </ul>
      <div class="acts">
        ${item.url.startsWith('https://') && html`<a class="button" href=${item.url} rel="noreferrer">Open in HubSpot</a>`}
        ${mayOperate(page) && simpleAct(page, `/leads/${view.id}/rescore`, 'Score again')}
        ${mayOperate(page) && !clocks.some((one) => isLive(one)) && assignForm(page, view.id)}
      </div>
      ${view.doubt && html`<p class="said bad">${view.doubt}</p>`}
      <h2>Handoffs</h2>
      ${clocks.length === 0 ? html`<p class="empty">It has been in nobody's hands.</p>` : clocks.map((one) => handoff(page, view, one))}
      <h2>Where it goes, and why</h2>
      <p><strong>${view.standing.name}</strong>: ${view.standing.reason}</p>
      ${view.route.name !== view.standing.name && html`<p>By the latest decision its route would be <strong>${view.route.name}</strong>: ${view.route.reason}</p>`}
      <details><summary>Every route that was asked</summary>${table({
        caption: 'Routes',
        rows: view.route.considered,
        empty: 'None.',
        columns: [
          { head: 'Route', main: true, cell: (one) => one.route },
          { head: 'Holds', cell: (one) => (one.matched ? badge('yes', 'good') : badge('no')) },
          { head: 'Why', cell: (one) => one.why },
        ],
      })}</details>
      ${view.rotation && rotation(view.rotation)}
      <h2>Score</h2>
      ${score(view)}
      <h2>Timeline</h2>
      <ol class="timeline">${timeline.toReversed().map((one) => html`<li>${time(one.at)}<span>${one.text}${one.by && `, by ${one.by}`}</span></li>`)}</ol>
      <h2>What is known of it</h2>
      <details><summary>${amount(Object.keys(view.attributes).length)} attributes and where they come from</summary>${table(
        {
          caption: 'Attributes',
          rows: Object.entries(view.attributes),
          empty: 'Nothing is known.',
          columns: [
            { head: 'Attribute', main: true, cell: ([name]) => name },
            { head: 'Value', cell: ([, { value }]) => (Array.isArray(value) ? value.join(', ') : String(value)) },
            { head: 'From', cell: ([, { source }]) => source },
          ],
        },
      )}</details>
      <details><summary>${amount(view.triggers.length)} triggers</summary>${table({
        caption: 'Triggers',
        rows: view.triggers,
        empty: 'The config has none.',
        columns: [
          { head: 'Trigger', main: true, cell: (one) => one.name },
          {
            head: 'Holds',
            cell: (one) =>
              one.holds === 'true' ? badge('yes', 'good') : badge(one.holds === 'false' ? 'no' : 'unknown'),
          },
          { head: 'Why', cell: (one) => html`${one.why}<small>${one.waits}</small>` },
          { head: 'Fired', cell: (one) => time(one.firedAt) || 'never' },
        ],
      })}</details>`
  }

  function handoff(page: Page, view: LeadView, one: Clock): VNode {
    const holders = one.handoff === view.assignment?.handoff ? view.assignment.holders : []
    return html`<section class="card" aria-label=${`Handoff ${one.handoff}`}>
      <h3>${one.kind} ${badge(one.status, TONES[one.status])} ${one.breachedAt && badge('breached', 'bad')}</h3>
      ${one.status === 'open' && one.dueAt && html`<p>To respond: ${countdown(Date.parse(one.dueAt), page.now)}, ${time(one.dueAt)}</p>`}
      <p class="hint">${one.arithmetic}</p>
      ${holders.length > 0 && html`<ul>${holders.map((holder) => html`<li>${nameOf(holder.rep)}, ${holder.how}, since ${time(holder.since)}</li>`)}</ul>`}
      ${one.answered && html`<p>${one.answered.how} after ${amount(one.answered.minutes)} min, ${time(one.answered.at)}</p>`}
      ${one.attempts && html`<p>Attempts: ${one.attempts.made} of ${one.attempts.of}, until ${time(one.tryUntil)}</p>`}
      ${one.ended && html`<p>Ended: ${one.ended.how}, ${time(one.ended.at)}${one.ended.reason ? `: ${one.ended.reason}` : ''}</p>`}
      ${one.ladder.length > 0 && html`<ol class="ladder">${one.ladder.map((rung) => html`<li>${rung.do} ${rung.doneAt ? html`done ${time(rung.doneAt)}` : html`due ${time(rung.dueAt)}`}</li>`)}</ol>`}
      ${
        mayOperate(page) &&
        html`<div class="acts">
          ${isLive(one) && assignForm(page, one.handoff)}
          ${isLive(one) && simpleAct(page, `/acts/${one.handoff}/release`, 'Release', 'Take the lead from whoever has it')}
          ${!isLive(one) && simpleAct(page, `/acts/${one.handoff}/reopen`, 'Reopen')}
        </div>`
      }
    </section>`
  }

  function assignForm(page: Page, target: string): VNode {
    const id = `rep-${target}`
    const reps = Object.values(parts.config().team.reps).filter(({ active }) => active)
    return html`<form method="post" action=${`${page.root}/acts/${target}/assign`} class="inline">
      ${formSecret(page)}
      <label for=${id}>Give to</label>
      <select id=${id} name="rep" required><option value="">choose a rep</option>${reps.map((rep) => html`<option value=${rep.id}>${rep.name}</option>`)}</select>
      <button>Assign</button>
    </form>`
  }

  function nameOf(rep: string): string {
    return parts.config().team.reps[rep]?.name ?? rep
  }
}

function isLive({ status, ended }: Clock): boolean {
  return !ended && (status === 'open' || status === 'waiting')
}

function simpleAct(page: Page, path: string, label: string, title?: string): VNode {
  return html`<form method="post" action=${page.root + path} class="inline">${formSecret(page)}<button class="quiet" title=${title}>${label}</button></form>`
}

function rotation({ rep, why, pools }: NonNullable<LeadView['rotation']>): VNode {
  return html`<details><summary>Who was considered: ${rep ?? 'nobody was free'}${why ? ` (${why})` : ''}</summary>${pools.map(
    ({ pool, members }) =>
      table({
        caption: `Members of ${pool}`,
        rows: members,
        empty: 'It has no members.',
        columns: [
          { head: pool, main: true, cell: (one) => html`${one.rep} ${one.chosen && badge('chosen', 'good')}` },
          { head: 'Turns', number: true, cell: (one) => amount(one.turns) },
          { head: 'Weight', number: true, cell: (one) => amount(one.weight) },
          { head: 'Skipped', cell: (one) => one.skipped ?? '–' },
        ],
      }),
  )}</details>`
}

function score({ score: { arithmetic, fitRules, engagementSignals } }: LeadView): VNode {
  const most = Math.max(
    1,
    ...fitRules.rules.map(({ worth }) => Math.abs(worth)),
    ...engagementSignals.signals.map(({ worth }) => Math.abs(worth)),
  )
  const fired = fitRules.rules.filter(({ points }) => points !== 0)
  const others = fitRules.rules.filter(({ points }) => points === 0)
  const points = (value: number, of: string) =>
    html`${value > 0 ? '+' : ''}${amount(value)} ${bar(Math.abs(value) / most, `${amount(value)} points for ${of}`)}`
  return html`<p class="hint">${arithmetic}</p>
    <h3>Fit</h3>
    ${table({
      caption: 'Fit rules that counted',
      rows: fired,
      empty: 'No fit rule gave points.',
      columns: [
        { head: 'Rule', main: true, cell: (one) => one.rule },
        { head: 'Points', number: true, cell: (one) => points(one.points, one.rule) },
        { head: 'Why', cell: (one) => one.why },
      ],
    })}
    <details><summary>${amount(others.length)} that did not</summary>${table({
      caption: 'Fit rules that did not count',
      rows: others,
      empty: 'All of them counted.',
      columns: [
        { head: 'Rule', main: true, cell: (one) => one.rule },
        { head: 'Worth', number: true, cell: (one) => amount(one.worth) },
        { head: 'Why not', cell: (one) => one.why },
      ],
    })}</details>
    <h3>Engagement</h3>
    ${table({
      caption: 'Signals',
      rows: engagementSignals.signals,
      empty: 'It has done nothing yet that gives points.',
      columns: [
        { head: 'Signal', main: true, cell: (one) => html`${one.signal}<small>${one.detail}</small>` },
        { head: 'Points', number: true, cell: (one) => points(one.points, one.signal) },
        { head: 'Worth', number: true, cell: (one) => amount(one.worth) },
        { head: 'When', cell: (one) => time(one.at) },
        { head: 'Why', cell: (one) => one.why },
      ],
    })}`
}
