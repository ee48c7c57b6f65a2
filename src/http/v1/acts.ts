import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Config } from '../../config/config.ts'
import { suggestion } from '../../config/problems.ts'
import type { Click } from '../../leads/change.ts'
import type { ActOutcome } from '../../leads/refusal-of-act.ts'
import type { Acts } from '../../store/acts.ts'
import { ProblemError, problemResponses } from '../problems.ts'

/** What the routes use by which people act on leads; `whoAsks` names the token of a request. */
export interface ActRouteParts {
  config: () => Config
  act: Acts
  whoAsks: (request: FastifyRequest) => string
}

const Lead = z.object({
  contactId: z
    .string()
    .regex(/^\d{1,18}$/, 'must be a HubSpot contact id')
    .meta({ description: "the contact's id in HubSpot", examples: ['401000000001'] }),
})
const One = z.object({
  handoffId: z
    .string()
    .regex(/^\d{1,18}-\d{1,9}$/, 'must be the id of a handoff')
    .meta({ description: 'as lists of handoffs name it', examples: ['401000000001-1'] }),
})
const Rep = z
  .strictObject({ rep: z.string().min(1).max(200).describe('who gets it: the id of a rep in team.yaml') })
  .meta({ id: 'Assignment', examples: [{ rep: 'ae-2' }] })
const Done = z
  .object({
    outcome: z.enum(['done', 'already']).describe('`already`: it was so before'),
    handoff: z.string().optional().describe('the handoff that it was about'),
  })
  .meta({ id: 'Acted', examples: [{ outcome: 'done', handoff: '401000000001-1' }] })

const ANSWERS = { 200: Done, ...problemResponses(400, 401, 403, 404, 409, 415, 429, 503) }

/** What can be done to a lead, and to one of its handoffs by its id: how it is called, and what it says. */
const ACTS = [
  {
    name: 'assign',
    summary: 'Give a lead to a rep',
    description:
      'The handoff that is not over goes to this rep, with its clock; with sales comes before others. Of a lead without one, a handoff of its route begins.',
    body: Rep,
  },
  {
    name: 'reopen',
    summary: 'Open a handoff again that was settled',
    description:
      'Its last word is taken back: the clock goes on with a new deadline, and whoever had the lead hears of it.',
  },
  {
    name: 'release',
    summary: 'Take a lead from whoever has it',
    description: 'The handoff ends without blame, and the lead goes where its rules send it next.',
  },
] as const

/** `POST /v1/leads/{contactId}/assign`, `/reopen`, `/release`, and the same of a handoff by its id. */
export function actRoutes(parts: ActRouteParts) {
  return async function plugin(instance: FastifyInstance): Promise<void> {
    const app = instance.withTypeProvider<ZodTypeProvider>()
    for (const { name, summary, description, ...rest } of ACTS) {
      const Name = name[0]?.toUpperCase() + name.slice(1)
      const body = 'body' in rest ? { body: rest.body } : {}
      const shared = { summary, description, ...body, response: ANSWERS }
      app.post(
        `/leads/:contactId/${name}`,
        { schema: { ...shared, operationId: `${name}Lead`, tags: ['leads'], params: Lead } },
        async (request) => settle(request, (request.params as z.output<typeof Lead>).contactId, name),
      )
      app.post(
        `/handoffs/:handoffId/${name}`,
        { schema: { ...shared, operationId: `handoff${Name}`, tags: ['handoffs'], params: One } },
        async (request) => settle(request, (request.params as z.output<typeof One>).handoffId, name),
      )
    }
  }

  async function settle(request: FastifyRequest, target: string, name: (typeof ACTS)[number]['name']) {
    const given = request.body as z.output<typeof Rep> | undefined
    const does: Click = name === 'assign' ? { assign: { rep: given?.rep ?? '' } } : name
    const { outcome, handoff } = await parts.act(target, parts.whoAsks(request), does)
    if (outcome !== 'done' && outcome !== 'already')
      throw actRefusal(parts.config().team, outcome, name, target, given?.rep)
    return { outcome, ...(handoff ? { handoff: handoff.id } : {}) }
  }
}

const WHY_NOT: Partial<Record<ActOutcome, (what: string, name: string) => string>> = {
  'too-late': (what, name) => `${what} cannot be ${PARTICIPLES[name] ?? name}: it is settled, or somebody was faster.`,
  'open-already': (what) => `${what} cannot be reopened: the lead has another open handoff of the kind.`,
  'not-undoable': (what) => `There is nothing to take back at ${what}.`,
}
const PARTICIPLES: Record<string, string> = { assign: 'assigned', reopen: 'reopened', release: 'released' }

/** Why an act did nothing, for whoever asked for it by the API or the command line. */
export function actRefusal(
  team: Config['team'],
  outcome: ActOutcome,
  name: string,
  target: string,
  rep = '',
): ProblemError {
  const what = target.includes('-') ? `handoff ${target}` : `lead ${target}`
  if (outcome === 'unknown-rep') {
    const reps = Object.values(team.reps).flatMap(({ id, active }) => (active ? id : []))
    const detail = `rep: nobody of the team who is there goes by ${rep}${suggestion(rep, reps)}`
    return new ProblemError({ status: 400, title: 'The request is not valid', detail })
  }
  if (outcome === 'not-found')
    return new ProblemError({
      status: 404,
      title: 'Not found',
      detail: `Baton knows no ${what}, or it has no handoff.`,
    })
  if (outcome === 'not-allowed')
    return new ProblemError({ status: 403, title: 'Not allowed', detail: 'Whoever asks may not do that.' })
  return new ProblemError({
    status: 409,
    title: 'Not possible now',
    detail: WHY_NOT[outcome]?.(what, name) ?? outcome,
  })
}
