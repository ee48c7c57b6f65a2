import type { FastifyInstance } from 'fastify'
import type { VNode } from 'preact'
import { z } from 'zod'
import { FLAWS, type Flaw } from '../../leads/quality.ts'
import type { QualityCounts, QualityItem } from '../../views/data-quality.ts'
import { readCursor, writeCursor } from '../v1/cursors.ts'
import { answer, pageIn } from './answer.ts'
import { optional, pick, withQuery } from './filters.ts'
import { amount, badge, bar, type Content, formSecret, html, mayOperate, type Page, table, time } from './html.ts'
import type { ConsoleParts } from './parts.ts'
import { saying } from './said.ts'

const PER_PAGE = 50
const Query = z.object({ kind: optional(z.enum(FLAWS)), cursor: optional(z.string().max(200)) })

const FLAW_WORDS: Record<Flaw, string> = {
  email: 'mail does not reach it',
  missing: 'something is missing',
  duplicate: 'may stand twice',
  source: 'lead source',
  'needs-review': 'needs review',
  stale: 'stale',
}
const ALIKE = { email: 'the same mailbox', name: 'the same name at the same company' }

/** `/console/data-quality`: the leads whose data in HubSpot is to be put right, the worst first. */
export function qualityRoutes(parts: ConsoleParts) {
  return async function plugin(app: FastifyInstance): Promise<void> {
    app.get('/data-quality', async (request, reply) => {
      const page = pageIn(request)
      const wanted = Query.parse(request.query)
      const { kind, cursor } = wanted
      const after = cursor ? readCursor(cursor, /^\d{1,18}$/) : null
      const { summary, leads, next } = await parts.quality.page(kind, after, PER_PAGE)
      const path = `${page.root}/data-quality`
      const empty = kind
        ? html`Nothing of that is wrong. <a href=${path}>Show all that is</a>`
        : 'Nothing is wrong with the data of any lead.'
      const body = html`
        ${summary ? counts(page, summary) : html`<p class="empty">The data of leads was not checked yet: that is done every night, and within a minute of the first start.</p>`}
        <div class="acts">
          <a class="button" href=${`${page.root}/reports/quality?period=this`}>Scorecard</a>
          ${mayOperate(page) && html`<form method="post" action=${`${path}/check`} class="inline">${formSecret(page)}<button class="quiet">Check all now</button></form>`}
        </div>
        ${
          summary &&
          html`<h2>To put right</h2>
          <form class="filters" method="get" action=${path}>${pick(
            'kind',
            'What is wrong',
            FLAWS.map((value) => ({ value, name: FLAW_WORDS[value] })),
            kind,
          )}<div class="field"><button>Show</button></div></form>
          ${table({ caption: 'Leads to put right', rows: leads, empty, columns: columns(page.root) })}
          <nav class="pages" aria-label="Pages of leads">
            ${cursor && html`<a href=${withQuery(path, { kind })}>First page</a>`}
            ${next && html`<a href=${withQuery(path, { kind, cursor: writeCursor(next) })}>Next page</a>`}
          </nav>`
        }`
      return answer(request, reply, { title: 'Data quality', path: '/data-quality', body })
    })

    app.post('/data-quality/check', async (_request, reply) => {
      await parts.quality.checkAgain()
      return reply.redirect(saying(`${parts.root}/data-quality`, 'check-wanted'), 303)
    })
  }
}

function counts({ root }: Page, { checkedAt, leads, flawed, kinds }: QualityCounts): VNode {
  const share = (count: number) => (leads === 0 ? '–' : `${amount((100 * count) / leads)} %`)
  return html`<ul class="facts">
      <li><strong class="figure">${amount(flawed)}</strong> of ${amount(leads)} ${leads === 1 ? 'lead' : 'leads'} with something to put right</li>
      <li>checked ${time(checkedAt)}</li>
    </ul>
    ${table({
      caption: 'What is wrong, by kind',
      rows: FLAWS,
      empty: '',
      columns: [
        {
          head: 'What is wrong',
          main: true,
          cell: (kind) => html`<a href=${`${root}/data-quality?kind=${kind}`}>${FLAW_WORDS[kind]}</a>`,
        },
        { head: 'Leads', number: true, cell: (kind) => amount(kinds[kind] ?? 0) },
        { head: 'Of all', number: true, cell: (kind) => share(kinds[kind] ?? 0) },
        {
          head: 'Share',
          cell: (kind) =>
            bar((kinds[kind] ?? 0) / Math.max(1, leads), `${share(kinds[kind] ?? 0)} ${FLAW_WORDS[kind]}`),
        },
      ],
    })}`
}

function columns(root: string) {
  return [
    {
      head: 'Lead',
      main: true,
      cell: (one: QualityItem) =>
        html`<a href=${`${root}/leads/${one.id}`}>${one.name}</a><small>${one.company}</small>${one.forSales && badge('for sales', 'warn')}`,
    },
    { head: 'What is wrong', cell: (one: QualityItem) => html`<ul class="plain">${wrongs(one)}</ul>` },
    { head: 'May be the same', cell: (one: QualityItem) => twins(root, one) },
    { head: 'Enrichment knows', cell: proposals },
    {
      head: 'In HubSpot',
      cell: (one: QualityItem) =>
        one.url.startsWith('https://')
          ? html`<a href=${one.url} rel="noreferrer" aria-label=${`Open ${one.name} in HubSpot`}>Open</a>`
          : one.id,
    },
  ]
}

function wrongs({ email, missing, source, review, staleSince }: QualityItem): Content {
  return html`
    ${email !== undefined && html`<li>${email}</li>`}
    ${missing.length > 0 && html`<li>lacks ${missing.join(', ')}</li>`}
    ${source !== undefined && html`<li>${source === '' ? 'no lead source' : `lead source ${source} is not on the list`}</li>`}
    ${review.map((why) => html`<li>${why}</li>`)}
    ${staleSince !== undefined && html`<li>unchanged since ${time(staleSince)}</li>`}`
}

// Side by side with the lead: a person decides, and merges them in HubSpot.
function twins(root: string, { duplicates }: QualityItem): Content {
  if (duplicates.length === 0) return '–'
  return html`<ul class="plain">${duplicates.map(
    ({ id, name, company, url, by }) =>
      html`<li>${name}<small>${[company, ALIKE[by]].filter(Boolean).join(', ')}</small><span class="links"><a href=${`${root}/leads/${id}`} aria-label=${`Lead ${name}, ${id}`}>Lead</a>${url.startsWith('https://') && html`<a href=${url} rel="noreferrer" aria-label=${`${name}, ${id}, in HubSpot`}>HubSpot</a>`}</span></li>`,
  )}</ul>`
}

function proposals({ proposals: known }: QualityItem): Content {
  if (known.length === 0) return '–'
  return html`<ul class="plain">${known.map(({ attribute, value, source }) => html`<li>${attribute}: ${value}<small>by ${source}</small></li>`)}</ul>`
}
