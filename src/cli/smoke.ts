import { type Command, InvalidArgumentError } from 'commander'
import { createHubSpot } from '../hubspot/client.ts'
import { readCheckEnv } from '../platform/env.ts'
import { createMetrics } from '../platform/metrics.ts'
import { createSlack } from '../slack/client.ts'
import { createInbox } from '../store/inbox.ts'
import { besideService } from '../work/read-properties.ts'
import { atService } from './at-service.ts'
import { hurryNow } from './hurry.ts'
import { printJson } from './output.ts'
import { runSmoke, type SmokeStep } from './smoke-run.ts'

const HELP = `
It creates a contact in HubSpot and follows it: heard of, enriched, scored, routed, alerted, clock, written to HubSpot, answered. At the
end, also after a failure or Control-C, the reps get their turns back, the lead is erased and the contact archived. It counts in no
report, and its messages go to --to alone, marked TEST; the rep who would have it is told nothing by Baton, but HubSpot shows them as
the contact's owner until it is archived. An Apollo that is set up may be asked about it.

--set and --signal say what makes a lead of sales by your rules; without them it is one by the rules that Baton comes with.
HubSpot may make a company for the domain of its address (--domain), if it does so for every contact.
Exit code 0: everything worked; 1: a step did not, and the last line but one says what is wrong.

Examples:
  npm run baton -- smoke --to C0123456789
  npm run baton -- smoke --to U0123456789 --set jobtitle=CEO --set numemployees=100-500 --signal demo_requested
  npm run baton -- smoke --to C0123456789 --json | jq .ok`

// By the rules that Baton comes with: two visits to the prices make it one of sales.
const PROPERTIES = { firstname: 'Test', lastname: 'Baton smoke', jobtitle: 'VP Marketing', company: 'Baton smoke' }
const SIGNALS = ['pricing_page_viewed', 'pricing_page_viewed', 'demo_requested']
const PATIENCE = 30_000
// HubSpot's search shows a new contact after some time, and is asked every two minutes.
const HEARD = 5 * 60_000

interface Options {
  to: string
  domain: string
  set?: Record<string, string>
  signal?: string[]
  json?: true
}

/** `smoke`: a test lead through the whole path of the running service. */
export function addSmoke(program: Command): void {
  program
    .command('smoke')
    .requiredOption('--to <channel or user>', 'who gets the messages of the test: a Slack channel or user id', slackId)
    .option('--domain <domain>', "the domain of the contact's address", 'example.com')
    .option('--set <property=value>', 'a property of the contact; may be repeated', property)
    .option('--signal <type>', 'what it does, of signals.yaml; may be repeated', (one, all: string[] = []) => [
      ...all,
      one,
    ])
    .option('--json', 'print the result as JSON')
    .description('send a test lead through the whole path of the running service, and clean it up')
    .addHelpText('after', HELP)
    .action(({ json, ...options }: Options) => smoke(options, json === true))
}

async function smoke({ to, domain, set, signal = [] }: Omit<Options, 'json'>, json: boolean): Promise<void> {
  const env = readCheckEnv(process.env)
  if (env.BATON_MODE === 'observe')
    throw new Error(
      'BATON_MODE is observe: nothing is written to HubSpot and nobody is alerted, so there is no path to try. "baton doctor" says whether all is set up.',
    )
  await atService(async (at) => {
    const unknown = signal.find((type) => !Object.hasOwn(at.config().signals, type))
    if (unknown !== undefined) throw new Error(`signals.yaml names no signal "${unknown}".`)
    const known = SIGNALS.filter((type) => Object.hasOwn(at.config().signals, type))
    const metrics = createMetrics()
    const { score } = at.config().hubspot.properties
    const read = { contact: ['email', score], company: [] }
    const abort = new AbortController()
    const end = () => abort.abort()
    // npm hands on a Control-C that the terminal has sent already: the second must not end the clean-up.
    process.on('SIGINT', end).on('SIGTERM', end)
    const done = await runSmoke(
      {
        ...at,
        inbox: createInbox(at.store),
        hubspot: createHubSpot({
          ...besideService(env),
          redis: null,
          prefix: 'smoke',
          metrics,
          properties: () => read,
        }),
        slack: createSlack({ token: env.SLACK_BOT_TOKEN, apiUrl: env.SLACK_API_URL, metrics }),
        hurry: (waiting) => hurryNow({ ...at, prefix: at.store.prefix }, waiting),
      },
      {
        ...{ to, domain, patience: PATIENCE, heard: HEARD, signal: abort.signal },
        properties: { ...PROPERTIES, ...set },
        signals: signal.length > 0 ? signal : known,
        ...(json ? {} : { onStep: (step: SmokeStep) => console.log(line(step)) }),
      },
    )
    process.off('SIGINT', end).off('SIGTERM', end)
    if (json) printJson(done)
    else console.log(done.ok ? 'Everything works.' : 'It does not work.')
    if (!done.ok) process.exitCode = 1
  })
}

function line({ step, ok, milliseconds, detail }: SmokeStep): string {
  return `${ok ? '✓' : '✗'} ${step}, ${(milliseconds / 1_000).toFixed(1)} s: ${detail}`
}

function slackId(text: string): string {
  if (/^[CGUW][A-Z0-9]{2,}$/.test(text)) return text
  throw new InvalidArgumentError('It must be the id of a Slack channel or user, such as C0123456789.')
}

function property(text: string, others: Record<string, string> = {}): Record<string, string> {
  const [, name, value] = /^([a-z0-9_]+)=(.*)$/.exec(text) ?? []
  if (name === undefined || value === undefined || name === 'email')
    throw new InvalidArgumentError(
      'It must be <property>=<value>, by the internal name; the address is the test’s own.',
    )
  return { ...others, [name]: value }
}
