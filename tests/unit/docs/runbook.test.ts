import { readFile } from 'node:fs/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'

interface Rules {
  groups: { rules: { alert: string }[] }[]
}

let alerts: string[]
let runbook: string[]
let escalation: string
beforeAll(async () => {
  const rules: Rules = parse(await readFile('docker/prometheus/alerts.yaml', 'utf8'))
  alerts = rules.groups.flatMap((group) => group.rules.map(({ alert }) => alert))
  runbook = (await readFile('docs/runbook.md', 'utf8')).split(/^## /m).slice(1)
  escalation = await readFile('docs/escalation.md', 'utf8')
})

describe('docs/runbook.md', () => {
  it('has a section for every alert, and for none that is not there', () => {
    const titles = runbook.flatMap((section) => /^(Baton\w+)$/m.exec(section.split('\n')[0] ?? '')?.[1] ?? [])
    expect(titles.toSorted()).toEqual(alerts.toSorted())
  })

  it('says of each what it means, where to look first and how to mend it', () => {
    for (const section of runbook.filter((one) => one.startsWith('Baton')))
      expect([...section.matchAll(/^\*\*(\w+)\*\*: \S/gm)].map(([, part]) => part)).toEqual(['Means', 'Look', 'Mend'])
  })
})

it('docs/escalation.md puts every alert into one class', () => {
  const named = [...escalation.matchAll(/`(Baton\w+)`/g)].map(([, name]) => name)
  expect(named.toSorted()).toEqual(alerts.toSorted())
})
