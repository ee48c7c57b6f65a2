import { blockProblems, homeProblems, viewProblems } from './blocks.ts'
import type { BlockProblem } from './rules.ts'
import { isObject, type JsonObject, type MessageMetadata, objectsIn, refuse, type SlackRefusal } from './types.ts'

/** Slack's limit for chat.update; chat.postMessage splits just above it, which an alert must not do either. */
const MOST_TEXT = 4_000
/** Slack publishes no number: this is stricter than the real limit, so that metadata stays small. */
const MOST_METADATA_BYTES = 1_024
const MOST_VIEW_BYTES = 250_000

/** The `blocks` argument: undefined when absent; `invalid_blocks_format` or `invalid_blocks` with the pointers. */
export function readBlocks(argument: string | undefined): JsonObject[] | undefined | SlackRefusal {
  if (argument === undefined) return undefined
  const blocks = parseJson(argument)
  if (!Array.isArray(blocks)) return refuse('invalid_blocks_format')
  const problems = blockProblems(blocks, 'message')
  return problems.length > 0 ? refuse('invalid_blocks', problemDetails(problems)) : objectsIn(blocks)
}

/** The `text` argument next to its blocks: undefined when absent; `no_text` when there is neither; `msg_too_long`. */
export function readText(
  argument: string | undefined,
  blocks: JsonObject[] | undefined,
): string | undefined | SlackRefusal {
  if (!argument && !blocks?.length) return refuse('no_text')
  if (argument !== undefined && argument.length > MOST_TEXT) return refuse('msg_too_long')
  return argument
}

/** The `metadata` argument: undefined when absent, null for the empty object that removes it. */
export function readMetadata(argument: string | undefined): MessageMetadata | null | undefined | SlackRefusal {
  if (argument === undefined) return undefined
  const metadata = parseJson(argument)
  if (!isObject(metadata)) return refuse('invalid_metadata_format')
  if (Object.keys(metadata).length === 0) return null
  const { event_type, event_payload } = metadata
  if (typeof event_type !== 'string' || !isObject(event_payload)) return refuse('invalid_metadata_schema')
  if (Buffer.byteLength(argument) > MOST_METADATA_BYTES) return refuse('metadata_too_large')
  return { event_type, event_payload }
}

/** The `view` argument: `invalid_arguments` with the pointers, as views.open words it; `view_too_large`. */
export function readView(argument: string | undefined): JsonObject | SlackRefusal {
  return checkedView(argument, viewProblems)
}

/** The `view` argument of views.publish. */
export function readHome(argument: string | undefined): JsonObject | SlackRefusal {
  return checkedView(argument, homeProblems)
}

function checkedView(
  argument: string | undefined,
  problemsOf: (view: unknown) => BlockProblem[],
): JsonObject | SlackRefusal {
  const view = argument === undefined ? undefined : parseJson(argument)
  if (!isObject(view))
    return refuse('invalid_arguments', problemDetails([{ pointer: '/view', message: 'must be an object' }]))
  if (Buffer.byteLength(argument ?? '') > MOST_VIEW_BYTES) return refuse('view_too_large')
  const problems = problemsOf(view)
  return problems.length > 0 ? refuse('invalid_arguments', problemDetails(problems)) : view
}

/** Problems in the two places where Slack puts them. */
export function problemDetails(problems: BlockProblem[]): JsonObject {
  const lines = problems.map((problem) => `${problem.message} [json-pointer:${problem.pointer}]`)
  return { errors: lines, response_metadata: { messages: lines.map((line) => `[ERROR] ${line}`) } }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
