import type { FastifyInstance } from 'fastify'
import type { VNode } from 'preact'
import type { z } from 'zod'
import type { WhatIf } from '../../what-if/result.ts'
import { answersLate } from '../long-answer.ts'
import { ProblemError } from '../problems.ts'
import { WhatIfBody, whatIfAsked } from '../v1/what-if.ts'
import { answer, pageIn } from './answer.ts'
import { configFields, filesOf, refusal } from './config-files.ts'
import { pick } from './filters.ts'
import { amount, formSecret, html, mayOperate, type Page } from './html.ts'
import type { ConsoleParts } from './parts.ts'
import { whatIfResult } from './what-if-result.ts'

const SAMPLES = [1_000, 10_000, 100_000]
const SAMPLE = 10_000
const LIMITS = [
  { name: 'moved', label: 'Leads that move', example: '5% or 200' },
  { name: 'load', label: 'Leads of a rep', example: '25/day or 100/week' },
  { name: 'rep', label: 'More for a rep', example: '+20%' },
  { name: 'late', label: 'Answered too late', example: '5% or 20' },
  { name: 'reproduced', label: 'Reproduced, at least', example: '95%' },
] as const

/** `/console/what-if`: what another config would have done with the leads that are stored. */
export function whatIfRoutes(parts: ConsoleParts) {
  return async function plugin(app: FastifyInstance): Promise<void> {
    app.get('/what-if', async (request, reply) => {
      const page = pageIn(request)
      const body = mayOperate(page)
        ? await form(page)
        : html`<p class="empty">Who may operate can try here what other files would do with the leads that are stored.</p>`
      return answer(request, reply, { title: 'What if', path: '/what-if', body })
    })

    app.post('/what-if', async (request, reply) => {
      const given = request.body as Record<string, unknown>
      const asked = whatIfAsked(bodyOf(given, await filesOf(given, parts.viewConfig)), parts.clock.now())
      const found = await parts.whatIf(asked, answersLate(request, reply))
      if (!found)
        throw new ProblemError({
          status: 409,
          title: 'Under way',
          detail: 'Another what-if is being computed: try again in a moment.',
        })
      const page = pageIn(request)
      const body = 'result' in found ? await shown(page, found.result) : refusal(found.refused)
      return answer(request, reply, { title: 'What if', path: '/what-if', body })
    })
  }

  async function shown(page: Page, result: WhatIf): Promise<VNode> {
    const leads = await parts.leadLists.named(result.largest.map(({ lead }) => lead))
    return whatIfResult(page, result, { reps: parts.config().team.reps, leads })
  }

  async function form(page: Page): Promise<VNode> {
    const files = await parts.viewConfig.files()
    if (Object.keys(files).length === 0)
      return html`<p class="empty">The files of the config cannot be read here. The command line takes a folder: <code>npm run baton -- what-if DIR</code></p>`
    return html`<form method="post" action=${`${page.root}/what-if`} class="card" id="what-if">
      ${formSecret(page)}
      <p>Change files, or put in others: stored leads are decided again under them, each as of the time of its own decisions. Nothing is written.</p>
      ${configFields(files)}
      <div class="filters">
        ${pick(
          'since',
          'Decisions of',
          ['7d', '30d', '90d'].map((value) => ({ value, name: value.replace('d', ' days') })),
          undefined,
        )}
        ${pick(
          'sample',
          'About so many leads',
          SAMPLES.map((value) => ({ value: String(value), name: amount(value) })),
          String(SAMPLE),
          { all: false },
        )}
        ${pick(
          'hubspot',
          'What was never kept',
          [
            { value: '', name: 'is unknown' },
            { value: 'ask', name: 'ask HubSpot' },
          ],
          '',
          { all: false },
        )}
      </div>
      <fieldset><legend>It fails where the change is over one of these; what is empty limits nothing</legend>
        <div class="filters">${LIMITS.map(
          ({ name, label, example }) =>
            html`<div class="field"><label for=${`limit-${name}`}>${label}</label><input id=${`limit-${name}`} name=${`limit:${name}`} placeholder=${example} autocomplete="off" /></div>`,
        )}</div>
      </fieldset>
      <p><button>Compute</button></p>
      <p class="busy" role="status" data-busy hidden>Computing: ten thousand leads take some seconds. <time></time><progress aria-label="Computing"></progress></p>
    </form>
    <p>To see what they decide of the leads that come: <a href=${`${page.root}/shadow`}>run them as a shadow</a>.</p>`
  }
}

function bodyOf(given: Record<string, unknown>, files: Record<string, string>): z.output<typeof WhatIfBody> {
  const text = (name: string) => String(given[name] ?? '').trim() || undefined
  const read = WhatIfBody.safeParse({
    files,
    since: text('since'),
    sample: Number(text('sample') ?? SAMPLE),
    offline: given.hubspot !== 'ask',
    limits: Object.fromEntries(LIMITS.map(({ name }) => [name, text(`limit:${name}`)])),
  })
  if (read.success) return read.data
  const label = (path: PropertyKey[]) => LIMITS.find(({ name }) => name === path.at(-1))?.label ?? path.join(' ')
  const detail = read.error.issues.map(({ path, message }) => `${label(path)}: ${message}.`).join(' ')
  throw new ProblemError({
    status: 400,
    title: 'Not understood',
    detail: `${detail} Go back: what you wrote is still there.`,
  })
}
