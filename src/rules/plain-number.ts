/**
 * The number that a text surely is. A post code such as 02134 is none, nor an id of 16 digits, nor 1.200 (1200, to many) or 1.234,
 * which is one of two.
 */
export function plainNumber(text: string): number | undefined {
  return PLAIN.test(text) && !GROUPED_BY_POINT.test(text) ? Number(text) : undefined
}

const PLAIN = /^-?(0|[1-9]\d{0,14})(\.\d+)?$/
const GROUPED_BY_POINT = /^-?[1-9]\d{0,2}\.\d{3}$/

/** The other number that a text may be: HubSpot's own numbers have decimals after a point, but no 0 at their end. */
export function otherNumber(text: string): number | undefined {
  return GROUPED_BY_POINT.test(text) && !text.endsWith('0') ? Number(text) : undefined
}
