import { keyOf } from '../rules/texts.ts'

const RANGE = /^(\d+)\s*[-–]\s*(\d+)$/
const FROM = /^(\d+)\s*\+$/

/**
 * What to write of a value into a property of HubSpot: the option that says the same, or for a number the range in which it lies;
 * the value itself where the property has no options. Undefined: none of its options says it.
 */
export function valueToFill(options: readonly string[], value: string): string | undefined {
  if (options.length === 0) return value
  const same = options.find((option) => keyOf(option) === keyOf(value))
  const number = Number(value)
  if (same !== undefined || value.trim() === '' || !Number.isFinite(number)) return same
  return options.find((option) => {
    const [, low, high] = RANGE.exec(option.trim()) ?? FROM.exec(option.trim()) ?? []
    return low !== undefined && number >= Number(low) && number <= Number(high ?? Number.POSITIVE_INFINITY)
  })
}
