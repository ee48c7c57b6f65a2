import type { LeadRecord } from '../leads/lead.ts'
import type { LeadScore } from '../rules/score.ts'
import { signed } from '../rules/words.ts'
import type { RenderedMessage } from './alert.ts'
import { leadName } from './names.ts'
import { cutMrkdwn, escapeText } from './texts.ts'
import { engagementReasons, fitReasons, missedReasons, type Reason, type WordedRules } from './why.ts'

const MOST = 12

/**
 * "Why this score" for Slack, in sentences: what counted, equal things folded, and the two strongest things that did not. `now`: when
 * it was scored.
 */
export function explainScore(rules: WordedRules, lead: LeadRecord, score: LeadScore, now: number): RenderedMessage {
  const { fit, engagement } = rules.scoring
  const title = `${escapeText(leadName(lead))}: score ${score.total} (${score.band})`
  const missed = missedReasons(rules, score, 2)
  const parts = [
    ...(score.base === undefined ? [] : [`*Every lead has ${score.base}*`]),
    part(`Who they are: ${score.fit.points}`, fitReasons(rules, score), 'nothing that counts', fit.max),
    part(
      `What they did: ${score.engagement.points}`,
      engagementReasons(rules, score, now),
      'nothing yet that counts',
      engagement.max,
    ),
    ...(missed.length === 0
      ? []
      : [
          `*What did not count*\n${missed.map(({ words, points }) => `• would have added ${rounded(points)}: ${escapeText(words)}`).join('\n')}`,
        ]),
  ]
  return {
    text: cutMrkdwn([title, ...parts].join('\n').replaceAll('*', ''), 3_000),
    blocks: [`*${title}*`, ...parts].map((mrkdwn) => ({
      type: 'section',
      expand: true,
      text: { type: 'mrkdwn', verbatim: true, text: cutMrkdwn(mrkdwn, 3_000) },
    })),
  }
}

function part(title: string, reasons: Reason[], none: string, max: number): string {
  const lines = reasons.slice(0, MOST).map(({ words, points }) => `${escapeText(words)}: ${signed(points)}`)
  if (reasons.length > MOST) lines.push(`and ${reasons.length - MOST} more`)
  if (reasons.length === 0) lines.push(none)
  if (reasons.reduce((sum, { points }) => sum + points, 0) > max) lines.push(`together it counts at most ${max}`)
  return [`*${title}*`, ...lines.map((line) => `• ${line}`)].join('\n')
}

function rounded(points: number): number {
  return Math.round(points * 10) / 10
}
