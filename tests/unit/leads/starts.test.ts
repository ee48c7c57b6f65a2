import { describe, expect, it } from 'vitest'
import { startingOf } from '../../../src/leads/starts.ts'

const kind = (starts: object[]) => ({ starts }) as never
const config = {
  handoffs: {
    kinds: { 'sql-to-opportunity': kind([{ stage: 'sql' }]), churn: kind([{ signal: 'churn_risk' }]), plain: kind([]) },
    comesBack: { points: 20 },
  },
}
const opened = (kind: string, by: { what: 'handoff' | 'trigger'; name: string }) =>
  startingOf(config, { signals: [] }, [{ kind, by }])

describe('a handoff that was to begin at the next look', () => {
  it.each([
    ['by the stage that a click brought, takes the place of what sales has', 'sql-to-opportunity', 'handoff', 'sql'],
    ['by its own start, goes by the word of that', 'churn', 'handoff', 'churn'],
  ] as const)('%s', (_, kind, what, name) => {
    const route = kind === 'churn' ? 'churn_risk' : name
    expect(opened(kind, { what, name })).toEqual([{ kind, route, takesOver: true }])
  })

  it.each([
    ['by another handoff', 'handoff', 'mql-to-sales'],
    ['by a trigger, whatever it is called', 'trigger', 'sql'],
  ] as const)('%s, takes nobody’s place', (_, what, name) => {
    expect(opened('sql-to-opportunity', { what, name })).toEqual([
      { kind: 'sql-to-opportunity', route: name, takesOver: false },
    ])
  })
})
