import { createRequire } from 'node:module'
import { renderAsync } from '@resvg/resvg-js'
import { BarChart, LineChart } from 'echarts/charts'
import {
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  MarkLineComponent,
  TitleComponent,
} from 'echarts/components'
import { init, use } from 'echarts/core'
import { LabelLayout } from 'echarts/features'
import { SVGRenderer } from 'echarts/renderers'
import { clean } from '../messages/texts.ts'
import type { Chart } from '../reports/report.ts'
import { cellText } from '../reports/words.ts'
import { chartOption, isEmptyChart, WIDTH } from './chart-option.ts'

use([
  BarChart,
  LineChart,
  GridComponent,
  LegendComponent,
  TitleComponent,
  MarkLineComponent,
  MarkAreaComponent,
  LabelLayout,
  SVGRenderer,
])

const require = createRequire(import.meta.url)
// The machine's own fonts differ from one to the next, and a container has none.
const FONTS = ['DejaVuSansCondensed.ttf', 'DejaVuSansCondensed-Bold.ttf'].map((file) =>
  require.resolve(`dejavu-fonts-ttf/ttf/${file}`),
)
const PIXELS_PER_UNIT = 2

/** Draws a chart as SVG, which scales; null where there is nothing to draw. The same chart is drawn the same. */
export function chartSvg(chart: Chart, { dark = false }: { dark?: boolean } = {}): string | null {
  if (isEmptyChart(chart)) return null
  const { option, height } = chartOption(chart, dark)
  const drawing = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height })
  try {
    drawing.setOption(option)
    return plainSvg(drawing.renderToSVGString({ useViewBox: true }), chart)
  } finally {
    drawing.dispose()
  }
}

/**
 * The library's SVG without what only a page with a script needs, and without style sheets, which a page of a strict policy refuses. Its
 * ids count all drawings of the process: they are this chart's own here, so that several stand in one page.
 */
function plainSvg(svg: string, chart: Chart): string {
  const own = chart.id.replace(/[^\w-]/g, '')
  return svg
    .replace(/<style[\s\S]*?<\/style>/g, '')
    .replace(/ (?:class|ecmeta_\w+)="[^"]*"/g, '')
    .replace(/ style="([^"]*)"/g, (_, rules: string) => rules.replace(/([\w-]+):([^;]*);?/g, ' $1="$2"'))
    .replace(/(id="|url\(#)zr\d+-/g, `$1${own}-`)
    .replace('<svg ', () => `<svg role="img" aria-label="${escapeXml(chartAlt(chart))}" `)
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

/** Draws a chart as PNG, sharp on a phone; null where there is nothing to draw. */
export async function chartPng(chart: Chart): Promise<Buffer | null> {
  const svg = chartSvg(chart)
  if (svg === null) return null
  // Off the thread on which clocks and clicks are served.
  const drawn = await renderAsync(svg, {
    font: {
      loadSystemFonts: false,
      fontFiles: FONTS,
      defaultFontFamily: 'DejaVu Sans Condensed',
      sansSerifFamily: 'DejaVu Sans Condensed',
    },
    fitTo: { mode: 'zoom', value: PIXELS_PER_UNIT },
  })
  return drawn.asPng()
}

// What Slack takes of an alternative text.
const LONGEST_ALT = 1_000

/** A chart in words, for who does not see it: its figures, one by one. */
export function chartAlt({ title, unit, x, series, target }: Chart): string {
  const figures = series.map(({ name, values }) => {
    const own = values.map((value, at) => `${x[at] ?? ''} ${cellText(value, unit, 'UTC')}`).join(', ')
    return series.length > 1 ? `${name}: ${own}` : own
  })
  return clean(`${[title, ...figures].join('. ')}${target ? `. ${target.name}` : ''}`, LONGEST_ALT)
}
