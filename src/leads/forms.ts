import type { LeadRecord } from './lead.ts'

/*
 * What sales was asked in Slack about a lead. An answer is kept until HubSpot has it; from then on HubSpot is the truth, and
 * whoever changes it there has the last word. An empty text stands for unknown.
 */

/** One question of a form, and the property of the contact in HubSpot that keeps its answer. */
export interface FormQuestion {
  ask: string
  property: string
  type: 'text' | 'choice' | 'date'
  options?: string[] | undefined
}

/**
 * A form that somebody sent: the answer to each question, by its property, and what the form had shown. `present`: what HubSpot
 * has at this moment, if it said so.
 */
export interface FormSent {
  answers: Record<string, string>
  shown: Record<string, string>
  present?: Record<string, string> | undefined
}

/** What the property of a question says, as far as Baton knows: an answer that HubSpot lacks is newer. */
export function presentAnswer(
  { answers, properties }: Pick<LeadRecord, 'answers' | 'properties'>,
  name: string,
): string {
  const answer = answers?.[name]
  return (answer?.isNew ? answer.value : properties[name]) ?? ''
}

/**
 * The answers of a lead once a form was sent. What HubSpot got after the form was opened stays: the form did not show it.
 */
export function withForm(
  lead: Pick<LeadRecord, 'answers' | 'properties'>,
  questions: readonly FormQuestion[],
  { answers, shown, present: inHubSpot }: FormSent,
  by: string,
  now: number,
): NonNullable<LeadRecord['answers']> {
  const known = { ...lead, properties: { ...lead.properties, ...inHubSpot } }
  const given = questions.flatMap(({ property }) => {
    const present = presentAnswer(known, property)
    const value = answers[property] ?? ''
    if ((shown[property] ?? '') !== present) return []
    const isNew = value !== (known.properties[property] ?? '') ? { isNew: true as const } : {}
    return [[property, { value, by, at: now, ...isNew }] as const]
  })
  return { ...lead.answers, ...Object.fromEntries(given) }
}

/** What HubSpot should have of a lead's answers, and lacks. */
export function answersToWrite({ answers = {} }: Pick<LeadRecord, 'answers'>): Record<string, string> {
  const fresh = Object.entries(answers).filter(([, { isNew }]) => isNew)
  return Object.fromEntries(fresh.map(([property, { value }]) => [property, value]))
}

/** The answers at a look at the contact: what HubSpot is known to have taken is its own from then on. */
export function answersAfterRead(
  lead: Pick<LeadRecord, 'answers'> | null,
  written: Readonly<Record<string, string>>,
): LeadRecord['answers'] {
  if (!lead?.answers) return undefined
  const settled = Object.entries(lead.answers).map(([property, answer]) => {
    const { isNew, ...rest } = answer
    return [property, isNew && written[property] !== answer.value ? answer : rest] as const
  })
  return Object.fromEntries(settled)
}

/** The properties in HubSpot that keep the answers of forms, each once. */
export function formProperties(forms: Readonly<Record<string, readonly FormQuestion[]>>): FormQuestion[] {
  const all = Object.values(forms).flat()
  return [...new Map(all.map((question) => [question.property, question])).values()]
}

/** Whether Baton creates a property of a form in HubSpot; the others have to be there. */
export function isOwnProperty(name: string): boolean {
  return name.startsWith('baton_')
}
