import { expect, it } from 'vitest'
import { type Finding, findingsText } from '../../../src/doctor/finding.ts'
import { webhookFinding } from '../../../src/doctor/hubspot.ts'

it('findings stand below each other with what to do, wrapped, and the count of faults', () => {
  const findings: Finding[] = [
    { check: 'hubspot token', status: 'ok', found: 'portal 90012345' },
    { check: 'slack channel ae', status: 'fault', found: 'ae: C0000AE is without Baton', todo: 'invite it' },
  ]
  const text = findingsText(findings, 40)
  expect(text.split('\n')).toEqual([
    'ok       hubspot token: portal 90012345',
    'fault    slack channel ae: ae: C0000AE',
    '         is without Baton',
    '         → invite it',
    '',
    '1 fault, no warnings.',
  ])
})

it('the last event: none yet and one of long ago are worth a look, and no fault', () => {
  const now = Date.parse('2026-11-26T12:00:00Z')
  const ago = (hours: number) => webhookFinding(now - hours * 3_600_000, now)
  expect(webhookFinding(null, now)).toMatchObject({ status: 'warning', found: expect.stringContaining('polling') })
  expect(ago(0.5)).toEqual({ check: 'hubspot webhooks', status: 'ok', found: 'the last event came in 30 min ago' })
  expect(ago(24)).toMatchObject({ status: 'ok', found: 'the last event came in 24 h ago' })
  expect(ago(72)).toMatchObject({ status: 'warning', found: 'the last event came in 3 days ago' })
})
