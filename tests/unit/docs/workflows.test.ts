import { readFile } from 'node:fs/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Config } from '../../../src/config/config.ts'
import { loadConfig } from '../../../src/config/load.ts'
import { LOADED_AT } from '../../support/config.ts'

const POINTS = [
  'Objective',
  'Trigger',
  'Inputs',
  'Processing',
  'Outputs',
  'Consumers',
  'Decisions informed',
  'Quality checks',
  'Failure and feedback loop',
]

let config: Config
let page: string
let workflows: string[]
beforeAll(async () => {
  config = await loadConfig('config', LOADED_AT)
  page = await readFile('docs/workflows.md', 'utf8')
  workflows = page.split(/^## /m).slice(1)
})

describe('docs/workflows.md', () => {
  it('has every workflow in nine points, with its owner', () => {
    expect(workflows.length).toBeGreaterThan(8)
    for (const workflow of workflows) {
      const rows = [...workflow.matchAll(/^\| ([A-Z][^|]+) \| \S/gm)].map(([, point]) => point)
      expect(rows, workflow.split('\n')[0]).toEqual(POINTS)
      expect(workflow, workflow.split('\n')[0]).toMatch(/^Owner: \S/m)
    }
  })

  it('names every kind of handoff that Baton comes with', () => {
    for (const kind of Object.keys(config.handoffs.kinds)) expect(page).toContain(`\`${kind}\``)
  })

  it('every kind and every trigger that Baton comes with says who answers for it', () => {
    const rules = Object.entries({ ...config.handoffs.kinds, ...config.triggers })
    expect(rules.filter(([, rule]) => !rule.owner).map(([name]) => name)).toEqual([])
  })
})
