import type { Block } from '../messages/alert.ts'
import type { OutsideError } from '../platform/errors.ts'

/*
 * What a refusal of Slack is about: who should have got the message, or the message itself. What is about the app or its token
 * is none: everything waits then, for it is nobody's fault who should have heard.
 */

/** Slack does not take the message as it is, whoever gets it. */
const PAYLOAD: ReadonlySet<string> = new Set([
  'invalid_blocks',
  'invalid_blocks_format',
  'msg_blocks_too_long',
  'msg_too_long',
  'no_text',
  'invalid_arguments',
  'metadata_too_large',
])

/** Whether Slack refused the message itself, and not who was to get it. */
export function isPayloadRefusal({ code }: Pick<OutsideError, 'code'>): boolean {
  return PAYLOAD.has(code) || code.startsWith('invalid_metadata')
}

/**
 * The blocks to try after a refusal, best first: without those that Slack names (`details` are its own words, such as
 * `must be less than 3001 characters [json-pointer:/blocks/1/text/text]`), or the buttons alone under the text; at last none.
 */
export function lesserBlocks(text: string, blocks: readonly Block[], details: readonly string[]): Block[][] {
  const named = new Set(
    details.flatMap((detail) => [...detail.matchAll(/\/blocks\/(\d+)/g)].map(([, at]) => Number(at))),
  )
  const left = blocks.filter((_, at) => !named.has(at))
  const buttons = blocks.filter((block, at) => block.type === 'actions' && !named.has(at))
  const plain: Block = { type: 'section', text: { type: 'plain_text', text: text.slice(0, 3_000) || ' ' } }
  const without = named.size > 0 && left.length < blocks.length && left.length > 0 ? [left] : []
  return [...without, ...(buttons.length > 0 ? [[plain, ...buttons]] : []), []]
}
