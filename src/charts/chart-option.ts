import type { EChartsOption } from 'echarts'
import { clean } from '../messages/texts.ts'
import type { Chart } from '../reports/report.ts'
import { cellText } from '../reports/words.ts'

/*
 * What a chart looks like, for the library that draws it. Made for a phone, where it is shown some 350 pixels wide: large letters, few
 * lines, and the figure beside its bar instead of an axis to read it off.
 */

/** Width of a drawing, in its own units; it scales. */
export const WIDTH = 480
const MOST_ROWS = 30
const ROW = 30
const NAME = 22

// Okabe and Ito's colours, which also those tell apart who do not see red or green; in an order in which neighbours differ in brightness.
const COLOURS = {
  light: ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00'],
  dark: ['#56b4e9', '#e69f00', '#2fc99b', '#e79cc6', '#f0e442', '#ff7f3f'],
}
const INKS = {
  light: {
    text: '#17211d',
    soft: '#55625c',
    line: '#d9dedb',
    ground: '#ffffff',
    target: '#444444',
    band: 'rgba(0,0,0,0.09)',
  },
  dark: {
    text: '#e6ece9',
    soft: '#a5b3ac',
    line: '#323d38',
    ground: '#1a211e',
    target: '#cccccc',
    band: 'rgba(255,255,255,0.13)',
  },
} as const
// Told apart by more than colour.
const SYMBOLS = ['circle', 'rect', 'triangle', 'diamond', 'emptyCircle', 'emptyRect'] as const
const DASHES = ['solid', 'dashed', 'dotted'] as const
const FONT = "'DejaVu Sans Condensed', system-ui, sans-serif"

/** Whether there is anything to draw: one figure at least, and not all of them null. */
export function isEmptyChart({ series }: Chart): boolean {
  return series.every(({ values }) => values.every((value) => value === null))
}

/** What the library is to draw, and how high it is. */
export function chartOption(chart: Chart, isDark: boolean): { option: EChartsOption; height: number } {
  const ink = isDark ? INKS.dark : INKS.light
  const lies = liesDown(chart)
  const { x, series, left } = shownOf(chart, lies)
  const count = series.length
  const figure = (value: unknown) => (typeof value === 'number' ? cellText(value, chart.unit, 'UTC') : '')
  const readable = { color: ink.text, textBorderColor: ink.ground, textBorderWidth: 3 }
  const title = wrap(chart.title, 44)
  const notes = [
    ...(chart.target ? [`${isBand(chart.target) ? '▒' : '╌╌'} ${chart.target.name}`] : []),
    ...(left > 0 ? [`and ${left} more, in the table`] : []),
  ].flatMap((note) => wrap(note, 54))
  const legendRows = count > 1 ? rowsOfLegend(series.map(({ name }) => name)) : 0
  const right = lies ? 24 + widestFigure(chart) : 18
  const top = 12 + title.length * 23 + notes.length * 20 + legendRows * 26 + (lies ? 10 : 30)
  const rows = x.length * (chart.kind === 'stacked' ? 1 : count)
  const body = lies ? Math.max(90, rows * (chart.kind === 'stacked' || count === 1 ? ROW : 24) + x.length * 8) : 230
  const category = {
    type: 'category' as const,
    data: x,
    inverse: lies,
    axisTick: { show: false },
    axisLine: { lineStyle: { color: ink.line, width: 1.5 } },
    axisLabel: { color: ink.text, fontSize: 15, hideOverlap: true, interval: lies ? 0 : ('auto' as const) },
  }
  const ends = chart.target ? [chart.target.from, chart.target.to].flatMap((end) => end ?? []) : []
  const [most, furthest] = [
    Math.max(0, ...series.flatMap(({ values }) => values.flatMap((one) => one ?? []))),
    Math.max(0, ...ends),
  ]
  const value = {
    type: 'value' as const,
    // The library's scale knows nothing of a target.
    ...(furthest > most ? { max: furthest * 1.1 } : most === 0 ? { max: 1 } : {}),
    ...(chart.unit === 'count' ? { minInterval: 1 } : {}),
    splitNumber: 3,
    splitLine: { show: !lies, lineStyle: { color: ink.line } },
    axisLabel: {
      show: !lies,
      color: ink.soft,
      fontSize: 14,
      formatter: figure,
      showMinLabel: true,
      showMaxLabel: false,
    },
  }
  return {
    height: Math.round(top + body + (lies ? 16 : 40)),
    option: {
      animation: false,
      backgroundColor: ink.ground,
      color: isDark ? COLOURS.dark : COLOURS.light,
      textStyle: { fontFamily: FONT },
      title: {
        text: title.join('\n'),
        subtext: notes.join('\n'),
        left: 14,
        top: 10,
        itemGap: 6,
        textStyle: { color: ink.text, fontSize: 18, lineHeight: 23, fontWeight: 'bold' },
        subtextStyle: { color: ink.soft, fontSize: 15, lineHeight: 20 },
      },
      ...(count > 1
        ? {
            legend: {
              left: 10,
              top: 12 + title.length * 23 + notes.length * 20 + 2,
              itemGap: 14,
              itemWidth: chart.kind === 'lines' ? 30 : 16,
              itemHeight: 13,
              textStyle: { color: ink.text, fontSize: 15 },
              data: series.map(({ name }) => name),
            },
          }
        : {}),
      grid: {
        left: 14,
        right,
        top,
        bottom: 10,
        outerBoundsMode: 'same' as const,
        outerBounds: { left: 14, right, top, bottom: 8 },
      },
      xAxis: lies ? value : category,
      yAxis: lies ? category : value,
      series: series.map(({ name, values }, at) => ({
        name,
        data: values.map((one) =>
          chart.kind === 'bars' && one !== null && one < 0
            ? { value: one, label: { position: lies ? 'left' : 'bottom' } }
            : (one ?? '-'),
        ),
        ...(chart.kind === 'lines' ? lineOf(at) : barOf()),
        ...(at === 0 ? target(chart, lies, ink) : {}),
      })),
    } as EChartsOption,
  }

  function lineOf(at: number) {
    return {
      type: 'line',
      symbol: SYMBOLS[at % SYMBOLS.length],
      symbolSize: 9,
      showSymbol: true,
      lineStyle: { width: 3, type: DASHES[at % DASHES.length] },
      label: {
        show: true,
        position: 'top',
        ...readable,
        fontSize: 14,
        // The first and the last figure of a line say where it goes; all of them would hide it.
        formatter: ({ dataIndex, value: one }: { dataIndex: number; value: unknown }) =>
          dataIndex === x.length - 1 || dataIndex === 0 || x.length <= 5 ? figure(one) : '',
      },
      labelLayout: { hideOverlap: true },
    }
  }

  function barOf() {
    const isStacked = chart.kind === 'stacked'
    return {
      type: 'bar',
      ...(isStacked ? { stack: 'all' } : {}),
      barMaxWidth: 44,
      barCategoryGap: '28%',
      label: {
        show: true,
        position: isStacked ? 'inside' : lies ? 'right' : 'top',
        ...readable,
        fontSize: count > 2 && !lies ? 13 : 15,
        formatter: ({ value: one }: { value: unknown }) => (isStacked && one === 0 ? '' : figure(one)),
      },
      labelLayout: { hideOverlap: true },
    }
  }
}

