import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { SLACK_SCOPES } from '../../../src/doctor/slack.ts'

const manifest = parse(await readFile('docker/slack-app-manifest.yaml', 'utf8'))

it('asks for the scopes of the calls that Baton makes, and no others', async () => {
  // Slack's pages of these methods name the scopes; a public channel needs no invitation with chat:write.public.
  const scopes: Record<string, string[]> = {
    'chat.postMessage': ['chat:write', 'chat:write.public'],
    'chat.postEphemeral': ['chat:write'],
    'chat.update': ['chat:write'],
    'chat.delete': ['chat:write'],
    'conversations.open': ['im:write'],
    'conversations.history': ['channels:history', 'groups:history', 'im:history'],
    'conversations.replies': ['channels:history', 'groups:history', 'im:history'],
    'files.getUploadURLExternal': ['files:write'],
    'files.completeUploadExternal': ['files:write'],
    'views.open': [],
    'views.publish': [],
    'auth.test': [],
    'users.info': ['users:read'],
    'users.lookupByEmail': ['users:read', 'users:read.email'],
    'conversations.info': ['channels:read', 'groups:read'],
  }
  const files = ['client', 'threads', 'directory'].map((name) => readFile(`src/slack/${name}.ts`, 'utf8'))
  const source = (await Promise.all(files)).join('\n')
  const called = new Set(
    [...source.matchAll(/\bclient\.(?:apiCall\(')?((?:auth|chat|conversations|files|users|views)\.[a-zA-Z]+)/g)].map(
      ([, call = '']) => call,
    ),
  )
  expect([...called].sort()).toEqual(Object.keys(scopes).sort())
  // A slash command wants a scope of its own.
  const wanted = new Set(['commands', ...[...called].flatMap((call) => scopes[call] ?? [])])
  expect([...manifest.oauth_config.scopes.bot].sort()).toEqual([...wanted].sort())
})

it('asks for the scopes that "baton doctor" looks for', () => {
  expect([...manifest.oauth_config.scopes.bot].sort()).toEqual(SLACK_SCOPES.map(({ scope }) => scope).sort())
})

it('sends clicks to the route that takes them, and lets people get direct messages', async () => {
  const source = await readFile('src/http/webhooks/slack.ts', 'utf8')
  const { pathname } = new URL(manifest.settings.interactivity.request_url)
  expect(source).toContain(`'${pathname}'`)
  expect(manifest.features.app_home.messages_tab_enabled).toBe(true)
})
