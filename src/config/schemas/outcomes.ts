import { z } from 'zod'
import type { Outcome, Party } from '../../rules/outcomes.ts'
import { STAGE_NAMES } from '../../rules/stages.ts'
import { RepFilterIn } from './reps.ts'
import { Milliseconds, Name, PropertyName } from './values.ts'

type PartyInput = {
  pool?: string | undefined
  reps?: z.input<typeof RepFilterIn> | undefined
  person?: string | undefined
  owner?: 'contact' | 'company' | 'deal' | undefined
  managerOf?: string | undefined
  lastWith?: string | string[] | undefined
  else?: PartyInput | undefined
}

/** Who gets a handoff: exactly one way to find them, and who else where there is nobody. */
export const PartyIn: z.ZodType<Party, PartyInput> = z.lazy(() =>
  z
    .strictObject({
      pool: Name.optional(),
      reps: RepFilterIn.optional().describe('with pool: only those who have all of this'),
      person: Name.optional().describe('a rep, manager or person of team.yaml'),
      owner: z.enum(['contact', 'company', 'deal']).optional().describe('whoever owns it in HubSpot'),
      managerOf: Name.optional().describe('the manager of that pool; owner: of whoever has the contact'),
      lastWith: z
        .union([Name, z.array(Name).min(1)])
        .transform((kinds) => [kinds].flat())
        .optional()
        .describe('who held the last handoff of one of these kinds'),
      else: PartyIn.optional().describe('who gets it where there is nobody'),
    })
    .refine(
      ({ else: _, reps: __, ...ways }) => Object.values(ways).filter((way) => way !== undefined).length === 1,
      'needs exactly one of pool, person, owner, managerOf or lastWith',
    )
    .refine((party) => party.reps === undefined || party.pool !== undefined, 'reps goes with pool only')
    .refine(
      (party) => party.else === undefined || (party.pool === undefined && party.person === undefined),
      'else goes with owner, managerOf and lastWith only',
    )
    .transform((party) => party as Party),
)

const Buttons = z.array(z.strictObject({ open: Name, label: Name.optional() }))

const OutcomeMap = z
  .strictObject({
    tell: Name.optional().describe('a name of team.yaml; or owner, company-owner, deal-owner, holder, host, manager'),
    buttons: Buttons.optional().describe('with tell: buttons that open a handoff'),
    enrol: Name.optional().describe('a nurture track'),
    for: Milliseconds.optional().describe('with enrol: how long'),
    until: Name.optional().describe('with enrol: the signal that ends it'),
    set: z.record(PropertyName, z.coerce.string()).optional().describe('properties of the contact in HubSpot'),
    open: Name.optional().describe('a kind of handoff'),
    to: PartyIn.optional().describe('with open: who gets it, instead of whom the kind names'),
    stage: z.enum(STAGE_NAMES).optional(),
    note: Name.optional().describe('a note on the contact in HubSpot; attributes may stand in braces'),
  })
  .refine(
    ({ tell, enrol, set, open, stage, note }) =>
      [tell, enrol, set, open, stage, note].filter((one) => one !== undefined).length === 1,
    'needs exactly one of tell, enrol, set, open, stage or note',
  )
  .refine(
    ({ tell, buttons, enrol, until, for: time, open, to }) =>
      (buttons === undefined || tell !== undefined) &&
      ((until === undefined && time === undefined) || enrol !== undefined) &&
      (to === undefined || open !== undefined),
    'buttons go with tell, for and until with enrol, to with open',
  )
  .transform((given): Outcome => {
    const { tell, buttons, enrol, set, open, to, stage, note } = given
    if (tell !== undefined) return { do: 'tell', who: tell, buttons: buttons ?? [] }
    if (enrol !== undefined) return { do: 'enrol', track: enrol, for: given.for, until: given.until }
    if (set !== undefined) return { do: 'set', properties: set }
    if (open !== undefined) return { do: 'open', kind: open, to }
    if (stage !== undefined) return { do: 'stage', stage }
    return { do: 'note', text: note ?? '' }
  })

/** One thing to do about a lead. */
const OutcomeIn = z.union([
  z.enum(['archive', 'pause', 'resume']).transform((word): Outcome => ({ do: word })),
  OutcomeMap,
])

/** What is to be done, in order. */
export const OutcomesIn = z.array(OutcomeIn)
