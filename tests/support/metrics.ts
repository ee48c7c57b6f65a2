import { expect } from 'vitest'
import { click, createTier1Lead, createTier2Lead, sendSignals } from './leads.ts'
import { HOUR, type Stage } from './stage.ts'

/** One series of a scrape. */
export interface Series {
  name: string
  labels: Record<string, string>
  value: number
}

/** Reads `/metrics` as Prometheus does. */
export async function scrape(address: string): Promise<{ text: string; series: Series[] }> {
  const answer = await fetch(`${address}/metrics`)
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
  const text = await answer.text()
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return { text, series: lines.map(readLine) }
}

function readLine(line: string): Series {
  const [, name = '', labels = '', value = ''] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? []
  const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label = '', text = '']) => [label, text])
  return { name, labels: Object.fromEntries(pairs), value: Number(value) }
}

/** The value of the one series with this name and these labels; undefined when there is none. */
export function numberOf(series: Series[], name: string, labels: Record<string, string> = {}): number | undefined {
  return series.find(
    (one) => one.name === name && Object.entries(labels).every(([label, value]) => one.labels[label] === value),
  )?.value
}

/**
 * A bit of everything: an AE responds in time, an SDR does not, a signal comes twice, a request and a click without a
 * signature, and a failing Slack. Resolves with the ids of the leads.
 */
export async function runStory(stage: Stage): Promise<string[]> {
  stage.slack.failNext({ method: 'chat.postMessage', kind: 'http-500' })
  const ada = createTier1Lead(stage)
  await stage.quiet()
  await click(stage, 'U0000AE1', 'U0000AE1', 'contacted')
  const cleo = createTier2Lead(stage)
  await stage.quiet()
  for (let time = 1; time <= 2; time++)
    await sendSignals(stage, [{ id: 'visit-1', type: 'pricing_page_viewed', contactId: ada }])
  for (const path of ['hubspot', 'slack/interactions']) {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    await fetch(`${stage.addresses[0]}/webhooks/${path}`, { method: 'POST', headers, body: '[]' })
  }
  await stage.advance(HOUR)
  return [ada, cleo]
}
