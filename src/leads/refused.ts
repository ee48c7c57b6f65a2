import { REFUSED } from './properties.ts'

/** A property that HubSpot did not take: its code, when, by which config, what HubSpot said it to be, and the value. */
export interface Refused {
  property: string
  code: string
  at: number
  config: string
  /** Null when HubSpot did not say. */
  definition: string | null
  value: string
}

// What nobody can look up, such as an owner who is active again, is tried again after so long.
const TRY_AGAIN = 60 * 60_000
const UNKNOWN = '?'

/** The properties that HubSpot did not take, among what is known to be written. */
export function refusedAmong(written: Readonly<Record<string, string>>): Refused[] {
  return Object.entries(written).flatMap(([name, kept]) => {
    if (!name.startsWith(REFUSED)) return []
    const [code = '', at = '', config = '', definition = '', ...value] = kept.split(' ')
    const told = definition === UNKNOWN ? null : definition
    const about = { code, at: Number(at), config, definition: told, value: value.join(' ') }
    return [{ property: name.slice(REFUSED.length), ...about }]
  })
}

/** How a refusal is kept among what is known to be written. */
export function keptRefusal({ property, code, at, config, definition, value }: Refused): [name: string, kept: string] {
  return [REFUSED + property, [code.replaceAll(' ', '-'), at, config, definition ?? UNKNOWN, value].join(' ')]
}

/** Whether a refusal may still hold: value and config are the same, and not much time has passed. */
export function mayHold(refused: Refused, wanted: Record<string, string>, config: string, now: number): boolean {
  return wanted[refused.property] === refused.value && refused.config === config && now < refused.at + TRY_AGAIN
}

/** Whether HubSpot says of the property what it said then, as far as it says anything. */
export function isDefinedAs({ definition }: Refused, present: string | null): boolean {
  return present === null || definition === null || present === definition
}

/** When a lead with refusals is written again without any other reason. */
export function tryAgainAt(refused: readonly Refused[]): number {
  return Math.min(...refused.map(({ at }) => at)) + TRY_AGAIN
}

/** What whoever can mend it has to do; `rep` is the one whose owner id it was. */
export function refusalAdvice({ property, code }: Pick<Refused, 'property' | 'code'>, rep?: string): string {
  if (property === 'hubspot_owner_id')
    return `check ${rep ? `hubspotOwnerId of ${rep}` : 'hubspotOwnerId'} in team.yaml, and run: npm run baton -- doctor`
  if (code === 'PROPERTY_DOESNT_EXIST' || code === 'INVALID_OPTION') return 'run: npm run baton -- hubspot setup'
  if (code === 'READ_ONLY_VALUE') return 'give the property another name in hubspot.yaml, under properties'
  return 'look at the property in HubSpot, and run: npm run baton -- hubspot setup'
}
