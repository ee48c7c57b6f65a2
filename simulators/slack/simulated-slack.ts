import fastify from 'fastify'
import { createFaults, createRateLimits, type SimulatedSlackFault } from './faults.ts'
import { createFiles, registerFiles } from './files.ts'
import { createHomeTabs, type SimulatedHome } from './home.ts'
import { type ClickInput, createInteractions, type InteractionResult, type SubmitInput } from './interactions.ts'
import { checkOptions, createMethods } from './methods.ts'
import { registerPage } from './page.ts'
import { createResponseUrls } from './response-urls.ts'
import { type RecordedCall, registerApi } from './server.ts'
import {
  DEFAULT_SCOPES,
  type SimulatedEphemeral,
  type SimulatedMessage,
  type SimulatedSlackEvent,
  type SimulatedSlackOptions,
  type SimulatedView,
} from './types.ts'
import { createViews } from './views.ts'
import { createWorkspace } from './workspace.ts'

export type { SimulatedSlackFault } from './faults.ts'
export type { ClickInput, InteractionResult, SubmitInput } from './interactions.ts'
export { signSlackRequest } from './signature.ts'
export type {
  SimulatedMessage,
  SimulatedSlackEvent,
  SimulatedSlackOptions,
  SimulatedView,
} from './types.ts'

/** A running simulated Slack. */
export interface SimulatedSlack {
  /** Where the page is; `?user=U…` chooses whose Slack it shows. */
  url: string
  /** For the client's `slackApiUrl`. */
  apiUrl: string
  /** Every call of a method, in order. */
  calls: RecordedCall[]
  /** The methods that were called and that Slack, as far as is simulated here, does not have. */
  unexpectedCalls: string[]
  /** Messages, oldest first, of one channel, of one person's DM (by U… or D… id), or of the whole workspace. */
  messages(channelOrUser?: string): SimulatedMessage[]
  ephemerals(user?: string): SimulatedEphemeral[]
  /** The modals that are open now. */
  views(): SimulatedView[]
  /** Presses a control of the message as it is now; throws when it has none such. */
  click(input: ClickInput): Promise<InteractionResult>
  /** Submits the topmost modal of a person; `errors` by block_id are what the person sees instead of it closing. */
  submitView(input: SubmitInput): Promise<InteractionResult>
  /** What a person sees in the app's Home tab; undefined: it was never published. Its controls are clicked with channel `home`. */
  home(user: string): SimulatedHome | undefined
  /** A person opens the Home tab. */
  openHome(user: string, retry?: number): Promise<InteractionResult>
  /** A person types `/baton`, in a channel or in the app's DM; the answer is an ephemeral. */
  command(input: { user: string; text: string; channel?: string }): Promise<InteractionResult>
  /** A person writes something, so that a conversation holds messages that the bot may not update. */
  say(input: { user: string; channel: string; text: string }): SimulatedMessage
  setInteractionsUrl(url: string): void
  onMessage(listener: (event: SimulatedSlackEvent) => void): void
  failNext(fault: SimulatedSlackFault): void
  /** From now on nothing fails any more. */
  mend(): void
  close(): Promise<void>
}

/**
 * Starts a simulated Slack over HTTP: the Web API under `/api/`, signed interactions to the app, response_urls, and a
 * page of the workspace at `/`. Refuses what Slack refuses, keeps everything in memory, and takes the time from `now`.
 */
export async function createSimulatedSlack(options: SimulatedSlackOptions): Promise<SimulatedSlack> {
  checkOptions(options)
  const host = options.host ?? '127.0.0.1'
  const scopes = options.scopes ?? DEFAULT_SCOPES
  const calls: RecordedCall[] = []
  const unexpectedCalls: string[] = []
  let url = ''
  let interactionsUrl = options.interactionsUrl

  const workspace = createWorkspace(options)
  const views = createViews(workspace)
  const homes = createHomeTabs(workspace)
  const faults = createFaults((id) => workspace.conversation(id)?.id)
  const files = createFiles(workspace, () => url)
  const responseUrls = createResponseUrls({ workspace, url: () => url })
  const methods = createMethods({ workspace, views, homes, files, scopes, url: () => url })
  const interactions = createInteractions({
    workspace,
    views,
    responseUrls,
    signingSecret: options.signingSecret,
    homes,
    interactionsUrl: () => interactionsUrl,
    eventsUrl: () => options.eventsUrl ?? beside(interactionsUrl, 'events'),
    commandsUrl: () => options.commandsUrl ?? beside(interactionsUrl, 'commands'),
  })

  const server = fastify({ logger: false, forceCloseConnections: true, bodyLimit: 2 * 1024 * 1024 })
  const form = 'application/x-www-form-urlencoded'
  server.addContentTypeParser(form, { parseAs: 'string' }, (_request, body, done) => done(null, body))
  const rateLimits = options.rateLimits === 'real' ? createRateLimits(options.now) : undefined
  registerApi(server, {
    methods,
    faults,
    rateLimits,
    responseUrls,
    botToken: options.botToken,
    scopes,
    calls,
    unexpectedCalls,
  })
  registerFiles(server, files, faults)
  const page = registerPage(server, { workspace, views, homes, interactions })
  await server.listen({ port: options.port ?? 0, host })
  const address = server.server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  url = `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${port}`

  return {
    url,
    apiUrl: `${url}/api/`,
    calls,
    unexpectedCalls,
    messages(channelOrUser) {
      if (channelOrUser === undefined) return workspace.messagesIn()
      return workspace.messagesIn(workspace.conversation(channelOrUser)?.id ?? channelOrUser)
    },
    ephemerals: (user) => workspace.ephemerals.filter((shown) => user === undefined || shown.user === user),
    views: views.all,
    click: interactions.click,
    submitView: interactions.submitView,
    home: homes.of,
    openHome: interactions.openHome,
    command: interactions.command,
    say(input) {
      const target = workspace.conversation(input.channel)
      if (!target || !workspace.canSee(input.user, target)) throw new Error(`${input.user} cannot write there`)
      return workspace.post(target, { text: input.text, author: input.user })
    },
    setInteractionsUrl(next) {
      interactionsUrl = next
    },
    onMessage: workspace.listen,
    failNext: faults.add,
    mend: faults.clear,
    async close() {
      page.close()
      await server.close()
    },
  }
}

// An app has its URLs side by side, unless told.
function beside(url: string | undefined, name: string): string | undefined {
  return url?.replace(/\/[^/]*$/, `/${name}`)
}
