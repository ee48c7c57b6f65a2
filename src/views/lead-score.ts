import type { Config } from '../config/config.ts'
import type { Decision } from '../leads/decision.ts'
import type { DecisionEntry } from '../leads/history.ts'
import type { Attributes, AttributeValue, Signal } from '../rules/attributes.ts'
import type { Check } from '../rules/condition.ts'
import { clamp } from '../rules/rounding.ts'
import { scoreLead } from '../rules/score.ts'
import { mostOf, type Points, pointsText, worthOf } from '../rules/signal-points.ts'
import { amountOf } from '../rules/signal-values.ts'
import { checkedValue, testText, whyOf } from '../rules/why.ts'
import { iso, signed } from '../rules/words.ts'
import type { LeadView } from './lead-schema.ts'

const DAY = 24 * 60 * 60_000

/** A score with every rule and signal, and what it would be by now. */
export function scoreView(
  config: Config,
  { score }: Decision,
  inputs: { attributes: Attributes; signals: Signal[] },
  entry: DecisionEntry,
  now: number,
): LeadView['score'] {
  const { fit, engagement, icp, base = 0 } = score
  const today = scoreLead(config, inputs.attributes, inputs.signals, now)
  const faded = today.total !== score.total || today.engagement.points !== score.engagement.points
  return {
    total: score.total,
    fit: fit.points,
    engagement: engagement.points,
    band: score.band,
    mql: score.mql,
    at: iso(entry.at),
    ...(score.base === undefined ? {} : { base: score.base }),
    arithmetic: `${base ? `base ${base} + ` : ''}fit ${fit.points} + engagement ${engagement.points} = ${base + fit.points + engagement.points}, kept between 0 and 100: ${score.total}`,
    fitRules: {
      arithmetic: `${sumText(fit.contributions.map(({ points }) => points))}, at most ${config.scoring.fit.max}: ${fit.points}`,
      rules: fit.contributions.map(({ rule, points, worth, explain }) => {
        const evaluation = explain()
        const checks = evaluation.checks.map((check) => checkView(check, inputs.attributes))
        return { rule, points, worth, why: whyOf(evaluation), checks }
      }),
    },
    engagementSignals: engagementView(config, score, inputs.signals),
    profile: icp.checks.map(({ kind, name, evaluation }) => ({
      kind,
      name,
      matched: evaluation.truth === 'true',
      why: whyOf(evaluation),
      checks: evaluation.checks.map((check) => checkView(check, inputs.attributes)),
    })),
    ...(faded
      ? { now: { total: today.total, fit: today.fit.points, engagement: today.engagement.points, band: today.band } }
      : {}),
  }
}

/** The signals with their points, and those that were not seen. */
function engagementView(
  config: Config,
  { engagement }: Decision['score'],
  signals: readonly Signal[],
): LeadView['score']['engagementSignals'] {
  const { signals: rules, max: most } = config.scoring.engagement
  const seen = new Set(signals.map(({ type }) => type))
  return {
    arithmetic: `${sumText([...engagement.contributions.map(({ points }) => points), engagement.inactivity?.points ?? 0])}, kept between 0 and ${config.scoring.engagement.max}: ${engagement.points}`,
    signals: engagement.contributions.map(({ signal, points, age, reason }) => ({
      signal: signal.type,
      ...(signal.detail ? { detail: signal.detail } : {}),
      at: iso(signal.at),
      ...(signal.session ? { until: iso(signal.session.until) } : {}),
      ageDays: Math.round((age / DAY) * 10) / 10,
      ...worthView(config, rules, signal),
      points: Math.round(points * 1000) / 1000,
      source: sourceOf(signal),
      why: reason,
    })),
    ...(engagement.inactivity
      ? { inactivity: { ...engagement.inactivity, since: iso(engagement.inactivity.since) } }
      : {}),
    notSeen: Object.entries(rules)
      .filter(([type]) => !seen.has(type))
      .map(([signal, { points }]) => ({
        signal,
        worth: typeof points === 'number' ? points : clamp(mostOf(points), -most, most),
        ...amountRule(config, signal, points),
      })),
  }
}

/** What a signal is worth before it fades: by its amount, where its points go by that. */
function worthView(config: Config, rules: Config['scoring']['engagement']['signals'], signal: Signal) {
  const rule = Object.hasOwn(rules, signal.type) ? rules[signal.type] : undefined
  if (!rule) return { worth: 0 }
  const amount = typeof rule.points === 'number' ? undefined : amountOf(signal)
  return {
    worth: Math.round((worthOf(rule.points, signal) ?? 0) * 1000) / 1000,
    ...(amount === undefined ? {} : { amount }),
    ...amountRule(config, signal.type, rule.points),
  }
}

function amountRule(config: Config, type: string, points: Points): { by?: string } {
  return typeof points === 'number' ? {} : { by: pointsText(points, config.signals[type]?.unit) }
}

/** A test as the explanation shows it. */
export function checkView(check: Check, attributes: Attributes) {
  const source = attributes[check.attribute]?.source ?? check.from
  return {
    attribute: check.attribute,
    wanted: testText(check.test, check.attribute),
    truth: check.truth,
    ...(check.value === undefined ? {} : { value: shownValue(check) }),
    ...(source === undefined ? {} : { source }),
  }
}

// A silence is kept in milliseconds, which say nothing to people.
function shownValue({ attribute, test, value = '' }: Check): AttributeValue {
  return attribute === 'quiet' ? checkedValue(attribute, test, value) : value
}

function sumText(points: number[]): string {
  const counted = points.filter((point) => point !== 0)
  if (counted.length === 0) return '0'
  const sum = counted.reduce((total, point) => total + point, 0)
  const terms = counted.map((point, index) => (index === 0 && point > 0 ? signed(point).slice(1) : signed(point)))
  return `${terms
    .join(' ')
    .replaceAll(/([+−])(?=\d)/g, '$1 ')
    .trim()} = ${Math.round(sum * 10) / 10}`
}

// HubSpot's signals are named after the property that rose or changed; the others came over the API.
function sourceOf({ id }: Signal): string {
  return id.startsWith('api-') ? 'POST /v1/signals' : `hubspot:${id.split('-')[0]}`
}
