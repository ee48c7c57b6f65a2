import type { Config } from '../config/config.ts'
import { isInHubSpot, type LeadRecord } from '../leads/lead.ts'
import { type Flaws, flawsOf } from '../leads/quality.ts'
import { readerOf } from '../leads/recipients.ts'
import type { RenderedMessage } from '../messages/alert.ts'
import { flawTexts } from '../messages/flaws.ts'
import { QUALITY_SHOWN, renderCleaner, renderSample } from '../messages/quality-lists.ts'
import { isRefused } from '../platform/errors.ts'
import { reportSettings } from '../reports/settings.ts'
import { cellText } from '../reports/words.ts'
import { EITHER } from '../rules/routing.ts'
import {
  createQualityLists,
  listKindOf,
  type QualityActList,
  type QualityListRow,
  type readQualityMessage,
} from '../store/quality-lists.ts'
import { createShowLive } from './live-message.ts'
import { CHANGED_MEANWHILE, type Handler, type Parts, RunLater } from './parts.ts'

const PRIORITY = 1

/** Sends somebody's message of a list about the data of leads, or brings it up to what became of them. */
export function createTellQuality(
  parts: Pick<Parts, 'clock' | 'config' | 'leads' | 'log' | 'publicUrl' | 'slack' | 'store'>,
): Handler<NonNullable<ReturnType<typeof readQualityMessage>>> {
  const { clock, leads } = parts
  const lists = createQualityLists(parts.store)
  const show = createShowLive(parts, lists.messages)

  return async function tellQuality({ messageId, listId, to, part }) {
    const config = parts.config()
    const [state, list] = await Promise.all([lists.messages.read(messageId), lists.read(listId)])
    const reader = readerOf(config.team, to)
    if (reader === undefined)
      parts.log.error(
        { list: listId, to },
        'a list about the data of leads is for somebody who is not there: check reports.yaml and team.yaml',
      )
    const message = reader && list && (await messageOf(config, listId, list, part))
    if (message) {
      try {
        await show(messageId, state, { to: reader, priority: PRIORITY, message })
      } catch (error) {
        if (!isRefused(error)) throw error
        const text =
          'Slack refuses a list about the data of leads: check cleaner and quality in reports.yaml, and that Baton is in the channel'
        parts.log.error({ list: listId, to, code: error.code }, text)
      }
    }
    if (!(await lists.messages.settle(messageId, state, clock.now()))) throw new RunLater(CHANGED_MEANWHILE)
  }

  async function messageOf(
    config: Config,
    id: string,
    { rows, summary }: QualityActList,
    part: number,
  ): Promise<RenderedMessage> {
    const { timeZone } = reportSettings(config)
    const first = part * QUALITY_SHOWN
    const own = rows.slice(first, first + QUALITY_SHOWN)
    const known = await read([...own.map(({ leadId }) => leadId), ...own.flatMap(({ twins = [] }) => twins)])
    if (listKindOf(id) === 'sample') {
      const judged = rows.flatMap(({ done }) => done.stage ?? [])
      return renderSample({
        ...{ id, first, timeZone, count: rows.length },
        judged: { all: judged.length, right: judged.filter(({ what }) => what === 'right').length },
        target: cellText(config.reports.dataQuality.targets.lifecycleStage, 'share', timeZone),
        lines: own.flatMap(({ leadId, stage = '', done }) => {
          const lead = known.get(leadId)
          return lead ? [{ lead, stage, done: done.stage }] : []
        }),
      })
    }
    return renderCleaner({
      ...{ id, count: summary.count, timeZone },
      console: parts.publicUrl === undefined ? undefined : `${parts.publicUrl}/console`,
      lines: own.flatMap(({ leadId, fills = [], twins = [], done }) => {
        const lead = known.get(leadId)
        if (!lead) return []
        return [
          {
            lead,
            wrong: flawTexts(withoutDone(flawsOf(config, lead, clock.now()), done), []),
            twins: twins.flatMap((twin) => known.get(twin) ?? []),
            fills: fills.map((fill) => ({ ...fill, done: done[fill.attribute] })),
          },
        ]
      }),
    })
  }

  // What is in HubSpot since the click is known here when the contact was read again.
  function withoutDone(flaws: Flaws, done: QualityListRow['done']): Flaws {
    const isThere = (name: string) => done[name]?.what === 'filled' || done[name]?.what === 'there'
    return { ...flaws, missing: flaws.missing.filter((one) => !one.split(EITHER).some(isThere)) }
  }

  // Who is deleted or merged meanwhile is named no more.
  async function read(ids: string[]): Promise<Map<string, LeadRecord>> {
    const states = await leads.readMany([...new Set(ids)])
    const there = states.flatMap((state) => ('unreadable' in state || !state.lead ? [] : [state.lead]))
    return new Map(there.filter(isInHubSpot).map((lead) => [lead.id, lead]))
  }
}
