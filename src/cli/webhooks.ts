import { randomUUID } from 'node:crypto'
import type { Command } from 'commander'
import { loadConfig } from '../config/load.ts'
import { suggestion } from '../config/problems.ts'
import type { WebhookEndpoint } from '../config/schemas/webhooks.ts'
import { webhookFindings } from '../doctor/webhooks.ts'
import { hostNow } from '../platform/clock.ts'
import { secretsOf } from '../platform/env.ts'
import { postSigned } from '../platform/signed-post.ts'
import { newWebhookSecret } from '../platform/standard-webhooks.ts'
import { createWebhookOutbox } from '../store/webhook-outbox.ts'
import { webhookBody } from '../work/send-webhook.ts'
import { atService } from './at-service.ts'
import { fromNow, printJson, printTable } from './output.ts'

const HELP = `
config/webhooks.yaml says who is told of what; docs/webhooks.md how a receiver verifies it.

Examples:
  npm run baton -- webhooks list
  npm run baton -- webhooks test crm-sync
  npm run baton -- webhooks on crm-sync
  npm run baton -- webhooks secret
  npm run baton -- webhooks list --json | jq '.webhooks[] | select(.offSince)'`

/** `webhooks`: who is told of what happens, and whether they take it. */
export function addWebhooks(program: Command): void {
  const webhooks = program.command('webhooks').description('who else is told of what happens')

  webhooks
    .command('list')
    .option('--json', 'print the endpoints as JSON')
    .description('the endpoints, how much waits for each, and which are switched off')
    .addHelpText('after', HELP)
    .action(({ json }: { json?: true }) =>
      atService(async (at) => {
        const outbox = createWebhookOutbox(at.store)
        const now = at.clock.now()
        const waiting = await outbox.waiting()
        const known = at.config().webhooks
        const views = await Promise.all(
          known.map(async (endpoint) => {
            const off = await outbox.offSince(endpoint)
            const [{ status, found } = { status: 'ok', found: '' }] = webhookFindings(
              [endpoint],
              secretsOf(process.env),
            )
            return {
              ...{ name: endpoint.name, events: endpoint.events, waiting: waiting[endpoint.name] ?? 0 },
              offSince: off === null ? null : new Date(off).toISOString(),
              secret: status === 'ok' ? 'set' : found,
            }
          }),
        )
        if (json) return printJson({ webhooks: views })
        const rows = views.map(({ name, events, waiting, offSince, secret }) => [
          ...[name, events.join(', '), `${waiting}`, secret],
          offSince === null ? '' : `off, ${fromNow(offSince, now)}`,
        ])
        printTable({ head: ['name', 'events', 'waiting', 'secret', 'state'], rows }, 'webhooks.yaml names nobody.')
      }),
    )

  webhooks
    .command('test')
    .argument('<name>', 'the endpoint, as webhooks.yaml calls it')
    .option('--json', 'print the answer as JSON')
    .description('send a test event, and print what is answered')
    .addHelpText('after', HELP)
    .action(async (name: string, { json }: { json?: true }) => {
      const { webhooks: known } = await loadConfig(process.env.CONFIG_DIR || './config', hostNow())
      const endpoint = endpointNamed(known, name)
      const [{ status, found } = { status: 'ok', found: '' }] = webhookFindings([endpoint], secretsOf(process.env))
      const read = secretsOf(process.env)(endpoint.secret)
      if (status !== 'ok' || 'problem' in read) throw new Error(`${name}: ${found}`)
      const now = hostNow()
      const body = webhookBody({ type: 'test', at: now, data: { endpoint: name } })
      const answer = await postSigned(endpoint.url, { secrets: read.secrets, id: `msg_${randomUUID()}`, body, now })
      const taken = answer.status !== null && answer.status >= 200 && answer.status < 300
      if (!taken) process.exitCode = 1
      if (json) return printJson({ name, taken, status: answer.status, answer: answer.what, body: answer.body })
      console.log(`${name}: ${taken ? 'taken' : 'NOT taken'}, ${answer.what}`)
      // Whatever they say must not steer the terminal.
      if (answer.body) console.log(answer.body.replace(/[^\x20-\x7e\xa0-\uffff]+/g, ' '))
    })

  webhooks
    .command('on')
    .argument('<name>', 'the endpoint, as webhooks.yaml calls it')
    .option('--json', 'print whether it was off as JSON')
    .description('switch an endpoint on again that answered 410')
    .addHelpText('after', HELP)
    .action((name: string, { json }: { json?: true }) =>
      atService(async (at) => {
        endpointNamed(at.config().webhooks, name)
        const wasOff = await createWebhookOutbox(at.store).switchOn(name)
        if (json) return printJson({ name, wasOff })
        console.log(wasOff ? `${name} is told of what happens from now on.` : `${name} was not off.`)
      }),
    )

  webhooks
    .command('secret')
    .option('--json', 'print it as JSON')
    .description('make a secret, for the environment here and for the receiver')
    .addHelpText('after', HELP)
    .action(({ json }: { json?: true }) => {
      const secret = newWebhookSecret()
      if (json) return printJson({ secret })
      console.log(secret)
    })
}

function endpointNamed(known: readonly WebhookEndpoint[], name: string): WebhookEndpoint {
  const found = known.find((one) => one.name === name)
  if (found) return found
  const names = known.map((one) => one.name)
  throw new Error(`webhooks.yaml has no endpoint "${name}"${suggestion(name, names)}`)
}
