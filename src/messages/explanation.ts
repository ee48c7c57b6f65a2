import { displayName, type LeadRecord } from '../leads/lead.ts'
import type { FitContribution } from '../rules/fit.ts'
import type { LeadScore } from '../rules/score.ts'
import { amountOf } from '../rules/signal-values.ts'
import { whyOf } from '../rules/why.ts'
import { duration, localTime, plain, signed } from '../rules/words.ts'
import type { RenderedMessage } from './alert.ts'
import { escapeText } from './texts.ts'

/** "Why this score" for Slack: every rule and signal that counted, and the fit rules that did not and why. */
export function explainScore(lead: LeadRecord, score: LeadScore): RenderedMessage {
  const fit = score.fit.contributions.map(fitLine)
  const counted = score.engagement.contributions.filter(({ points }) => points !== 0).toReversed()
  const engagement = counted.slice(0, 15).map(({ signal, points, age }) => {
    const amount = amountOf(signal)
    return `${signed(points)} ${plain(signal.type)}${amount === undefined ? '' : ` (${amount})`}, ${duration(age)} ago`
  })
  if (counted.length > 15) engagement.push(`and ${counted.length - 15} older signals`)
  const ignored = score.engagement.contributions.length - counted.length
  if (ignored > 0) engagement.push(`${ignored} more count nothing: too old, over a cap, or without points`)
  const idle = score.engagement.inactivity
  if (idle) engagement.push(`${signed(idle.points)} no activity since ${localTime(idle.since, 'UTC')}`)
  const title = `${escapeText(displayName(lead.attributes))}: score ${score.total} (${score.band})`
  const parts = [
    ...(score.base === undefined ? [] : [`*Base ${score.base}*: every lead has it`]),
    `*Fit ${score.fit.points}*\n${fit.map((line) => `• ${escapeText(line, 200)}`).join('\n') || '• no rule'}`,
    `*Engagement ${score.engagement.points}*\n${engagement.map((line) => `• ${escapeText(line, 200)}`).join('\n') || '• no signal yet'}`,
    `*Route ${escapeText(lead.route.name)}*: ${escapeText(lead.route.reason, 200)}`,
  ]
  return {
    text: [title, ...parts].join('\n').replaceAll('*', '').slice(0, 3_000),
    blocks: [`*${title}*`, ...parts].map((mrkdwn) => ({
      type: 'section',
      expand: true,
      text: { type: 'mrkdwn', verbatim: true, text: mrkdwn.slice(0, 3_000) },
    })),
  }
}

function fitLine({ rule, points, worth, explain }: FitContribution): string {
  if (points !== 0) return `${signed(points)} ${plain(rule)}`
  return `0 of ${signed(worth)} ${plain(rule)}: ${whyOf(explain(), 'short')}`
}
