import type { Config } from '../config/config.ts'
import { byAge, type Handoff, heldFor } from '../handoffs/handoff.ts'
import { TO_BE_TOLD } from '../handoffs/rungs.ts'
import { whyNotEnrolled } from '../leads/consent.ts'
import { type Decision, reasonFor } from '../leads/decision.ts'
import { type DecisionEntry, type HistoryEntry, isDecision, type RepChoice } from '../leads/history.ts'
import type { EnrichmentStatus, LeadRecord } from '../leads/lead.ts'
import type { Because } from '../leads/marks.ts'
import { replay } from '../leads/next.ts'
import { refusedAmong } from '../leads/refused.ts'
import { trackOf } from '../leads/tracks.ts'
import { truthOf } from '../rules/condition.ts'
import { factLookup } from '../rules/score.ts'
import { decidingTests, whyOf } from '../rules/why.ts'
import { counted, iso, percent } from '../rules/words.ts'
import { assignmentView, clockView } from './handoff.ts'
import type { LeadView } from './lead-schema.ts'
import { checkView, scoreView } from './lead-score.ts'
import { triggerViews } from './triggers.ts'

const MOST_LINES = 100

/** What the view is made from. `config` is the one of the decision, or the present one when that is not kept. */
export interface LeadViewInput {
  record: LeadRecord
  handoffs: Handoff[]
  history: readonly HistoryEntry[]
  /** What the contacts went through that were merged into this one, until then. */
  merged?: readonly { contact: string; entry: HistoryEntry }[]
  /** What HubSpot is known to have. */
  written?: Readonly<Record<string, string>>
  config: Config
  now: number
}

/** The decision to show: the one of that number, else the latest. Undefined when there is none of that number. */
export function decisionToShow(
  history: readonly HistoryEntry[],
  number: number | undefined,
): DecisionEntry | undefined {
  return history.filter(isDecision).findLast((entry) => number === undefined || entry.number === number)
}

/** Explains a lead by one of its decisions, which is computed again from what it was made from. */
export function leadView(input: LeadViewInput, entry: DecisionEntry): LeadView {
  const { record, handoffs, history, merged = [], config, now } = input
  const decisions = history.filter(isDecision)
  const again = replay(config, record, decisions, entry)
  if (!again) throw new Error(`decision ${entry.number} of lead ${record.id} is not kept`)
  const { decision, inputs } = again
  const newestFirst = handoffs.toSorted((a, b) => b.startedAt - a.startedAt)
  const sales = newestFirst.find(({ byRoute }) => byRoute)
  const choice = decisions.findLast((one) => one.choice && one.number <= entry.number)?.choice
  const doubt = doubtOf(config, decision, entry)
  return {
    id: record.id,
    configVersion: entry.config,
    ...(doubt ? { doubt } : {}),
    decision: { number: entry.number, at: iso(entry.at), latest: entry.number === record.decisions },
    state: stateOf(input),
    attributes: inputs.attributes,
    enrichment: Object.fromEntries(
      Object.entries(record.enrichment).map(([name, { status, at }]) => {
        const why = whyNotAsked(config, record, status)
        return [name, { status, at: iso(at), ...(why ? { why } : {}) }]
      }),
    ),
    score: { ...scoreView(config, decision, inputs, entry, now), mql: isMql(record, decision, entry) },
    standing: {
      name: record.route.name,
      to: record.route.to,
      reason: record.route.reason,
      since: iso(record.route.at),
    },
    route: {
      name: entry.route,
      to: entry.to,
      reason: reasonFor(decision),
      action: entry.action,
      ...(entry.sampled ? { sampled: entry.sampled } : {}),
      considered: decision.route.considered.map(({ route, evaluation }) => ({
        route,
        matched: evaluation.truth === 'true',
        why: whyOf(evaluation),
        checks: evaluation.checks.map((check) => checkView(check, inputs.attributes)),
      })),
    },
    rotation: choice ? rotationView(choice) : null,
    assignment: sales ? assignmentView(sales) : null,
    clock: sales ? clockView(sales, config.team) : null,
    otherHandoffs: newestFirst.filter((one) => one !== sales).map((one) => clockView(one, config.team)),
    triggers: triggerViews(config, input, (check) => checkView(check, record.attributes), now),
    history: [...merged.map(mergedLine), ...history.map(historyLine)]
      .sort((a, b) => a.at.localeCompare(b.at))
      .slice(-MOST_LINES),
  }
}

