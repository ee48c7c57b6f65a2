import type { ChosenBy } from '../handoffs/choice.ts'
import { visible } from '../rules/table-text.ts'
import { localTime, percent, signed } from '../rules/words.ts'
import type { LeadView } from './lead-schema.ts'

/**
 * The view as text for a terminal, for `explain`. Times are in the time zone of the clock, else in UTC. Texts are a
 * lead's own, so that their control characters and newlines are written out, such as `\u{1b}`: none can forge a line.
 */
export function leadViewText(view: LeadView): string {
  const local = (at: string) => localTime(Date.parse(at), view.clock?.timeZone ?? 'UTC')
  return [
    `Lead ${view.id}, decision ${view.decision.number}${view.decision.latest ? '' : ' (an earlier one)'} of ${local(view.decision.at)}, config ${view.configVersion}`,
    ...(view.doubt ? [view.doubt] : []),
    ...stateLines(view, local),
    '',
    ...scoreLines(view, local),
    '',
    ...routeLines(view, local),
    ...rotationLines(view, local),
    ...assignmentLines(view, local),
    ...[view.clock, ...view.otherHandoffs].flatMap((clock) => clockLines(clock, local)),
    ...Object.entries(view.enrichment).flatMap(([name, { status, at, why }]) =>
      status === 'pending'
        ? ['', `${name} was asked at ${local(at)} and has not answered yet: the lead is scored again when it does`]
        : why
          ? ['', `${name} was not asked: ${why}`]
          : [],
    ),
    ...triggerLines(view, local),
    '',
    'Attributes',
    ...Object.entries(view.attributes).map(([name, { value, source }]) => `  ${name} = ${value}  (${source})`),
    '',
    'History',
    ...view.history.map(
      (line) => `  ${local(line.at)}  ${line.decision ? `${line.decision}. ` : ''}${line.what}: ${line.text}`,
    ),
  ]
    .map(visible)
    .join('\n')
}

type Local = (at: string) => string

function stateLines({ state }: LeadView, local: Local): string[] {
  const lines = [
    state.missingSince && `HubSpot has no such contact since ${local(state.missingSince)}.`,
    state.mergedInto && `Merged into contact ${state.mergedInto}.`,
    state.adopted &&
      `Known to HubSpot before Baton came on ${local(state.adopted.at)}: left alone until it does something new.`,
    state.rejected && `Disqualified by ${state.rejected.by} on ${local(state.rejected.at)}: ${state.rejected.reason}`,
    state.stage && `Stage ${state.stage.name}, since ${local(state.stage.since)}.`,
    state.returning && `It is back since ${local(state.returning)}: a person had taken it out, and it raised its hand.`,
    state.stageSetBack &&
      `Its stage was set back in HubSpot ${local(state.stageSetBack)}: it stays so until the lead does something new.`,
    state.archived &&
      `Archived ${local(state.archived.at)} by ${state.archived.by}: nothing is done about it until it does something new.`,
    state.track && trackText(state.track, local),
    state.notEnrolled,
    state.refused && `HubSpot does not take ${state.refused.map((one) => `${one.property} (${one.code})`).join(', ')}.`,
    state.waitingSince &&
      `Waits since ${local(state.waitingSince)}: ${state.heldFor ? `sales needs ${state.heldFor.join(', ')}` : 'nobody of its pool is available'}.`,
    state.ended && `The last handoff with sales ended ${local(state.ended.at)}: ${state.ended.how}.`,
    state.needsReview && 'Flagged for review.',
    state.missing.length > 0 && `Sales would miss: ${state.missing.join(', ')}`,
    state.wakeAt && `Next look without an event: ${local(state.wakeAt)}`,
    state.fadesAt && `Its score moves by itself: ${local(state.fadesAt)}`,
  ]
  return lines.filter((line) => typeof line === 'string')
}

