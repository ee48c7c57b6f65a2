import { renderHome } from '../messages/home.ts'
import { isRefused } from '../platform/errors.ts'
import { createHomes } from '../store/homes.ts'
import { CHANGED_MEANWHILE, type Handler, type Parts, RunLater } from './parts.ts'

/** Publishes what a user sees in their App Home as it is now. */
export function createPublishHome(
  parts: Pick<Parts, 'config' | 'log' | 'publicUrl' | 'slack' | 'store' | 'viewHome'>,
): Handler<{ user: string }> {
  const homes = createHomes(parts.store)

  return async function publishHome({ user }) {
    const asked = await homes.asked(user)
    const view = renderHome(parts.config(), await parts.viewHome(user), parts.publicUrl)
    try {
      await parts.slack.publishHome(user, view)
    } catch (error) {
      if (!isRefused(error)) throw error
      parts.log.warn({ user, code: error.code }, 'Slack does not take the App Home: is its Home tab on?')
    }
    if (!(await homes.settle(user, asked))) throw new RunLater(CHANGED_MEANWHILE)
  }
}
