import { problemDetails } from './arguments.ts'
import { blockProblems } from './blocks.ts'
import { isObject, type JsonObject, objectsIn, textIn } from './types.ts'
import type { Workspace } from './workspace.ts'

const USES = 5
const LIFE_MS = 30 * 60_000

/** Where a click happened: its response_url answers there. */
export interface ClickPlace {
  channel: string
  user: string
  ts: string
}

/** What a response_url answers. */
export interface ResponseUrlAnswer {
  status: number
  body: JsonObject
}

/** The response_urls that were given out. */
export type ResponseUrls = ReturnType<typeof createResponseUrls>

/**
 * The response_url of each click: 5 uses within 30 minutes of the given clock. A message is ephemeral unless
 * `response_type` is `in_channel`; `replace_original` and `delete_original` change the clicked message.
 */
export function createResponseUrls(options: { workspace: Workspace; url: () => string }) {
  const { workspace } = options
  const issued = new Map<string, ClickPlace & { issuedAt: number; uses: number }>()

  function issue(place: ClickPlace): string {
    const path = `/actions/${workspace.identity.teamId}/${workspace.nextId('')}/${workspace.nextId('r')}`
    issued.set(path, { ...place, issuedAt: workspace.now(), uses: 0 })
    return `${options.url()}${path}`
  }

  function use(path: string, body: unknown): ResponseUrlAnswer {
    const place = issued.get(path)
    if (!place) return no(404, 'no_such_response_url')
    if (workspace.now() - place.issuedAt > LIFE_MS) return no(404, 'expired_url')
    if (place.uses >= USES) return no(404, 'used_url')
    if (!isObject(body)) return no(400, 'invalid_payload')
    place.uses += 1
    return body.delete_original === true ? remove(place) : write(place, body)
  }

  function remove(place: ClickPlace): ResponseUrlAnswer {
    const message = workspace.find(place.channel, place.ts)
    if (!message) return no(404, 'message_not_found')
    workspace.change(message, { deleted: true })
    return { status: 200, body: { ok: true } }
  }

  function write(place: ClickPlace, body: JsonObject): ResponseUrlAnswer {
    const target = workspace.conversation(place.channel)
    if (!target) return no(404, 'channel_not_found')
    const text = textIn(body, 'text')
    const blocks = objectsIn(body.blocks)
    if (body.blocks !== undefined) {
      const problems = blockProblems(body.blocks, 'message')
      if (problems.length > 0)
        return { status: 400, body: { ok: false, error: 'invalid_blocks', ...problemDetails(problems) } }
    }
    if (!text && blocks.length === 0) return no(400, 'no_text')
    if (body.replace_original === true) {
      const message = workspace.find(place.channel, place.ts)
      if (!message) return no(404, 'message_not_found')
      workspace.change(message, { text, blocks })
    } else if (body.response_type === 'in_channel') {
      workspace.post(target, { text, blocks, threadTs: textIn(body, 'thread_ts') || undefined })
    } else {
      workspace.postEphemeral(target, place.user, { text, blocks })
    }
    return { status: 200, body: { ok: true } }
  }

  return { issue, use }
}

function no(status: number, error: string): ResponseUrlAnswer {
  return { status, body: { ok: false, error } }
}