function trackText({ name, base, enrolled, paused }: NonNullable<LeadView['state']['track']>, local: Local): string {
  const end = enrolled?.until ? `until ${local(enrolled.until)}` : 'until something ends it'
  const signal = enrolled?.untilSignal ? `${enrolled.until ? ', or' : 'until'} ${enrolled.untilSignal}` : ''
  const ends = enrolled?.until || !enrolled?.untilSignal ? `${end}${signal}` : signal
  return [
    `Nurture track ${name || 'none'}`,
    base ? `by its route ${base}` : undefined,
    enrolled && `enrolled in ${enrolled.track} by ${enrolled.by} ${local(enrolled.at)} ${ends}`,
    paused && `paused by ${paused.by} ${local(paused.at)}`,
  ]
    .filter(Boolean)
    .join('; ')
}

function scoreLines({ score }: LeadView, local: Local): string[] {
  const { fitRules, engagementSignals: engagement } = score
  return [
    `Score ${score.total} (${score.band})${score.mql ? ', a marketing-qualified lead' : ''}: ${score.arithmetic}`,
    ...(score.now
      ? [
          `  by now: score ${score.now.total} (${score.now.band}): fit ${score.now.fit}, engagement ${score.now.engagement}`,
        ]
      : []),
    `Fit: ${fitRules.arithmetic}`,
    ...fitRules.rules.map(({ rule, points, worth, why }) => `  ${pointsText(points, worth)}  ${rule}: ${why}`),
    `Engagement: ${engagement.arithmetic}`,
    ...engagement.signals.map(
      ({ signal, points, worth, amount, by, ageDays, source, why, detail, at, until }) =>
        `  ${pointsText(points, worth)}  ${signal}${amount === undefined ? '' : ` ${amount}`}${by ? ` (${by})` : ''}, ${ageDays} days old (${local(at)}${until ? `, one visit until ${local(until)}` : ''}, ${source}${detail ? `, ${detail}` : ''})${why === 'counted' ? '' : `: ${why}`}`,
    ),
    ...(engagement.inactivity
      ? [
          `  ${pointsText(engagement.inactivity.points, 0)}  no activity since ${local(engagement.inactivity.since)}: ${engagement.inactivity.periods} full periods`,
        ]
      : []),
    ...engagement.notSeen.map(
      ({ signal, worth, by }) => `  ${pointsText(0, worth)}  ${signal}${by ? ` (${by})` : ''}: not seen`,
    ),
    'Profile (icp.yaml)',
    ...score.profile.map(({ kind, name, matched, why }) => `  ${matched ? 'yes' : 'no '}  ${kind} ${name}: ${why}`),
  ]
}

function routeLines({ route, standing }: LeadView, local: Local): string[] {
  const where = ({ name, to, reason }: Pick<LeadView['standing'], 'name' | 'to' | 'reason'>) =>
    `${name} (${Object.entries(to)[0]?.filter(Boolean).join(' ')}): ${reason.replace(`${name}: `, '')}`
  return [
    `Route ${where(route)}; ${route.action}`,
    ...(route.sampled
      ? [
          `  drawn at random: ${percent(route.sampled.share)} of the leads of ${route.name} go to sales all the same (sample)`,
        ]
      : []),
    ...route.considered.map(({ route: name, matched, why }) => `  ${matched ? 'yes' : 'no '}  ${name}: ${why}`),
    `Stands since ${local(standing.since)}: ${where(standing)}`,
  ]
}

function triggerLines({ triggers }: LeadView, local: Local): string[] {
  if (triggers.length === 0) return []
  return [
    '',
    'Triggers (triggers.yaml)',
    ...triggers.map(({ name, once, why, firedAt, waits, followUpAt = [], mayHoldAt }) =>
      [
        `  ${firedAt ? 'fired' : 'no   '}  ${name} (once ${once}): ${firedAt ? `${local(firedAt)}; now ${why}` : why}`,
        ...(waits ? [waits.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/, local)] : []),
        ...followUpAt.map((at) => `followed up ${local(at)}`),
        ...(mayHoldAt ? [`next by itself ${local(mayHoldAt)}`] : []),
      ].join('; '),
    ),
  ]
}

