import { type Command, InvalidArgumentError } from 'commander'
import { leadViewText } from '../views/lead-text.ts'
import { contactIn } from '../views/leads.ts'
import { createLeadViews } from '../views/read-lead.ts'
import { atService, leadNamed } from './at-service.ts'
import { printJson } from './output.ts'

const HELP = `
An email address or a name is looked for in HubSpot: HUBSPOT_ACCESS_TOKEN has to be set. --json prints one document.
Exit code 0: it is explained; 1: there is no such lead or decision.

Examples:
  npm run baton -- explain 401000000001
  npm run baton -- explain dana.ruiz@northwind.example
  npm run baton -- explain https://app.hubspot.com/contacts/1234567/record/0-1/401000000001
  npm run baton -- explain 401000000001 --decision 3 --json | jq .score.total`

/** `explain`: why a lead scored and went where it did. */
export function addExplain(program: Command): void {
  program
    .command('explain')
    .argument('<lead...>', 'a contact id, a link into HubSpot, an email address, or a name')
    .option('--decision <number>', 'an earlier decision of its history, computed again', decisionNumber)
    .option('--json', 'print what GET /v1/leads/{contactId} answers')
    .description('why a lead scored and went where it did; reads the Redis of the running service')
    .addHelpText('after', HELP)
    .action((words: string[], { decision, json }: { decision?: number; json?: true }) =>
      atService(async (at) => {
        const text = words.join(' ')
        const contactId = contactIn(text) ?? (await leadNamed(at, text))
        const view = await createLeadViews({ ...at, config: () => null })(contactId, decision, at.clock.now())
        if (!view)
          throw new Error(`there is no ${decision ? `decision ${decision} of a ` : ''}lead ${contactId} in this Redis.`)
        if (json) return printJson(view)
        console.log(leadViewText(view))
      }),
    )
}

function decisionNumber(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It must be a whole number from 1 on.')
}