// A decision that is older than scoring's window may lack signals that have been forgotten since.
function doubtOf(config: Config, { score, route }: Decision, entry: DecisionEntry): string | undefined {
  if (entry.config !== config.version)
    return 'The config of this decision is not kept: what follows is by the present one.'
  if (score.total === entry.score && score.fit.points === entry.fit && route.route === entry.route) return undefined
  return `It was score ${entry.score} (fit ${entry.fit}, engagement ${entry.engagement}), route ${entry.route}, from signals that are no longer kept: what follows lacks them.`
}

// What HubSpot shows by the latest decision, which is not what the points alone would say.
function isMql(record: LeadRecord, { score }: Decision, entry: DecisionEntry): boolean {
  const isOut = record.rejected !== undefined || 'disqualify' in record.route.to || record.stageSetBack !== undefined
  return score.mql && !(entry.number === record.decisions && isOut)
}

function whyNotAsked(config: Config, { attributes, route }: LeadRecord, status: EnrichmentStatus): string | undefined {
  const { perDay, when } = config.enrichment
  if (status === 'not-needed') return `no answer would have sent the lead elsewhere than to ${route.name}`
  if (status === 'over-budget')
    return `enrichment.yaml, perDay: it had been asked ${perDay === undefined ? 'as often as it may be' : counted(perDay, 'time')} that day; it is asked on the next`
  if (status !== 'skipped') return undefined
  const lookup = factLookup(attributes)
  const truth = truthOf(when, lookup)
  const checks = decidingTests(when, lookup)
  return truth === 'true' ? 'it may be asked by now' : `enrichment.yaml, when: ${whyOf({ truth, checks }, 'short')}`
}

function stateOf({ record, handoffs, written, config }: LeadViewInput): LeadView['state'] {
  const {
    rejected,
    ended,
    wakeAt,
    fadesAt,
    missingSince,
    mergedInto,
    stageSetBack,
    adopted,
    archived,
    stage,
    returning,
  } = record
  const refused = refusedAmong(written ?? {}).map(({ property, code }) => ({ property, code }))
  const track = trackView(record, handoffs)
  const shownTrack = trackOf(record, salesOf(handoffs)).name
  const notEnrolled = shownTrack ? whyNotEnrolled(config, record, shownTrack) : undefined
  const waiting = handoffs.find(({ state }) => state === 'waiting')
  return {
    needsReview: record.needsReview,
    missing: record.missing,
    wakeAt: wakeAt === null ? null : iso(wakeAt),
    ...(fadesAt ? { fadesAt: iso(fadesAt) } : {}),
    ...(missingSince === undefined ? {} : { missingSince: iso(missingSince) }),
    ...(mergedInto === undefined ? {} : { mergedInto }),
    ...(waiting ? { waitingSince: iso(waiting.startedAt) } : {}),
    ...(waiting && heldFor(waiting).length > 0 ? { heldFor: [...heldFor(waiting)] } : {}),
    ...(ended ? { ended: { at: iso(ended.at), how: ended.how } } : {}),
    ...(stage ? { stage: { name: stage.name, since: iso(stage.since) } } : {}),
    ...(returning ? { returning: iso(returning.at) } : {}),
    ...(stageSetBack ? { stageSetBack: iso(stageSetBack.at) } : {}),
    ...(notEnrolled ? { notEnrolled } : {}),
    ...(refused.length > 0 ? { refused } : {}),
    ...(adopted ? { adopted: { at: iso(adopted.at) } } : {}),
    ...(archived ? { archived: { at: iso(archived.at), by: ruleText(archived.by) } } : {}),
    ...(track ? { track } : {}),
    ...(rejected ? { rejected: { by: rejected.by, reason: rejected.reason, at: iso(rejected.at) } } : {}),
  }
}

