import { checkElement } from './elements.ts'
import { type BlockProblem, checkFields, checkIdentifier, checkItems, checkLength, checkText } from './rules.ts'
import { isObject, type JsonObject } from './types.ts'

/** Where blocks stand: a message takes 50, a modal 100. */
export type Surface = 'message' | 'modal'

const BLOCKS_PER_SURFACE = { message: 50, modal: 100 }
const BLOCK_FIELDS: Readonly<Record<string, string[]>> = {
  header: ['text'],
  section: ['text', 'fields', 'accessory', 'expand'],
  context: ['elements'],
  actions: ['elements'],
  divider: [],
  input: ['label', 'element', 'hint', 'optional', 'dispatch_action'],
}

/**
 * What Slack would refuse in an array of blocks. Limits: Slack's block reference and the JSDoc of @slack/types 3.2.
 * Knows header, section, context, actions, divider and input; other block types, which Slack has and the page cannot
 * draw, are refused here with a message that says so. Lengths count as sent, in UTF-16 units.
 */
export function blockProblems(blocks: unknown, surface: Surface, pointer = '/blocks'): BlockProblem[] {
  if (!Array.isArray(blocks)) return [{ pointer, message: 'must be an array' }]
  const problems: BlockProblem[] = []
  const most = BLOCKS_PER_SURFACE[surface]
  if (blocks.length > most) problems.push({ pointer, message: `no more than ${most} items allowed` })
  const seen = new Set<string>()
  for (const [index, block] of blocks.entries()) {
    const at = `${pointer}/${index}`
    if (!isObject(block)) {
      problems.push({ pointer: at, message: 'must be an object' })
      continue
    }
    checkIdentifier(block.block_id, `${at}/block_id`, problems)
    if (typeof block.block_id === 'string') {
      if (seen.has(block.block_id)) {
        problems.push({ pointer: `${at}/block_id`, message: `\`block_id\` already exists: ${block.block_id}` })
      }
      seen.add(block.block_id)
    }
    checkBlock(block, at, problems)
  }
  return problems
}

/** What Slack would refuse in a modal: title, submit and close of 24 characters, 100 blocks, 3,000 of private_metadata. */
export function viewProblems(view: unknown, pointer = '/view'): BlockProblem[] {
  if (!isObject(view)) return [{ pointer, message: 'must be an object' }]
  const problems: BlockProblem[] = []
  if (view.type !== 'modal') problems.push({ pointer: `${pointer}/type`, message: 'only modal views are simulated' })
  checkText(view.title, `${pointer}/title`, { most: 24, plainOnly: true }, problems)
  for (const key of ['submit', 'close']) {
    if (view[key] !== undefined) checkText(view[key], `${pointer}/${key}`, { most: 24, plainOnly: true }, problems)
  }
  checkIdentifier(view.callback_id, `${pointer}/callback_id`, problems)
  checkLength(view.private_metadata, 3000, `${pointer}/private_metadata`, problems)
  problems.push(...blockProblems(view.blocks, 'modal', `${pointer}/blocks`))
  const hasInput = Array.isArray(view.blocks) && view.blocks.some((block) => isObject(block) && block.type === 'input')
  if (hasInput && view.submit === undefined) {
    problems.push({ pointer: `${pointer}/submit`, message: 'submit is required when an input block is in the view' })
  }
  return problems
}

/** Problems of a Home tab, as views.publish would word them. */
export function homeProblems(view: unknown, pointer = '/view'): BlockProblem[] {
  if (!isObject(view)) return [{ pointer, message: 'must be an object' }]
  const problems: BlockProblem[] = []
  if (view.type !== 'home') problems.push({ pointer: `${pointer}/type`, message: 'must be home' })
  checkFields(view, ['type', 'blocks', 'private_metadata', 'callback_id', 'external_id'], pointer, problems)
  problems.push(...blockProblems(view.blocks, 'modal', `${pointer}/blocks`))
  return problems
}

function checkBlock(block: JsonObject, at: string, problems: BlockProblem[]): void {
  const type = typeof block.type === 'string' ? block.type : ''
  const fields = BLOCK_FIELDS[type]
  if (fields === undefined) {
    problems.push({ pointer: `${at}/type`, message: `unsupported type in the simulated Slack: ${type || 'none'}` })
    return
  }
  checkFields(block, ['type', 'block_id', ...fields], at, problems)
  switch (type) {
    case 'header':
      checkText(block.text, `${at}/text`, { most: 150, plainOnly: true }, problems)
      return
    case 'section':
      checkSection(block, at, problems)
      return
    case 'context':
      checkItems(block.elements, 10, `${at}/elements`, problems, (element, pointer) => {
        checkText(element, pointer, { most: 3000 }, problems)
      })
      return
    case 'actions':
      checkActions(block, at, problems)
      return
    case 'input':
      checkText(block.label, `${at}/label`, { most: 2000, plainOnly: true }, problems)
      if (block.hint !== undefined) checkText(block.hint, `${at}/hint`, { most: 2000, plainOnly: true }, problems)
      checkElement(block.element, 'input', `${at}/element`, problems)
      return
  }
}

function checkSection(block: JsonObject, at: string, problems: BlockProblem[]): void {
  if (block.text === undefined && block.fields === undefined) {
    problems.push({ pointer: at, message: 'missing required field: text or fields' })
  }
  if (block.text !== undefined) checkText(block.text, `${at}/text`, { most: 3000 }, problems)
  if (block.fields !== undefined) {
    checkItems(block.fields, 10, `${at}/fields`, problems, (field, pointer) => {
      checkText(field, pointer, { most: 2000 }, problems)
    })
  }
  if (block.accessory !== undefined) checkElement(block.accessory, 'control', `${at}/accessory`, problems)
}

function checkActions(block: JsonObject, at: string, problems: BlockProblem[]): void {
  const seen = new Set<string>()
  checkItems(block.elements, 25, `${at}/elements`, problems, (element, pointer) => {
    checkElement(element, 'control', pointer, problems)
    const actionId = isObject(element) ? element.action_id : undefined
    if (typeof actionId !== 'string') return
    if (seen.has(actionId)) {
      problems.push({ pointer: `${pointer}/action_id`, message: `\`action_id\` already exists: ${actionId}` })
    }
    seen.add(actionId)
  })
}
