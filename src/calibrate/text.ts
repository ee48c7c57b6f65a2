import { BANDS } from '../rules/score.ts'
import { counted, whole } from '../rules/words.ts'
import { type Calibration, isShut } from './calibrate.ts'
import { NEEDED } from './question.ts'
import type { Estimate } from './ranking.ts'

/** The report for people: for a terminal, or as Markdown for a pull request. */
export function calibrationText(report: Calibration, format: 'text' | 'md'): string {
  const { target, leads, converted, fitted, judged, refusal } = report
  const strong = (text: string) => (format === 'md' ? `**${text}**` : text)
  const title = `Calibrate: ${target}, ${whole(leads)} leads, ${whole(converted)} converted`
  const parts = refusal
    ? [`${title}`, '', strong(`Refused: ${refusal.message}.`)]
    : [
        `${title}; learnt from the older ${whole(fitted.leads)}, judged on the newer ${whole(judged.leads)}`,
        '',
        strong(verdictText(report)),
        rankingText(report),
        '',
        ...table(RULE_HEAD, ruleRows(report)),
        '',
        ...intervalText(report),
        ...bandText(report),
        ...gateText(report),
        ...volumeText(report),
        ...reliabilityText(report),
      ]
  return [
    format === 'md' ? `### ${parts[0]}` : parts[0],
    ...parts.slice(1),
    '',
    ...[...leftOutText(report), ...report.warnings.map((warning) => `Warning: ${warning}.`)].map((line) =>
      format === 'md' ? `- ${line}` : line,
    ),
  ].join('\n')
}

const RULE_HEAD = ['rule', 'now', 'proposed', '95 %', 'leads', 'converted', 'why']

function verdictText({ verdict, proposals, inputs }: Calibration): string {
  switch (verdict) {
    case 'proposed': {
      const weights = inputs.filter(({ proposed }) => proposed !== null).length
      return `Proposed: ${counted(weights, 'weight')} and ${counted(proposals.length - weights, 'threshold')}. Nothing is applied: review the diff, try it with what-if, merge it.`
    }
    case 'weak':
      return `Weak: ranking only, nothing is proposed before ${NEEDED.enough} leads with the rarer outcome.`
    case 'no evidence':
      return 'No evidence that other points rank the newer leads better: nothing is proposed.'
    case 'nothing to move':
      return 'Nothing to move: no weight is surely another than it is now.'
    case 'refused':
      return 'Refused.'
  }
}

function rankingText({ ranking }: Calibration): string {
  if (!ranking) return ''
  const { now, proposed, difference } = ranking
  const three = (value: number) => value.toFixed(3)
  const range = (one: Estimate) => `[${three(one.low)}, ${three(one.high)}]`
  const plus = difference.value < 0 ? '' : '+'
  return `Ranking (AUC) ${three(now.value)} ${range(now)} → ${three(proposed.value)} ${range(proposed)}, difference ${plus}${three(difference.value)} ${range(difference)}`
}

function ruleRows({ inputs }: Calibration): string[][] {
  return inputs.map(({ name, now, proposed, low, high, leads, converted, unknown, reason }) => [
    name,
    String(now),
    proposed === null ? 'keep' : String(proposed),
    low === null || high === null ? '–' : `${Math.round(low)}…${Math.round(high)}`,
    whole(leads),
    percent(converted),
    [reason, unknown > 0 ? `unknown of ${whole(unknown)}` : ''].filter(Boolean).join('; '),
  ])
}

function intervalText({ intervals, doubling }: Calibration): string[] {
  if (!intervals || doubling === null) return []
  const from =
    intervals === 'fit'
      ? 'the fit without a penalty'
      : 'a seeded bootstrap, for the fit without a penalty has no answer'
  return [`Intervals are from ${from}. ${doubling.toFixed(1)} points double the odds.`, '']
}

function bandText({ bands, inversions, thresholds, verdict }: Calibration): string[] {
  if (!bands) return []
  const rows = BANDS.map((band) => [
    band,
    whole(Math.round(bands.now[band].leads)),
    percent(bands.now[band].converted),
    String(thresholds?.bands[band] ?? ''),
    whole(Math.round(bands.proposed[band].leads)),
    percent(bands.proposed[band].converted),
  ])
  const told = (['now', 'proposed'] as const).flatMap((when) =>
    inversions[when].map(
      ({ colder, hotter }) =>
        `Inversion, ${when}: ${hotter} (${percent(bands[when][hotter].converted)}) converts below ${colder} (${percent(bands[when][colder].converted)}).`,
    ),
  )
  const then = verdict === 'proposed' ? 'proposed' : 'would be'
  return [
    `Conversion by band, of the newer leads; ${then} at thresholds for as many leads as now:`,
    '',
    ...table(['band', 'leads now', 'converted', `${then} from`, 'leads', 'converted'], rows),
    '',
    ...told,
    ...(told.length > 0 ? [''] : []),
  ]
}

