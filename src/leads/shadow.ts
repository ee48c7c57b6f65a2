import type { Change, Gathered, NextConfig } from './change.ts'
import { decide } from './decision.ts'
import type { LeadRecord } from './lead.ts'
import type { Properties } from './observe.ts'
import { attributesAgain } from './reading.ts'
import { quietForRoutes } from './silence.ts'
import { type Shadowed, verdictOf } from './verdict.ts'

/*
 * A second config beside the live one: what it would have decided of the same lead, with what stands for it as it stands.
 */

/**
 * What a shadow config decides of a lead that has just been decided, beside what was; undefined where no decision was made. What
 * goes wrong in it is told and never thrown: the live decision stands. `now` is epoch milliseconds.
 */
export function shadowOf(
  shadow: NextConfig,
  change: Change,
  gathered: Pick<Gathered, 'contact' | 'company'> | undefined,
  now: number,
): Shadowed | undefined {
  const { lead, decision: live } = change
  if (!lead || !live) return undefined
  const { version } = shadow
  try {
    const read = gathered ? asRead(lead, gathered) : lead
    const inputs = { ...read, attributes: attributesAgain(shadow, read) }
    const { quietSince: _, ...standing } = live.standing
    const asked = { ...standing, ...quietForRoutes(shadow, read, read, now) }
    const [from, to] = [verdictOf(live.full), verdictOf(decide(shadow, inputs, asked, now))]
    return { version, differs: JSON.stringify(from) === JSON.stringify(to) ? null : { from, to } }
  } catch {
    return { version, failed: true }
  }
}

// With everything that was read of it: the shadow may name properties that the live config does not keep.
function asRead(lead: LeadRecord, { contact, company }: Pick<Gathered, 'contact' | 'company'>): LeadRecord {
  return {
    ...lead,
    readBy: lead.configVersion,
    properties: { ...lead.properties, ...present(contact.properties) },
    company: company ? { ...lead.company, ...present(company) } : lead.company,
  }
}

function present(properties: Properties): Record<string, string> {
  return Object.fromEntries(Object.entries(properties).flatMap(([name, value]) => (value ? [[name, value]] : [])))
}
