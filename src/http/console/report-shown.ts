import type { VNode } from 'preact'
import { chartSvg } from '../../charts/chart.ts'
import type { Chart, Column as Figures, Report, Section } from '../../reports/report.ts'
import { cellText, unbroken } from '../../reports/words.ts'
import { badge, type Column, type Content, html, table } from './html.ts'

type Row = Section['rows'][number]

const LEVELS = {
  good: { word: 'as it should be', tone: 'good' },
  info: { word: 'to know', tone: 'plain' },
  // Not every one is off a target: a figure may be unusual.
  warn: { word: 'to look into', tone: 'warn' },
} as const

/** What a report says: its findings, its pictures, its tables. `csv`: the address of its figures. */
export function reportShown(report: Report, csv: string): VNode {
  const { findings, charts, sections } = report
  const { timeZone } = report.period
  return html`
    ${findings.length === 0 ? html`<p class="empty">There is nothing to point out in this time.</p>` : html`<ul class="findings">${findings.map(({ level, text }) => html`<li>${badge(LEVELS[level].word, LEVELS[level].tone)} <span>${unbroken(text)}</span></li>`)}</ul>`}
    ${charts.length > 0 && html`<div class="charts">${charts.map((chart) => picture(chart, timeZone))}</div>`}
    ${sections.map((section) => sectionShown(section, timeZone, csv))}`
}

function sectionShown({ id, title, note, columns, rows, empty }: Section, timeZone: string, csv: string): VNode {
  // An address is the link of what names its row.
  const shown = columns.filter((column) => column.id !== 'url')
  return html`<div><h2>${title}</h2>
    ${note && html`<p class="hint">${note}</p>`}
    ${table({ caption: title, rows, empty, columns: shown.map((one, at) => columnShown(one, at === 0, timeZone)) })}
    ${rows.length > 0 && html`<p class="count"><a href=${`${csv}&section=${encodeURIComponent(id)}`} aria-label=${`${title} as CSV`} download>CSV</a></p>`}
  </div>`
}

function columnShown(column: Figures, main: boolean, timeZone: string): Column<Row> {
  const { id, title, unit, target } = column
  return {
    head: title,
    note: targetText(column, timeZone),
    main,
    number: !main && unit !== 'text' && unit !== 'instant',
    cell: (row) => {
      const value = row[id]
      const text = unbroken(cellText(value, unit, timeZone))
      const { url } = row
      if (main && typeof url === 'string' && url.startsWith('https://'))
        return html`${text} <a href=${url} rel="noreferrer" aria-label=${`${text} in HubSpot`}>HubSpot</a>`
      return isOff(value, target)
        ? html`<strong class="off">${text}<span class="hidden"> off target</span></strong>`
        : text
    },
  }
}

function targetText({ unit, target }: Figures, timeZone: string): string | undefined {
  const { atLeast, atMost } = target ?? {}
  const words = (value: number) => unbroken(cellText(value, unit, timeZone))
  if (atLeast !== undefined && atMost !== undefined) return `${words(atLeast)} to ${words(atMost)}`
  if (atLeast !== undefined) return `at least ${words(atLeast)}`
  return atMost === undefined ? undefined : `at most ${words(atMost)}`
}

function isOff(value: Row[string] | undefined, target: Figures['target']): boolean {
  if (typeof value !== 'number' || !target) return false
  return value < (target.atLeast ?? value) || value > (target.atMost ?? value)
}

/** A chart in both colours, of which the style sheet shows one, and its figures as a table. */
function picture(chart: Chart, timeZone: string): Content {
  const [light, dark] = [chartSvg(chart), chartSvg({ ...chart, id: `${chart.id}-dark` }, { dark: true })]
  if (light === null || dark === null) return null
  const drawn = (svg: string, colours: string) =>
    html`<div class=${colours} dangerouslySetInnerHTML=${{ __html: svg }} />`
  return html`<figure class="card chart">${drawn(light, 'in-light')}${drawn(dark, 'in-dark')}
    <details><summary>The figures of “${chart.title}”</summary>${figuresOf(chart, timeZone)}</details>
  </figure>`
}

function figuresOf({ title, unit, x, series }: Chart, timeZone: string): VNode {
  return table({
    caption: title,
    rows: x.map((name, at) => ({ name, at })),
    empty: 'Nothing.',
    columns: [
      { head: '', main: true, cell: ({ name }) => name },
      ...series.map(({ name, values }) => ({
        head: name,
        number: true,
        cell: ({ at }: { at: number }) => cellText(values[at], unit, timeZone),
      })),
    ],
  })
}
