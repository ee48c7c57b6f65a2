import type { KnownBlock } from '@slack/types'
import { type Handoff, heldFor, holderOf } from '../handoffs/handoff.ts'
import type { NextConfig } from '../leads/change.ts'
import type { LeadRecord } from '../leads/lead.ts'
import type { Told } from '../leads/marks.ts'
import { plain } from '../rules/words.ts'
import { type RenderedMessage, section, spoken } from './alert.ts'
import { missingWords } from './attribute-words.ts'
import { contactUrl } from './contact-url.ts'
import { personOf, stateLine } from './lines.ts'
import { leadName, nameAndCompany } from './names.ts'
import { escapeText, plainText, slackDate } from './texts.ts'

/** The action of a button that opens a handoff; its value is the kind, a colon and the lead's id. */
export const OPEN_HANDOFF = 'handoff.open'

/** What a message that tells somebody of a lead is made from. */
export interface TellingInput {
  config: Pick<NextConfig, 'team' | 'signals'>
  lead: LeadRecord
  handoffs: readonly Handoff[]
  /** Who reads it, of the team: whom it was meant for, or who hears of it in their place. */
  reader: string
}

/** What stands in the alert of a handoff besides. */
export interface Also {
  lines: string[]
  buttons: KnownBlock[]
}

/** Renders what somebody is told of a lead: every reason in one message. `outsider`: the name of an owner outside the team, if known. */
export function renderTold(input: TellingInput, told: Told, outsider?: string): RenderedMessage {
  const { lead, reader } = input
  const why = reasonLines(input, told)
  const rest = [
    ...openedLines(input, told),
    leadLine(lead),
    ...(told.for === undefined ? [] : [ownerLine(input, told.for, outsider)]),
    ...(reader === told.to ? [] : [insteadLine(input, told.to)]),
  ]
  const [first, ...more] = openButtons(told, lead)
  const title = plainText(nameAndCompany(lead), 80)
  const link = {
    type: 'button' as const,
    action_id: 'lead.open',
    text: { type: 'plain_text' as const, text: 'Open in HubSpot' },
    url: contactUrl(lead),
  }
  return {
    // Both start alike: a notification takes its text from either.
    text: spoken([escapeText(title), why.join('; '), ...rest], { timeZone: zoneOf(input) }),
    blocks: [
      { type: 'header', text: { type: 'plain_text', emoji: false, text: title } },
      section([...why.map((line) => `*${line}*`), ...rest].join('\n')),
      { type: 'actions', elements: first ? [first, link] : [link] },
      ...more.map((button): KnownBlock => ({ type: 'actions', elements: [button] })),
    ],
  }
}

/** What the alert of a handoff says to a reader besides: what else was to be told to them by the same event. */
export function alsoIn(input: TellingInput, handoff: Handoff): Also {
  const { told: all = {} } = input.lead
  const own = Object.values(all).filter(({ within, to }) => within === handoff.id && to === input.reader)
  return {
    lines: own.flatMap((told) => [
      ...reasonLines(input, told).map((line) => `*Also:* ${line}`),
      ...openedLines(input, told),
    ]),
    buttons: own.flatMap((told) =>
      openButtons(told, input.lead).map((button): KnownBlock => ({ type: 'actions', elements: [button] })),
    ),
  }
}

// What the lead did, or where the handoff stands that says so; else the rule's own name.
function reasonLines(input: TellingInput, { because }: Told): string[] {
  return because.map(({ what, name, step, signal, detail }) => {
    const rule = capital(escapeText(plain(name), 80))
    if (step !== undefined) return `${rule}: ${escapeText(step, 80)}`
    if (what === 'handoff') return [rule, handoffText(input, name)].filter(Boolean).join(': ')
    if (signal === undefined) return rule
    const words = escapeText(input.config.signals[signal]?.words ?? plain(signal), 80)
    return `${rule}: ${words}${detail ? ` (${escapeText(detail, 80)})` : ''}`
  })
}

function handoffText(input: TellingInput, kind: string): string {
  const handoff = input.handoffs.filter((one) => one.kind === kind).sort((a, b) => b.startedAt - a.startedAt)[0]
  if (!handoff) return ''
  const [slackIds, timeZone] = [slackIdsOf(input), zoneOf(input)]
  const rep = holderOf(handoff)?.rep ?? ''
  const holder = slackIds[rep] ? `<@${slackIds[rep]}>` : escapeText(rep)
  if (handoff.state === 'waiting') {
    const lacks = heldFor(handoff).map(missingWords)
    return lacks.length > 0 ? `waits: sales needs ${lacks.join(', ')}` : 'waits, for nobody is free'
  }
  if (handoff.state !== 'open')
    return stateLine({ handoff, slackIds, timeZone, reader: undefined }).replaceAll('*', '').replaceAll('\n', ', ')
  const due = slackDate(handoff.dueAt ?? handoff.startedAt, timeZone)
  return handoff.breachedAt === undefined
    ? `with ${holder}, respond by ${due}`
    : `no response yet, with ${holder}, was due ${due}`
}

function openedLines(input: TellingInput, { opened = [], opens }: Told): string[] {
  return opened.map(({ kind, by, at }) => {
    const label = opens.find(({ open }) => open === kind)?.label ?? plain(kind)
    return `${capital(escapeText(label, 60))}: opened by ${personOf(by)} ${slackDate(at, zoneOf(input))}`
  })
}

function leadLine({ attributes, score }: LeadRecord): string {
  const [role, stage] = [attributes.jobTitle?.value, attributes.lifecycleStage?.value].map((value) =>
    value === undefined ? undefined : escapeText(String(value), 80),
  )
  return [role, `Score ${score.total} (${score.band})`, score.tier && `tier ${score.tier}`, stage && `stage ${stage}`]
    .filter(Boolean)
    .join(' · ')
}

function ownerLine({ config }: TellingInput, owner: string, outsider: string | undefined): string {
  const left = Object.values(config.team.reps).find(({ hubspotOwnerId }) => hubspotOwnerId === owner)
  const name = left?.name ?? outsider
  const why = left ? 'has left' : 'is not in team.yaml'
  return `In HubSpot it is for ${name ? escapeText(name) : `owner ${escapeText(owner)}`}, who ${why}: please let them know, or take it on`
}

function insteadLine({ config: { team } }: TellingInput, to: string): string {
  const name = (team.reps[to] ?? team.managers[to] ?? team.people[to])?.name ?? to
  return `Meant for ${escapeText(name)}, whom Slack does not reach`
}

function openButtons({ opens, opened = [] }: Told, lead: LeadRecord) {
  const left = opens.filter(({ open }) => !opened.some(({ kind }) => kind === open))
  return left.map(({ open, label }) => {
    const text = plainText(label ?? `Open ${plain(open)}`, 70)
    return {
      type: 'button' as const,
      action_id: OPEN_HANDOFF,
      style: 'primary' as const,
      text: { type: 'plain_text' as const, text },
      value: `${open}:${lead.id}`,
      accessibility_label: plainText(`${text}: ${leadName(lead)}`, 75),
    }
  })
}

function slackIdsOf({ config: { team } }: TellingInput): Record<string, string> {
  const all = [...Object.values(team.managers), ...Object.values(team.people), ...Object.values(team.reps)]
  return Object.fromEntries(all.map(({ id, slackUserId }) => [id, slackUserId]))
}

function zoneOf({ config: { team }, reader }: TellingInput): string {
  const calendar = (team.reps[reader] ?? team.people[reader])?.calendar
  return team.calendars[calendar ?? '']?.timeZone ?? 'UTC'
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