function target({ target }: Chart, lies: boolean, ink: { target: string; band: string }) {
  if (!target) return {}
  const axis = lies ? 'xAxis' : 'yAxis'
  if (isBand(target)) {
    const band = [{ [axis]: target.from }, { [axis]: target.to }]
    return {
      markArea: {
        silent: true,
        itemStyle: { color: ink.band, borderColor: ink.target, borderWidth: 1, borderType: 'dashed' },
        data: [band],
      },
    }
  }
  return {
    markLine: {
      // Over the bars and under their figures.
      z: 2,
      silent: true,
      symbol: 'none',
      label: { show: false },
      lineStyle: { color: ink.target, width: 2, type: [6, 5] },
      data: [{ [axis]: target.from ?? target.to }],
    },
  }
}

function isBand({ from, to }: NonNullable<Chart['target']>): boolean {
  return from !== undefined && to !== undefined
}

/** Whether bars lie, which leaves room for names: those of people and sources, unlike those of weeks, do not fit under bars. */
function liesDown(chart: Chart): boolean {
  const { kind, x, series } = chart
  if (kind === 'lines') return false
  const figures = (widestFigure(chart) + 8) * (kind === 'stacked' ? 1 : series.length)
  return kind === 'funnel' || x.length * Math.max(widest(x) + 10, figures) > WIDTH - 70
}

function widestFigure({ unit, series }: Chart): number {
  return widest(series.flatMap(({ values }) => values.map((value) => cellText(value, unit, 'UTC'))))
}

function widest(texts: string[]): number {
  return Math.max(0, ...texts.map((text) => text.length)) * 8.5
}

function shownOf({ kind, x, series }: Chart, lies: boolean) {
  const most = lies ? Math.floor(MOST_ROWS / (kind === 'stacked' ? 1 : Math.max(1, series.length))) : x.length
  return {
    x: x.slice(0, most).map((name) => drawable(name, lies ? NAME : 30)),
    left: Math.max(0, x.length - most),
    series: series.map(({ name, values }) => ({ name: drawable(name, 30), values: values.slice(0, most) })),
  }
}

function rowsOfLegend(names: string[]): number {
  const widths = names.map((name) => 52 + name.length * 8)
  let [rows, used] = [1, 0]
  for (const width of widths) {
    if (used > 0 && used + width > WIDTH - 20) [rows, used] = [rows + 1, 0]
    used += width
  }
  return rows
}

/**
 * A text of at most so many characters, without any that an image of text cannot hold. The library keeps what it measured in a plain
 * object by text, and a text such as `__proto__` would change every object of the process: it gets a space that nobody sees.
 */
function drawable(text: string, most: number): string {
  const shown = clean(text.replace(/[\uFFFE\uFFFF]/g, ''), most)
  return shown in Object.prototype ? `${shown}\u00A0` : shown
}

/** Up to three lines of so many characters, broken between words. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of drawable(text, 3 * width).split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + word.length < width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(drawable(word, width))
  }
  return lines.slice(0, 3)
}
