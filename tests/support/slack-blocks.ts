import type { Block } from '../../src/messages/alert.ts'

/** A text object of a message: Slack parses `mrkdwn`, and shows `plain_text` as it is. */
export interface TextObject {
  type: 'mrkdwn' | 'plain_text'
  text: string
}

/** Every text object in blocks or a modal, however deep. */
export function textObjects(value: unknown): TextObject[] {
  return objectsIn(value).filter((object): object is TextObject & Record<string, unknown> => {
    return (object.type === 'mrkdwn' || object.type === 'plain_text') && typeof object.text === 'string'
  })
}

/** Every object in a value, however deep, the value itself included. */
export function objectsIn(value: unknown): Record<string, unknown>[] {
  if (Array.isArray(value)) return value.flatMap(objectsIn)
  if (typeof value !== 'object' || value === null) return []
  return [value as Record<string, unknown>, ...Object.values(value).flatMap(objectsIn)]
}

/** The text of all blocks, one line each. */
export function shownText(blocks: Block[]): string {
  return textObjects(blocks)
    .map(({ text }) => text)
    .join('\n')
}

/** What Slack would parse as markup after Baton's own dates and links and the mentions of these people are taken out. */
export function foreignMarkup(text: string, people: readonly string[]): string[] {
  const own = text
    .replace(/<!date\^\d+\^\{date_short_pretty\} at \{time\}\|[\w ,:+-]+>/g, '')
    // Links that lead nowhere but to a phone, a mail program, HubSpot and LinkedIn, whatever they are called.
    .replace(/<tel:\+?\d{6,15}\|[^<>]*>/g, '')
    .replace(/<mailto:[\w.%!'*~-]+@[\w.-]+\|[^<>]*>/g, '')
    .replace(/<https:\/\/app\.hubspot\.com\/[\w/%.!'()*~-]*\|HubSpot>/g, '')
    .replace(/<https:\/\/(?:[a-z]{2,3}\.)?linkedin\.com\/[^<>|]*\|LinkedIn>/g, '')
  const left = people.reduce((rest, id) => rest.replaceAll(`<@${id}>`, ''), own)
  return left.match(/<[^>]*>?|[^<]*>/g) ?? []
}
