import type { FastifyInstance } from 'fastify'
import type { createFaults } from './faults.ts'
import { messageOnTheWire } from './reading.ts'
import {
  type JsonObject,
  type MethodArguments,
  objectsIn,
  refuse,
  type SimulatedFile,
  type SlackRefusal,
  textIn,
} from './types.ts'
import type { Workspace } from './workspace.ts'

const MOST_ALT = 1_000
const MOST_BYTES = 20 * 1024 * 1024

/** An upload on its way: `stage` says how far it has come. */
interface Upload {
  file: SimulatedFile
  data: Buffer
  stage: 'named' | 'sent' | 'shared'
}

/** The files of a workspace. */
export type Files = ReturnType<typeof createFiles>

/**
 * Uploads, as Slack wants them: files.getUploadURLExternal names a place for so many bytes, which is good for one POST, and
 * files.completeUploadExternal shares what was sent there, once, in a conversation that the bot is in, as a reply to a thread that is there.
 */
export function createFiles(workspace: Workspace, url: () => string) {
  const uploads = new Map<string, Upload>()

  function place(args: MethodArguments): JsonObject | SlackRefusal {
    const length = Number(args.length)
    const { filename, alt_txt: alt = '' } = args
    if (!filename || !Number.isInteger(length) || length < 1) return refuse('missing_argument')
    if (alt.length > MOST_ALT) return refuse('alt_txt_too_large')
    if (length > MOST_BYTES) return refuse('file_upload_size_restricted')
    const id = workspace.nextId('F')
    const file = { id, name: filename, title: filename, alt, size: length }
    uploads.set(id, { file, data: Buffer.alloc(0), stage: 'named' })
    return { upload_url: `${url()}/upload/v1/${id}`, file_id: id }
  }

  function complete(args: MethodArguments): JsonObject | SlackRefusal {
    const wanted = parsed(args.files)
    if (wanted.length === 0) return refuse('invalid_arguments')
    const found = wanted.map((one) => ({ upload: uploads.get(textIn(one, 'id')), title: textIn(one, 'title') }))
    if (found.some(({ upload }) => upload?.stage !== 'sent')) return refuse('file_not_found')
    const target = workspace.conversation(args.channel_id ?? '')
    if (!target || workspace.users.has(args.channel_id ?? '')) return refuse('channel_not_found')
    // The scope to write to a channel without being in it does not hold for files.
    if (!('dmWith' in target) && target.channel.botMember === false)
      return refuse(target.channel.private ? 'channel_not_found' : 'not_in_channel')
    const parent = args.thread_ts === undefined ? undefined : workspace.find(target.id, args.thread_ts)
    if (args.thread_ts !== undefined && (!parent || (parent.threadTs ?? parent.ts) !== parent.ts))
      return refuse('thread_not_found')
    const files = found.flatMap(({ upload, title }) => {
      if (!upload) return []
      upload.stage = 'shared'
      return [{ ...upload.file, title: title || upload.file.name }]
    })
    const message = workspace.post(target, { text: args.initial_comment ?? '', files, threadTs: args.thread_ts })
    return { files: messageOnTheWire(message, workspace).files }
  }

  return {
    place,
    complete,
    find: (id: string) => uploads.get(id),

    /** What comes to a place: taken once, and only as long as it was said to be. */
    send(id: string, data: Buffer): number {
      const upload = uploads.get(id)
      if (upload?.stage !== 'named') return 404
      if (data.length !== upload.file.size) return 400
      upload.data = data
      upload.stage = 'sent'
      return 200
    },
  }
}

/** The places to which files go, which are not under `/api/`, and where the page reads them. Faults are those of `upload`. */
export function registerFiles(server: FastifyInstance, files: Files, faults: ReturnType<typeof createFaults>): void {
  server.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: MOST_BYTES }, (_request, body, done) =>
      done(null, body),
    )
    scope.post<{ Params: { id: string } }>('/upload/v1/:id', async (request, reply) => {
      if (faults.take('upload')) return reply.code(500).send('Internal Server Error')
      const status = files.send(request.params.id, Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0))
      return reply.code(status).send(status === 200 ? 'OK' : 'refused')
    })
  })
  server.get<{ Params: { id: string } }>('/page/file/:id', async (request, reply) => {
    const file = files.find(request.params.id)
    return file ? reply.type('image/png').send(file.data) : reply.code(404).send('not found')
  })
}

function parsed(files: string | undefined): JsonObject[] {
  try {
    const value: unknown = JSON.parse(files ?? '')
    return objectsIn(value)
  } catch {
    return []
  }
}
