import type { CrmNote } from '../handoffs/crm-note.ts'
import { type AttributeValue, fillText } from '../rules/attributes.ts'

/** The notes that rules ask for, with attributes in braces filled in. One of a moment is one occasion. */
export function notesByRules(
  leadId: string,
  texts: readonly string[],
  lookup: (name: string) => AttributeValue | undefined,
  now: number,
): CrmNote[] {
  return [...new Set(texts)].map((text, index) => ({
    id: `${leadId}-rule-${now}-${index + 1}`,
    text: fillText(text, lookup),
  }))
}
