import { isObject, type JsonObject } from './types.ts'

/** One thing that Slack would refuse; `pointer` is a JSON pointer such as `/blocks/0/text/text`. */
export interface BlockProblem {
  pointer: string
  message: string
}

/** Checks a text object: `plain_text` or, unless `plainOnly`, `mrkdwn`; 1 to `most` characters. */
export function checkText(
  value: unknown,
  pointer: string,
  limit: { most: number; plainOnly?: boolean },
  problems: BlockProblem[],
): void {
  if (!isObject(value)) {
    problems.push({ pointer, message: 'missing required field: a text object' })
    return
  }
  const plain = value.type === 'plain_text'
  if (!plain && (limit.plainOnly || value.type !== 'mrkdwn')) {
    problems.push({
      pointer: `${pointer}/type`,
      message: `must be ${limit.plainOnly ? 'plain_text' : 'plain_text or mrkdwn'}`,
    })
  }
  checkFields(value, plain ? ['type', 'text', 'emoji'] : ['type', 'text', 'verbatim'], pointer, problems)
  if (typeof value.text !== 'string' || value.text.length === 0) {
    problems.push({ pointer: `${pointer}/text`, message: 'must be more than 0 characters' })
    return
  }
  checkLength(value.text, limit.most, `${pointer}/text`, problems)
}

/** An optional identifier (block_id, action_id, callback_id): text of at most 255 characters. */
export function checkIdentifier(value: unknown, pointer: string, problems: BlockProblem[]): void {
  checkLength(value, 255, pointer, problems)
}

/** An optional text of at most `most` characters. */
export function checkLength(value: unknown, most: number, pointer: string, problems: BlockProblem[]): void {
  if (value === undefined) return
  if (typeof value !== 'string') problems.push({ pointer, message: 'must be a string' })
  else if (value.length > most) problems.push({ pointer, message: `must be less than ${most + 1} characters` })
}

/** Reports every field that the object's type does not have. */
export function checkFields(object: JsonObject, known: string[], pointer: string, problems: BlockProblem[]): void {
  for (const key of Object.keys(object)) {
    if (!known.includes(key)) problems.push({ pointer, message: `invalid additional property: ${key}` })
  }
}

/** An array of 1 to `most` items, each checked with its pointer. */
export function checkItems(
  items: unknown,
  most: number,
  pointer: string,
  problems: BlockProblem[],
  check: (item: unknown, pointer: string) => void,
): void {
  if (!Array.isArray(items) || items.length === 0) {
    problems.push({ pointer, message: 'must contain at least 1 item' })
    return
  }
  if (items.length > most) problems.push({ pointer, message: `no more than ${most} items allowed` })
  for (const [index, item] of items.entries()) check(item, `${pointer}/${index}`)
}
