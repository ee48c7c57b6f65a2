import type { VNode } from 'preact'
import { asMarkdown } from '../../what-if/render.ts'
import {
  changesPart,
  neverFiredPart,
  reproducedPart,
  repsPart,
  rulesPart,
  type Section,
  unknownPart,
  weeksPart,
} from '../../what-if/report.ts'
import type { WhatIf } from '../../what-if/result.ts'
import { amount, bar, type Content, html, type Page, table } from './html.ts'

const both = ({ before, after }: { before: number; after: number }) => `${amount(before)} → ${amount(after)}`

/** How leads and reps are called, by their ids. */
interface Names {
  reps: Record<string, { name: string }>
  leads: ReadonlyMap<string, { name: string; company: string | undefined }>
}

/** What another config would have done, as a page. */
export function whatIfResult({ root }: Page, result: WhatIf, names: Names): VNode {
  const { config, leads, changes, sales, bands, routes, largest, mistakes, failed } = result
  const nameOf = (rep: string) => names.reps[rep]?.name ?? rep
  const markdown = `data:text/markdown;charset=utf-8,${encodeURIComponent(asMarkdown(result))}`
  return html`
    <p>From <code>${config.before ?? '–'}</code> to <code>${config.after}</code>: ${amount(leads.compared)} leads compared${leads.sampled < leads.stored ? `, a sample of ${amount(leads.stored)}` : ''}. <a download=${`what-if-${config.after}.md`} href=${markdown}>Download as Markdown</a></p>
    ${leads.compared === 0 && html`<p class="said bad" role="alert">Not enough data: no decision could be compared.</p>`}
    ${failed.length > 0 && html`<div class="said bad" role="alert">It is over a limit:<ul>${failed.map((line) => html`<li>${line}</li>`)}</ul></div>`}
    ${mistakes.length > 0 && html`<div class="said bad" role="alert"><details open=${mistakes.length <= 5}><summary>This config has mistakes: ${amount(mistakes.length)}</summary><ul>${mistakes.map((line) => html`<li>${line}</li>`)}</ul></details></div>`}
    <ul class="facts">
      <li><strong class="figure">${amount(changes.moved)}</strong> of ${amount(leads.compared)} ${leads.compared === 1 ? 'lead moves' : 'leads move'}</li>
      <li>to sales ${both(sales)}</li><li>MQL ${both(changes.mql)}</li>
      <li>band ${amount(changes.band)}</li><li>route ${amount(changes.route)}</li><li>score ${amount(changes.score)}</li>
    </ul>
    ${lines({ title: '', lines: changesPart(result).lines?.slice(1) ?? [] })}
    <h2>From band to band</h2>${moves('Moves between bands', bands)}
    <h2>From route to route</h2>${moves('Moves between routes', routes)}
    ${part(rulesPart(result))}
    <h2>Reps</h2>${repsTable(result, nameOf)}${lines(repsPart(result))}
    ${part(weeksPart(result))}
    <h2>Largest changes</h2>
    ${table({
      caption: 'Leads that change most',
      rows: largest,
      empty: 'No lead changes.',
      columns: [
        {
          head: 'Lead',
          main: true,
          cell: (one) =>
            html`<a href=${`${root}/leads/${one.lead}`}>${names.leads.get(one.lead)?.name ?? one.lead}</a><small>${names.leads.get(one.lead)?.company}</small>`,
        },
        { head: 'Score', number: true, cell: (one) => both(one.score) },
        { head: 'Band', cell: (one) => change(one.band) },
        { head: 'Route', cell: (one) => change(one.route) },
        { head: 'Rep', cell: ({ rep }) => change({ before: named(rep.before), after: named(rep.after) }) },
        {
          head: 'In HubSpot',
          cell: ({ lead, url }) =>
            url.startsWith('https://')
              ? html`<a href=${url} rel="noreferrer" aria-label=${`Open ${lead} in HubSpot`}>Open</a>`
              : lead,
        },
      ],
    })}
    ${[reproducedPart(result), neverFiredPart(result), unknownPart(result)].map(part)}
    <p><a href=${`${root}/what-if`}>Try another one</a></p>`

  function named(rep: string | null): string {
    return rep === null ? '–' : nameOf(rep)
  }
}

function repsTable({ reps }: WhatIf, nameOf: (rep: string) => string): VNode {
  const busiest = Math.max(1, ...reps.flatMap(({ leads: { before, after } }) => [before, after]))
  return table({
    caption: 'Leads of each rep',
    rows: reps,
    empty: 'No rep gets a lead.',
    columns: [
      { head: 'Rep', main: true, cell: (one) => nameOf(one.rep) },
      { head: 'Leads', number: true, cell: (one) => both(one.leads) },
      {
        head: 'Before, and after',
        cell: ({ rep, leads: { before, after } }) =>
          html`${bar(before / busiest, `${nameOf(rep)} had ${amount(before)} leads`, 'second')}${bar(after / busiest, `${nameOf(rep)} would have ${amount(after)} leads`)}`,
      },
      { head: 'A week', number: true, cell: (one) => both(one.perWeek) },
      {
        head: 'Busiest day',
        number: true,
        cell: ({ busiestDay }) =>
          html`${both(busiestDay)}${busiestDay.cap !== null && html`<small>at most ${amount(busiestDay.cap)}</small>`}`,
      },
      { head: 'Open now', number: true, cell: (one) => amount(one.openNow) },
      { head: 'Too late', number: true, cell: ({ late }) => (late ? both(late) : '–') },
    ],
  })
}

function moves(caption: string, rows: { from: string; to: string; leads: number; why?: string }[]): VNode {
  const most = Math.max(1, ...rows.map(({ leads }) => leads))
  return table({
    caption,
    rows: rows.toSorted((a, b) => b.leads - a.leads),
    empty: 'Nobody moves.',
    columns: [
      { head: 'From', main: true, cell: (one) => one.from },
      { head: 'To', cell: (one) => one.to },
      { head: 'Leads', number: true, cell: (one) => amount(one.leads) },
      {
        head: 'Share',
        cell: (one) =>
          bar(
            one.leads / most,
            `${one.leads} leads from ${one.from} to ${one.to}`,
            one.from === one.to ? 'second' : 'accent',
          ),
      },
      ...(rows.some(({ why }) => why) ? [{ head: 'Mostly by', cell: (one: { why?: string }) => one.why || '–' }] : []),
    ],
  })
}

/** A part of the report as it stands in the terminal, with its heading; nothing where it says nothing. */
function part(section: Section): Content {
  const { title, table: shown } = section
  if (!shown?.rows.length && !section.lines?.length) return null
  return html`<h2>${title}</h2>${
    shown &&
    shown.rows.length > 0 &&
    table({
      caption: title,
      rows: shown.rows,
      empty: '',
      columns: shown.head.map((head, at) => ({
        head,
        main: at === 0,
        number: at > 0,
        cell: (row: string[]) => row[at],
      })),
    })
  }${lines(section)}`
}

function lines({ lines: said = [] }: Section): Content {
  return said.length > 0 && html`<ul class="hint">${said.map((line) => html`<li>${line}</li>`)}</ul>`
}

function change({ before, after }: { before: string; after: string }): string {
  return before === after ? before : `${before} → ${after}`
}
