import { WebAPIPlatformError, type WebClient } from '@slack/web-api'
import { OutsideError } from '../platform/errors.ts'

/*
 * Threads, and pictures in them. A picture goes up in three steps: Slack says where to, it is sent there, and only then it is shared
 * in its thread; no block names it, for Slack refuses one that names a file just uploaded.
 */

/** A picture. `alt` says in words what it shows; its name tells it from the others of its thread. */
export interface Picture {
  name: string
  title: string
  alt: string
  data: Uint8Array<ArrayBuffer>
}

type Call = <T>(operation: string, work: () => Promise<T>) => Promise<T>

/** The verbs for threads. `call` goes by the breaker, `counted` does not: where files go to is another host than Slack's own. */
export function createThreads({ client, call, counted }: { client: WebClient; call: Call; counted: Call }) {
  async function send(url: string, { data }: Picture): Promise<void> {
    const answer = await fetch(url, { method: 'POST', body: data, redirect: 'error' }).catch((error) => {
      throw new OutsideError('slack', 'unavailable', error instanceof TypeError ? 'no-upload' : 'no-answer')
    })
    await answer.body?.cancel()
    if (answer.status !== 200) throw new OutsideError('slack', 'unavailable', String(answer.status))
  }

  return {
    /** Shares a picture in the thread of a message. Without the scope `files:write` it is refused, and nothing else of Slack is. */
    async upload(channel: string, threadTs: string, picture: Picture): Promise<void> {
      const { name, title, alt, data } = picture
      const place = await call('files.getUploadURLExternal', () =>
        // Slack's reference calls it alt_txt, the library's types alt_text.
        scoped(() =>
          client.apiCall('files.getUploadURLExternal', { filename: name, length: data.length, alt_txt: alt }),
        ),
      )
      const { upload_url: url, file_id: id } = place as { upload_url?: string; file_id?: string }
      if (!url || !id) throw new OutsideError('slack', 'refused', 'no_upload_url')
      await counted('upload', () => send(url, picture))
      await call('files.completeUploadExternal', () =>
        scoped(() =>
          client.files.completeUploadExternal({ files: [{ id, title }], channel_id: channel, thread_ts: threadTs }),
        ),
      )
    },

    /** What is in a thread: the keys of our messages, and the names of files. */
    async thread(channel: string, ts: string): Promise<{ keys: Set<unknown>; files: Set<string> }> {
      const found = { keys: new Set<unknown>(), files: new Set<string>() }
      let cursor: string | undefined
      do {
        const page = await call('conversations.replies', () =>
          client.conversations.replies({
            ...{ channel, ts, limit: 100, include_all_metadata: true },
            ...(cursor ? { cursor } : {}),
          }),
        )
        for (const { metadata, files } of page.messages ?? []) {
          const { event_payload } = (metadata ?? {}) as { event_payload?: Record<string, unknown> }
          found.keys.add(event_payload?.alert_key)
          for (const { name } of files ?? []) if (name) found.files.add(name)
        }
        cursor = page.response_metadata?.next_cursor || undefined
      } while (cursor)
      return found
    },
  }
}

// A scope that an older installation of the app lacks is no sign that Slack is down.
async function scoped<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof WebAPIPlatformError && error.data.error === 'missing_scope')
      throw new OutsideError('slack', 'refused', 'missing_scope')
    throw error
  }
}
