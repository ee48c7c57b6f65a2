import type { Notice } from '../handoffs/notice.ts'
import { repWithOwner, type Team } from '../handoffs/team.ts'
import type { LeadRecord } from '../leads/lead.ts'
import type { RenderedMessage } from './alert.ts'
import { contactUrl } from './contact-url.ts'
import { escapeText, plainText } from './texts.ts'

/**
 * A notice for a manager, with ids instead of names: who the lead is stands in HubSpot. `outsider`: the name of an owner who is
 * not in the team, if that is known.
 */
export function renderNotice(team: Team, notice: Notice, lead: LeadRecord | null, outsider?: string): RenderedMessage {
  const { title, lines } = words(team, notice, lead, outsider)
  return {
    text: [title, ...lines].join('. ').replaceAll('*', ''),
    blocks: [
      { type: 'header', text: { type: 'plain_text', emoji: false, text: plainText(title, 150) } },
      {
        type: 'section',
        expand: true,
        text: { type: 'mrkdwn', verbatim: true, text: lines.join('\n').slice(0, 3_000) },
      },
    ],
  }
}

function words(
  team: Team,
  notice: Notice,
  lead: LeadRecord | null,
  outsider: string | undefined,
): { title: string; lines: string[] } {
  switch (notice.what) {
    case 'owned-elsewhere':
      return ownedElsewhere(team, notice, lead, outsider)
    case 'rep-left':
      return repLeft(team, notice, lead)
    case 'came-back':
      return cameBack(team, notice, lead)
    case 'channel-refused':
      return channelRefused(notice)
  }
}

function channelRefused({ pool, channel, code }: Notice & { what: 'channel-refused' }) {
  const why: Record<string, string> = {
    not_in_channel: 'Baton is not in it: invite it there, /invite @Baton',
    is_archived: 'it is archived: name another channel in team.yaml',
    channel_not_found: 'there is no such channel, or it is private: correct the id in team.yaml, or invite Baton to it',
  }
  return {
    title: `The channel of ${pool} gets no alerts`,
    lines: [
      `Slack takes no messages to <#${escapeText(channel)}>: ${why[code] ?? `it says ${escapeText(code)}`}`,
      'The reps are told all the same. What could not be said there is tried again every hour; this is said once a day',
    ],
  }
}

function cameBack(team: Team, { lead: id, rep, to }: Notice & { what: 'came-back' }, lead: LeadRecord | null) {
  const score = lead ? `, score ${lead.score.total}` : ''
  const name = rep === undefined ? undefined : escapeText(team.reps[rep]?.name ?? rep)
  return {
    title: `A lead that ${to === undefined ? 'was' : 'you'} disqualified comes back`,
    lines: [
      `*${link(id, lead)}${score}* has raised its hand since, and ${name ? `is with ${name} now` : 'waits for a rep'}`,
      'To take it out again, disqualify it in Slack or HubSpot',
    ],
  }
}

function ownedElsewhere(
  team: Team,
  { lead: id, owner }: Notice & { what: 'owned-elsewhere' },
  lead: LeadRecord | null,
  outsider: string | undefined,
) {
  const rep = repWithOwner(team, owner)
  const stranger = `owner ${escapeText(owner)}${outsider ? ` (${escapeText(outsider)})` : ''} in HubSpot, who is not in team.yaml`
  const score = lead ? `, score ${lead.score.total}` : ''
  return {
    title: 'A lead calls for sales, and its owner is not in the team',
    lines: [
      `*${contact(id, lead)}${score}* belongs to ${rep ? `${escapeText(rep.name)} in HubSpot, who has left` : stranger}`,
      'Nobody was alerted and no clock runs: please tell the owner, or give it to a rep in HubSpot',
    ],
  }
}

function repLeft(team: Team, { rep, leads, count }: Notice & { what: 'rep-left' }, lead: LeadRecord | null) {
  const name = escapeText(team.reps[rep]?.name ?? rep)
  const more = count > leads.length ? ` and ${count - leads.length} more` : ''
  return {
    title: `${name} has left: ${count} open ${count === 1 ? 'lead is' : 'leads are'} handed on`,
    lines: [
      `${name} is inactive, no longer in team.yaml, or deactivated in HubSpot`,
      `To others of the pool: ${leads.map((id) => contact(id, lead)).join(', ')}${more}`,
    ],
  }
}

// Its reader may be a rep, to whom an id says nothing.
function link(id: string, lead: LeadRecord | null): string {
  return lead?.portalId ? `<${contactUrl({ id, portalId: lead.portalId })}|The lead>` : 'The lead'
}

function contact(id: string, lead: LeadRecord | null): string {
  const url = lead?.portalId ? contactUrl({ id, portalId: lead.portalId }) : undefined
  return url ? `<${url}|contact ${escapeText(id)}>` : `contact ${escapeText(id)}`
}