function rotationLines({ rotation }: LeadView, local: Local): string[] {
  if (!rotation) return []
  return [
    '',
    `Rotation: ${rotation.rep ?? 'nobody available'} of ${rotation.pool}${chosenText(rotation)}`,
    ...rotation.pools.flatMap(({ pool, members }, round) => [
      ...(rotation.pools.findIndex((one) => one.pool === pool) < round
        ? [`  ${pool} again, without asking for more:`]
        : []),
      ...members.map(
        ({ rep, weight, turns, share, lastLeadAt, skipped, chosen }) =>
          `  ${chosen ? 'yes' : 'no '}  ${pool}/${rep}: ${skipped ?? `${turns} ${turns === 1 ? 'turn' : 'turns'} ÷ weight ${weight} = ${share}, last lead ${lastLeadAt ? local(lastLeadAt) : 'never'}`}`,
      ),
    ]),
  ]
}

const CHOSEN_TEXTS: Record<ChosenBy, string> = {
  'kept-owner': ', who is the owner already',
  'meeting-host': ', with whom it booked a meeting',
  'stand-in': ', who stands in while the owner is away',
  'company-owner': ', who owns the company in HubSpot',
  'company-lead': ', who has another lead of the company',
  'by-name': ', whom a person named',
  rotation: ', whose turn it was: at work, least turns ÷ weight, longest wait',
}

function chosenText({ why, keptOwner }: NonNullable<LeadView['rotation']>): string {
  return why ? CHOSEN_TEXTS[why] : keptOwner ? CHOSEN_TEXTS['kept-owner'] : ''
}

function assignmentLines({ assignment }: LeadView, local: Local): string[] {
  if (!assignment) return []
  return [
    '',
    `Assignment ${assignment.handoff}: ${assignment.rep} of ${assignment.pool}${coverText(assignment)}`,
    ...assignment.holders.map(
      (one) => `  ${local(one.since)}  ${one.rep}: ${one.how}${one.by ? ` by ${one.by}` : ''}${coverText(one)}`,
    ),
  ]
}

function coverText({ for: covered }: { for?: string | undefined }): string {
  return covered ? `, covers for ${covered}, who stays the owner` : ''
}

function clockLines(clock: LeadView['clock'], local: Local): string[] {
  if (!clock) return []
  return [
    '',
    `Clock ${clock.kind}: ${clock.status}${clock.breachedAt ? `, breached${clock.breachedBy ? ' (undelivered: not counted against the rep)' : ''}` : ''}`,
    ...(clock.undeliveredSince
      ? [`  undelivered since ${local(clock.undeliveredSince)}: Slack has not taken the alert`]
      : []),
    `  ${clock.arithmetic}`,
    ...clock.ladder.map(
      ({ do: what, dueAt, doneAt }) => `  ${local(dueAt)}  ${what}${doneAt ? `, done ${local(doneAt)}` : ''}`,
    ),
    ...(clock.steps ?? []).map(
      ({ step, dueAt, state, doneAt }) =>
        `  ${local(dueAt)}  step ${step}: ${state}${doneAt ? ` ${local(doneAt)}` : ''}`,
    ),
    ...(clock.stepsPausedAt ? [`  steps paused since ${local(clock.stepsPausedAt)}`] : []),
    ...(clock.answered
      ? [
          `  ${local(clock.answered.at)}  ${clock.answered.how}${clock.answered.by ? ` by ${clock.answered.by}` : ''}, after ${clock.answered.minutes} min`,
        ]
      : []),
    ...(clock.tryUntil && clock.attempts
      ? [`  ${local(clock.tryUntil)}  end of the attempts, ${clock.attempts.made} of ${clock.attempts.of} made`]
      : []),
    ...(clock.ended
      ? [`  ${local(clock.ended.at)}  ended: ${clock.ended.how}${clock.ended.by ? ` by ${clock.ended.by}` : ''}`]
      : []),
  ]
}

function pointsText(points: number, worth: number): string {
  const text = points === 0 ? '0' : signed(points)
  return (points === worth || points !== 0 ? text : `${text} of ${signed(worth)}`).padStart(9)
}
