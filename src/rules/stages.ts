/*
 * The stages of a lead, as marketing, sales and customer success agreed on them. HubSpot's lifecycle stage has the first
 * seven; the last two are Baton's own.
 */

/** Every stage by Baton's name, with HubSpot's own word for it where it has one, in the order in which a lead goes on. */
export const STAGES = {
  subscriber: 'subscriber',
  lead: 'lead',
  mql: 'marketingqualifiedlead',
  sql: 'salesqualifiedlead',
  opportunity: 'opportunity',
  customer: 'customer',
  evangelist: 'evangelist',
  disqualified: null,
  recycled: null,
} as const satisfies Record<string, string | null>

/** A stage by Baton's name. */
export type Stage = keyof typeof STAGES
/** The names, for schemas. */
export const STAGE_NAMES = Object.keys(STAGES) as [Stage, ...Stage[]]

/** The stage that HubSpot's word stands for; undefined when it is none of the seven. Case does not matter. */
export function stageOfLifecycle(word: string): Stage | undefined {
  return STAGE_NAMES.find((name) => STAGES[name] === word.toLowerCase())
}
