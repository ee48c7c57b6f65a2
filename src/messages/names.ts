import { displayName, type LeadRecord } from '../leads/lead.ts'
import { plainText } from './texts.ts'

/*
 * What leads and their companies are called in messages: never empty, and alike wherever they stand.
 */

const NAMELESS = 'Unnamed lead'

/** A lead's name as plain text, which a mrkdwn text has to escape: what shows as nothing is no name. */
export function leadName({ attributes }: Pick<LeadRecord, 'attributes'>, max = 80): string {
  return plainText(displayName(attributes), max) || NAMELESS
}

/** The name of a lead's company as plain text; undefined when none is known. */
export function companyName({ attributes }: Pick<LeadRecord, 'attributes'>, max = 80): string | undefined {
  const name = attributes['company.name']?.value
  return (name !== undefined && plainText(String(name), max)) || undefined
}

/** Name and company as plain text: `Dana Ruiz, Northwind`. */
export function nameAndCompany(lead: Pick<LeadRecord, 'attributes'>): string {
  return [leadName(lead), companyName(lead)].filter(Boolean).join(', ')
}
