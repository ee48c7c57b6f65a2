import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { EnvironmentError, readEnv, readHubSpotEnv, readProjectEnv, readRedisEnv } from '../../../src/platform/env.ts'

const COMPLETE = {
  PUBLIC_URL: 'https://baton.example.com',
  HUBSPOT_ACCESS_TOKEN: 'pat-secret',
  HUBSPOT_CLIENT_SECRET: 'client-secret',
  SLACK_BOT_TOKEN: 'xoxb-secret',
  SLACK_SIGNING_SECRET: 'signing-secret',
}

function messageOf(read: () => unknown): string {
  try {
    read()
  } catch (error) {
    expect(error).toBeInstanceOf(EnvironmentError)
    return (error as EnvironmentError).message
  }
  throw new Error('it was taken')
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const tokenOf = (text: string, scope: string) => ({ digest: sha256(text), scope })

describe('what is taken', () => {
  test('the required variables, with the defaults of the others', () => {
    expect(readEnv(COMPLETE)).toEqual({
      BATON_MODE: 'live',
      PORT: 3000,
      HOST: '0.0.0.0',
      PUBLIC_URL: 'https://baton.example.com',
      REDIS_MAY_LOSE_WRITES: false,
      CONFIG_DIR: './config',
      HUBSPOT_ACCESS_TOKEN: 'pat-secret',
      HUBSPOT_CLIENT_SECRET: ['client-secret'],
      HUBSPOT_REQUESTS_PER_10_SECONDS: 190,
      HUBSPOT_SIGNATURE_V1: false,
      SLACK_BOT_TOKEN: 'xoxb-secret',
      SLACK_SIGNING_SECRET: ['signing-secret'],
      SLACK_PACING: 'slack',
      API_TOKENS: [],
      OIDC_OPERATORS: [],
      ENRICHMENT_BASE_URL: 'https://api.apollo.io',
      LOG_LEVEL: 'info',
    })
  })

  test('lists are split at commas', () => {
    const env = readEnv({
      ...COMPLETE,
      HUBSPOT_CLIENT_SECRET: 'old, new',
      SLACK_SIGNING_SECRET: 'old,new,',
      API_TOKENS: 'crm, site ,',
      REDIS_URL: 'redis://a:6379, rediss://user:pass@b:6380/0',
    })
    expect(env.HUBSPOT_CLIENT_SECRET).toEqual(['old', 'new'])
    expect(env.SLACK_SIGNING_SECRET).toEqual(['old', 'new'])
    expect(env.API_TOKENS).toEqual([tokenOf('crm', 'operate'), tokenOf('site', 'operate')])
    expect(env.REDIS_URL).toEqual(['redis://a:6379', 'rediss://user:pass@b:6380/0'])
  })

  test('tokens have a scope, and may be hashed', () => {
    const hash = sha256('secret')
    const env = readEnv({
      ...COMPLETE,
      API_TOKENS: `read=crm,operate=site,sha256:${hash},read=sha256:${hash.toUpperCase()}`,
    })
    expect(env.API_TOKENS).toEqual([
      tokenOf('crm', 'read'),
      tokenOf('site', 'operate'),
      tokenOf('secret', 'operate'),
      tokenOf('secret', 'read'),
    ])
  })

  test.each(['good,operate=', 'read='])('%s has a scope without a token', (tokens) => {
    expect(() => readEnv({ ...COMPLETE, API_TOKENS: tokens })).toThrow('API_TOKENS holds a scope without a token')
  })

  test('a token may have a name, which records say', () => {
    const hash = sha256('secret')
    const tokens = `read(crm-sync)=crm,operate(zap.1)=sha256:${hash},a(b)=c`
    expect(readEnv({ ...COMPLETE, API_TOKENS: tokens }).API_TOKENS).toEqual([
      { ...tokenOf('crm', 'read'), name: 'crm-sync' },
      { ...tokenOf('secret', 'operate'), name: 'zap.1' },
      tokenOf('a(b)=c', 'operate'),
    ])
  })

  test.each(['sha256:abc', 'read(crm)=sha256:abc', 'read=sha256:', `sha256:${'x'.repeat(64)}`])(
    '%s is no hash',
    (token) => {
      expect(() => readEnv({ ...COMPLETE, API_TOKENS: token })).toThrow('API_TOKENS holds a hash that is not sha256:')
    },
  )

  test.each([
    [{ OIDC_ISSUER: 'https://id.example.com' }, 'OIDC_CLIENT_ID is required'],
    [{ OIDC_CLIENT_ID: 'a', OIDC_CLIENT_SECRET: 'b' }, 'OIDC_ISSUER is required'],
    [{ OIDC_OPERATORS: 'mia@team.example' }, 'OIDC_ISSUER is required'],
    [{ OIDC_OPERATORS: 'mia' }, 'OIDC_OPERATORS must be email addresses'],
  ])('of the identity provider all or nothing: %j', (some, problem) => {
    expect(() => readEnv({ ...COMPLETE, ...some })).toThrow(problem)
  })

  test('empty and blank variables count as unset', () => {
    const empty = {
      PORT: '',
      HOST: ' ',
      REDIS_URL: '',
      CONFIG_DIR: '',
      APOLLO_API_KEY: '\n',
      LOG_LEVEL: '',
      API_TOKENS: '',
    }
    expect(readEnv({ ...COMPLETE, ...empty, SLACK_API_URL: undefined })).toEqual(readEnv(COMPLETE))
  })

  test('space around a value is cut off', () => {
    expect(readEnv({ ...COMPLETE, SLACK_BOT_TOKEN: 'xoxb-secret\n', PORT: ' 8080 ' })).toMatchObject({
      SLACK_BOT_TOKEN: 'xoxb-secret',
      PORT: 8080,
    })
  })

  test('a command that only talks to HubSpot needs no Slack', () => {
    expect(readHubSpotEnv({ HUBSPOT_ACCESS_TOKEN: 'pat-secret', SLACK_API_URL: 'no url' })).toEqual({
      BATON_MODE: 'live',
      CONFIG_DIR: './config',
      HUBSPOT_ACCESS_TOKEN: 'pat-secret',
      HUBSPOT_REQUESTS_PER_10_SECONDS: 190,
    })
    expect(messageOf(() => readHubSpotEnv({}))).toBe(
      'The environment has a mistake:\n  HUBSPOT_ACCESS_TOKEN is required',
    )
  })
})

describe('what is refused', () => {
  test('all missing and malformed variables are in one message', () => {
    expect(
      messageOf(() => readEnv({ HUBSPOT_ACCESS_TOKEN: '', PORT: 'http', LOG_LEVEL: 'loud', BATON_MODE: 'shadow' })),
    ).toBe(
      [
        'The environment has 8 mistakes:',
        '  BATON_MODE must be live or observe',
        '  PORT must be a whole number from 0 to 65535',
        '  PUBLIC_URL is required',
        '  HUBSPOT_ACCESS_TOKEN is required',
        '  HUBSPOT_CLIENT_SECRET is required',
        '  SLACK_BOT_TOKEN is required',
        '  SLACK_SIGNING_SECRET is required',
        '  LOG_LEVEL must be one of fatal, error, warn, info, debug, trace, silent',
      ].join('\n'),
    )
  })

  const url = 'must be a URL such as https://baton.example.com'
  const origin = 'must be scheme and host, and the path if there is one, such as https://baton.example.com'
  const secrets = 'must hold one secret, or two separated by a comma while you rotate'
  const redis = 'must be redis:// or rediss:// URLs, several separated by commas for a cluster'
  test.each([
    ['PORT', '65536', 'must be a whole number from 0 to 65535'],
    ['PORT', '80.5', 'must be a whole number from 0 to 65535'],
    ['PORT', '-1', 'must be a whole number from 0 to 65535'],
    ['PORT', '0x50', 'must be a whole number from 0 to 65535'],
    ['HUBSPOT_REQUESTS_PER_10_SECONDS', '19', 'must be a whole number from 20 to 1000'],
    ['PUBLIC_URL', 'baton.example.com', origin],
    ['PUBLIC_URL', 'ftp://baton.example.com', origin],
    ['PUBLIC_URL', 'https://baton.example.com/baton?key=1', origin],
    ['PUBLIC_URL', 'https://baton.example.com/#baton', origin],
    ['PUBLIC_URL', 'https://baton.example.com/my baton', origin],
    ['HUBSPOT_BASE_URL', 'localhost:4000', url],
    ['SLACK_API_URL', '/api', url],
    ['ENRICHMENT_BASE_URL', 'apollo', url],
    ['REDIS_URL', 'localhost:6379', redis],
    ['REDIS_URL', 'redis://a:6379,b:6379', redis],
    ['REDIS_URL', 'redis://', redis],
    ['HUBSPOT_CLIENT_SECRET', 'a,b,c', secrets],
    ['SLACK_SIGNING_SECRET', ',', secrets],
    ['HUBSPOT_PORTAL_ID', 'my-portal', "must be the portal's number"],
    ['HUBSPOT_SIGNATURE_V1', 'yes', 'must be allow or refuse'],
    ['LOG_LEVEL', 'INFO', 'must be one of fatal, error, warn, info, debug, trace, silent'],
  ])('%s=%s', (name, value, message) => {
    expect(messageOf(() => readEnv({ ...COMPLETE, [name]: value }))).toBe(
      `The environment has a mistake:\n  ${name} ${message}`,
    )
  })

  test('a value is never shown', () => {
    const names = [...Object.keys(readEnv(COMPLETE)), 'REDIS_URL', 'SLACK_API_URL', 'HUBSPOT_BASE_URL']
    const leaky = Object.fromEntries(names.map((name) => [name, 'hunter2://,hunter2 ,hunter2']))
    const message = messageOf(() => readEnv(leaky))
    expect(message).toContain('SLACK_SIGNING_SECRET must hold')
    expect(message).not.toContain('hunter2')
  })
})

test.each(['https://baton.example.com/', 'https://example.com/tools/baton', 'https://example.com/tools/baton/'])(
  'PUBLIC_URL may be %s',
  (url) => {
    expect(readEnv({ ...COMPLETE, PUBLIC_URL: url }).PUBLIC_URL).toBe(url)
    expect(readProjectEnv({ PUBLIC_URL: url })).toEqual({ PUBLIC_URL: url, CONFIG_DIR: './config' })
  },
)

describe('secrets in files', () => {
  const directory = mkdtempSync(join(tmpdir(), 'baton-secrets-'))
  afterAll(() => rmSync(directory, { recursive: true }))
  const file = (name: string, content: string) => {
    writeFileSync(join(directory, name), content)
    return join(directory, name)
  }
  const SECRETS = {
    HUBSPOT_ACCESS_TOKEN: 'pat-secret',
    HUBSPOT_CLIENT_SECRET: 'old, new',
    SLACK_BOT_TOKEN: 'xoxb-secret',
    SLACK_SIGNING_SECRET: 'signing-secret',
    API_TOKENS: 'read=crm,site',
    APOLLO_API_KEY: 'apollo-secret',
    REDIS_URL: 'rediss://user:secret@redis.example.com:6380',
  }

  test('each may stand in one, and means the same there', () => {
    const files = Object.entries(SECRETS).map(([name, value]) => [`${name}_FILE`, file(name, `${value}\n`)])
    const { PUBLIC_URL } = COMPLETE
    expect(readEnv({ PUBLIC_URL, ...Object.fromEntries(files) })).toEqual(readEnv({ PUBLIC_URL, ...SECRETS }))
    expect(readRedisEnv({ REDIS_URL_FILE: file('redis', SECRETS.REDIS_URL) }).REDIS_URL).toEqual([SECRETS.REDIS_URL])
  })

  test('what is wrong with the files stands in the one message, and the secret itself is not missing then', () => {
    const variables = {
      ...COMPLETE,
      HUBSPOT_ACCESS_TOKEN_FILE: file('token', 'pat-other'),
      SLACK_BOT_TOKEN: '',
      SLACK_BOT_TOKEN_FILE: join(directory, 'nowhere'),
      SLACK_SIGNING_SECRET: undefined,
      SLACK_SIGNING_SECRET_FILE: file('empty', ' \n'),
      PORT: 'http',
    }
    expect(messageOf(() => readEnv(variables))).toBe(
      [
        'The environment has 4 mistakes:',
        '  HUBSPOT_ACCESS_TOKEN_FILE and HUBSPOT_ACCESS_TOKEN are both set: keep one',
        '  SLACK_BOT_TOKEN_FILE names a file that cannot be read',
        '  SLACK_SIGNING_SECRET_FILE names an empty file',
        '  PORT must be a whole number from 0 to 65535',
      ].join('\n'),
    )
  })

  test('a malformed value of a file is told by the name of the variable, and not shown', () => {
    const message = messageOf(() => readRedisEnv({ REDIS_URL_FILE: file('redis-wrong', 'hunter2') }))
    expect(message).toContain('REDIS_URL must be redis://')
    expect(message).not.toContain('hunter2')
  })
})
