/** The number that a text surely is. A post code such as 02134 is none, nor an id of 16 digits, nor 1.200 (1200, to many). */
export function plainNumber(text: string): number | undefined {
  return PLAIN.test(text) && !GROUPED_BY_POINT.test(text) ? Number(text) : undefined
}

const PLAIN = /^-?(0|[1-9]\d{0,14})(\.\d+)?$/
const GROUPED_BY_POINT = /^-?[1-9]\d{0,2}\.\d\d0$/