function trackView(record: LeadRecord, handoffs: readonly Handoff[]): LeadView['state']['track'] {
  const { enrolled, paused } = record.tracks ?? {}
  const { name } = trackOf(record, salesOf(handoffs))
  const base = 'nurture' in record.route.to ? record.route.to.nurture : undefined
  if (!enrolled && !paused) return undefined
  return {
    name,
    ...(base ? { base } : {}),
    ...(enrolled
      ? {
          enrolled: {
            track: enrolled.track,
            by: ruleText(enrolled.by),
            at: iso(enrolled.at),
            ...(enrolled.until === undefined ? {} : { until: iso(enrolled.until) }),
            ...(enrolled.signal === undefined ? {} : { untilSignal: enrolled.signal }),
          },
        }
      : {}),
    ...(paused ? { paused: { by: ruleText(paused.by), at: iso(paused.at) } } : {}),
  }
}

function salesOf(handoffs: readonly Handoff[]): Handoff | undefined {
  return handoffs
    .filter(({ byRoute }) => byRoute)
    .sort(byAge)
    .at(-1)
}

function ruleText({ what, name }: Because): string {
  return `${what} ${name}`
}

function rotationView(choice: RepChoice): NonNullable<LeadView['rotation']> {
  return {
    rep: choice.rep,
    pool: choice.pool,
    ...(choice.why ? { why: choice.why } : {}),
    keptOwner: choice.owner,
    pools: choice.candidates.map(({ pool, members }, round) => ({
      pool,
      members: members.map(({ rep, weight, turns, lastAssignedAt, skipped, lacks }) => ({
        rep,
        weight,
        turns,
        share: Math.round((turns / weight) * 100) / 100,
        lastLeadAt: lastAssignedAt === null ? null : iso(lastAssignedAt),
        skipped: lacks ?? skipped,
        // A pool may have been asked before, when the lead wanted more of a rep.
        chosen: round === choice.candidates.length - 1 && pool === choice.pool && rep === choice.rep,
      })),
    })),
  }
}

// Only the lead's own decisions can be asked for by their number.
function mergedLine({ contact, entry }: { contact: string; entry: HistoryEntry }): LeadView['history'][number] {
  const { at, what, text } = historyLine(entry)
  return { at, what, text: [`contact ${contact}`, text].filter(Boolean).join('; ') }
}

/** A line of a lead's history in words. */
export function historyLine(entry: HistoryEntry): LeadView['history'][number] {
  const at = iso(entry.at)
  if (isDecision(entry)) {
    const { number, score, fit, engagement, band, route, action, config, choice, was, sampled } = entry
    const rep = choice ? (choice.rep ?? 'nobody available') : undefined
    const changed = Object.keys(was)
    return {
      at,
      what: entry.what,
      decision: number,
      config,
      text: [
        `score ${score} (fit ${fit}, engagement ${engagement}, ${band})`,
        `route ${route}${sampled ? `, drawn for its sample (${percent(sampled.share)})` : ''}`,
        rep === undefined ? action : `${action} → ${rep}`,
        ...(number > 1 && changed.length > 0 ? [`changed: ${changed.join(', ')}`] : []),
      ].join('; '),
    }
  }
  const steps = entry.steps?.map((step) =>
    [
      step.detail === TO_BE_TOLD ? 'manager to be told' : step.what,
      step.what === 'step' && step.detail,
      step.rep && `to ${step.rep}`,
    ]
      .filter(Boolean)
      .join(' '),
  )
  const text = [entry.rule, ...(steps ?? []), entry.reason, entry.by && `by ${entry.by}`].filter(Boolean).join('; ')
  return { at, what: entry.what, text }
}
