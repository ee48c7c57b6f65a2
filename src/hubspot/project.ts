import { type AppNeeds, SCOPES, type Subscription, webhookUrl } from './app.ts'

/*
 * The project from which HubSpot's command line builds the app. Source: HubSpot's developer docs (project structure, app
 * and webhook configuration) and its templates (HubSpot/hubspot-project-components, 2026.09).
 */

const PLATFORM_VERSION = '2026.09'
const APP_UID = 'baton_app'

/** The file that says whether a folder is a project of Baton. */
export const APP_FILE = 'src/app/app-hsmeta.json'

/** The files of the project by their path in it. */
export function projectFiles(needs: AppNeeds, publicUrl: string): Record<string, string> {
  const scopes = (optional: boolean) => SCOPES.filter((scope) => scope.optional === optional).map(({ name }) => name)
  const contents = {
    'hsproject.json': { name: 'baton', srcDir: 'src', platformVersion: PLATFORM_VERSION },
    [APP_FILE]: {
      uid: APP_UID,
      type: 'app',
      config: {
        name: 'Baton',
        description: 'Scores leads, hands them to sales with a deadline, and writes both to HubSpot',
        distribution: 'private',
        auth: {
          type: 'static',
          requiredScopes: scopes(false),
          optionalScopes: scopes(true),
          conditionallyRequiredScopes: [],
        },
        permittedUrls: { fetch: ['https://api.hubapi.com'], iframe: [], img: [] },
      },
    },
    'src/app/webhooks/webhooks-hsmeta.json': {
      uid: 'baton_webhooks',
      type: 'webhooks',
      config: {
        settings: { targetUrl: webhookUrl(publicUrl), maxConcurrentRequests: 10 },
        subscriptions: {
          crmObjects: listed(needs.subscriptions.filter((each) => 'objectType' in each)),
          // For the classic form of events. Everything that Baton hears of has the generic one.
          legacyCrmObjects: [],
          hubEvents: listed(needs.subscriptions.filter((each) => !('objectType' in each))),
        },
      },
    },
  }
  return Object.fromEntries(
    Object.entries(contents).map(([path, content]) => [path, `${JSON.stringify(content, null, 2)}\n`]),
  )
}

function listed(subscriptions: readonly Subscription[]) {
  return subscriptions.map((subscription) => ({ ...subscription, active: true }))
}

/** Whether the text of a folder's app file says that Baton wrote it. */
export function isOwnProject(appFile: string): boolean {
  try {
    return JSON.parse(appFile)?.uid === APP_UID
  } catch {
    return false
  }
}
