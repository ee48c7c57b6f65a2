import type { FastifyBaseLogger } from 'fastify'
import type { Config } from '../../config/config.ts'
import { zoneOf } from '../../handoffs/away.ts'
import { localDate } from '../../handoffs/business-time.ts'
import { AWAY_FORM, awayModal } from '../../messages/away.ts'
import { HOME } from '../../messages/home.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Slack } from '../../slack/client.ts'
import type { Away } from '../../store/away.ts'
import type { Hurry } from '../../store/commit.ts'
import type { Homes } from '../../store/homes.ts'
import { absenceSaid } from '../../views/absence.ts'
import { concernOf } from '../../views/concern.ts'
import { repsOf } from '../../views/home.ts'
import type { ControlClick, Submission } from './slack-payloads.ts'

/** What the buttons of the App Home use. */
export interface HomeClickParts {
  config: () => Config
  clock: Clock
  slack: Slack
  away: Away
  homes: Homes
  hurry: Hurry
}

/** Whether a button is one of the Home's own. */
export function isHomeButton(actionId: string): boolean {
  return Object.values<string>(HOME).includes(actionId)
}

/** Makes what the Home's own buttons do, and the form that they open. */
export function onHome(parts: HomeClickParts) {
  /** Whom a Slack user may say to be away: themselves, and who is in a pool that they manage. */
  function theirs(user: string): string[] {
    const { team } = parts.config()
    const { who, isRep, manages } = concernOf(team, user)
    return [...new Set([...(isRep && who ? [who] : []), ...repsOf(team, manages)])]
  }

  /** Publishes somebody's home at once. */
  async function publish(user: string): Promise<void> {
    parts.hurry([await parts.homes.opened(user, parts.clock.now())])
  }

  async function click(click: ControlClick, log: FastifyBaseLogger): Promise<void> {
    const [action] = click.actions
    const user = click.user.id
    const { team } = parts.config()
    const own = concernOf(team, user)
    const rep = own.isRep ? own.who : undefined
    if (action?.action_id === HOME.back && rep !== undefined) {
      await parts.away.clear(rep, user)
      return publish(user)
    }
    const reps = action?.action_id === HOME.awayFor ? repsOf(team, own.manages) : rep === undefined ? [] : [rep]
    if (reps.length === 0 || !click.trigger_id) return publish(user)
    const modal = awayModal(team, reps, parts.clock.now())
    await parts.slack
      .openModal(click.trigger_id, modal)
      .catch((error) => log.warn({ err: error }, 'the form could not be opened'))
  }

  async function submit({ user, view }: Submission): Promise<object | undefined> {
    const field = (name: string) => Object.values(view.state.values[name] ?? {})[0]
    const rep = view.private_metadata || field(AWAY_FORM.rep)?.selected_option?.value || ''
    const wrong = (where: string, text: string) => ({ response_action: 'errors', errors: { [where]: text } })
    const where = view.private_metadata === '' ? AWAY_FORM.rep : AWAY_FORM.until
    if (!theirs(user.id).includes(rep))
      return wrong(where, 'You can say this of yourself, and of who is in a pool that you manage.')
    const { team } = parts.config()
    const now = parts.clock.now()
    if (field(AWAY_FORM.what)?.selected_option?.value === 'back') {
      if ((await parts.away.clear(rep, user.id)) === 'not-away') return wrong(where, 'They are not away.')
    } else {
      const from = field(AWAY_FORM.from)?.selected_date ?? undefined
      // Who is away from today on is so from now on.
      const begins = from === localDate(zoneOf(team, rep), now) ? undefined : from
      const span = absenceSaid(team, rep, { from: begins, until: field(AWAY_FORM.until)?.selected_date }, now)
      if (typeof span === 'string') return wrong(AWAY_FORM.until, `${span[0]?.toUpperCase()}${span.slice(1)}.`)
      await parts.away.set(rep, span, user.id)
    }
    await publish(user.id)
    return undefined
  }

  return { click, submit, publish, theirs }
}

/** What the Home does. */
export type HomeActs = ReturnType<typeof onHome>
