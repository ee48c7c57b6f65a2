import { z } from 'zod'
import { OutsideError } from '../platform/errors.ts'
import type { Logger } from '../platform/log.ts'
import type { HubSpot } from './client.ts'

const Details = z.object({ portalId: z.union([z.int(), z.string()]).transform(String) })
const ASK_AGAIN = 60_000

/**
 * Which portal is ours: as the environment says (`given` is `HUBSPOT_PORTAL_ID`), else as HubSpot does of the token. What
 * HubSpot does not say at once is asked for again every minute.
 */
export function createPortal(
  { client, call }: Pick<HubSpot, 'client' | 'call'>,
  given: string | undefined,
  log: Logger,
) {
  let id = given
  let timer: NodeJS.Timeout | undefined

  async function learn(): Promise<void> {
    if (id !== undefined) return
    try {
      id = await call('read portal', async () => {
        const response = await client.apiRequest({ method: 'GET', path: '/account-info/v3/details' })
        if (!response.ok)
          throw new OutsideError('hubspot', response.status < 500 ? 'refused' : 'unavailable', String(response.status))
        return Details.parse(await response.json()).portalId
      })
      log.info({ portal: id }, 'events of this HubSpot portal are taken')
    } catch (error) {
      log.warn(
        { err: error },
        'HubSpot did not say which portal the token is for: events of any are taken until it does',
      )
      timer = setTimeout(() => void learn(), ASK_AGAIN).unref()
    }
  }

  return {
    /** The id of the portal; undefined while nobody has said it. */
    id: (): string | undefined => id,
    /** Asks HubSpot, unless it is known. Never rejects. */
    learn,
    close: () => clearTimeout(timer),
  }
}