function gateText({ gates, population }: Calibration): string[] {
  const [mql, ...parts] = gates.now
  if (!mql) return []
  const then = gates.proposed.find(({ gate }) => gate === 'mql')?.passes
  const narrow = parts.toSorted((a, b) => a.passes - b.passes)[0]
  const all = `Gates: ${parts.map(({ gate, least, passes }) => `${gate} ≥ ${least} lets ${whole(passes)}`).join(', ')} of ${whole(population)} leads through; all of them together ${whole(mql.passes)}${then === undefined || then === mql.passes ? '' : ` → ${whole(then)}`}.`
  const shut = isShut(mql, population)
    ? [
        `The MQL gate hardly ever passes: ${whole(mql.passes)} of ${whole(population)}${narrow ? `; ${narrow.gate} is the narrowest` : ''}.`,
      ]
    : []
  return [all, ...shut, '']
}

function volumeText({ volumes, thresholds, verdict }: Calibration): string[] {
  const rows = volumes.map(({ share, today, outcomes, ...each }) => {
    // The gain is that of the numbers beside it.
    const [now, then] = [Math.round(each.now), Math.round(each.proposed)]
    return [
      `${today ? "today's volume, " : ''}${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`,
      ...[whole(now), whole(then), whole(Math.round(outcomes))],
      then === now ? 'no gain' : `${then > now ? '+' : ''}${whole(then - now)}`,
    ]
  })
  const capacity = thresholds?.capacity
  const from = (least: number | null) => (least === null ? 'none' : `a score of ${least}`)
  return [
    `Converted among the best of the newer leads, ${verdict === 'proposed' ? 'now and proposed' : 'now and as it would be'}:`,
    '',
    ...table(['to sales', 'now', 'then', 'of', 'gain'], rows),
    '',
    ...(capacity
      ? [
          capacity.perDay >= capacity.leadsPerDay
            ? `Capacity: ${whole(capacity.perDay)} leads a day, and ${capacity.leadsPerDay.toFixed(1)} come: every lead could go to sales.`
            : `Capacity: ${whole(capacity.perDay)} leads a day of ${capacity.leadsPerDay.toFixed(1)}: from ${from(capacity.now)} now, from ${from(capacity.proposed)} then.`,
          '',
        ]
      : []),
  ]
}

function reliabilityText({ reliability }: Calibration): string[] {
  if (reliability.length === 0) return []
  const rows = reliability.map(({ leads, said, came }, tenth) => [
    String(tenth + 1),
    whole(leads),
    percent(said),
    percent(came),
  ])
  return ['Reliability, by tenths of the newer leads:', '', ...table(['tenth', 'leads', 'said', 'came'], rows)]
}

function leftOutText({ leftOut, heldInputs, unread, sampled, patienceDays }: Calibration): string[] {
  const { neverSent, unworked, before, young, youngWithOutcome } = leftOut
  return [
    `Random sample: ${whole(sampled)} leads.`,
    `Left out: never sent to sales ${whole(neverSent)}; sent and never worked ${whole(unworked)}; outcome before the handover ${whole(before)}; younger than ${patienceDays.toFixed(1)} days, in which four of five outcomes came, ${whole(young + youngWithOutcome)} (${whole(youngWithOutcome)} of them converted already).`,
    'Inputs are those of the decision that sent the lead to sales: what changed later does not count.',
    ...(heldInputs.length > 0
      ? [`Inputs left out: ${heldInputs.map(({ name, why }) => `${name} (${why})`).join(', ')}.`]
      : []),
    ...(unread.length > 0
      ? [`Never kept, so counted as 0: ${unread.join(', ')}. What-if reads them from HubSpot.`]
      : []),
  ]
}

function table(head: readonly string[], rows: readonly string[][]): string[] {
  const widths = head.map((title, column) =>
    Math.max(3, title.length, ...rows.map((row) => (row[column] ?? '').length)),
  )
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.replaceAll('|', '\\|').padEnd(widths[column] ?? 0)).join(' | ')} |`
  return [line(head), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...rows.map(line)]
}

const percent = (share: number | null) => (share === null ? '–' : `${Math.round(share * 100)} %`)
