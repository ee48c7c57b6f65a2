import { expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import { factsOf } from '../../../src/facts/facts-of.ts'
import { WEBHOOK_EVENTS, webhookEvents } from '../../../src/facts/webhook-events.ts'
import { takeDueSteps } from '../../../src/handoffs/ladder.ts'
import { WEBHOOK_DATA } from '../../../src/http/webhooks/outgoing.ts'
import type { Click, Input, LeadState, NextConfig } from '../../../src/leads/change.ts'
import {
  changed,
  contactRead,
  FITTING,
  gathered,
  leadRecord,
  leadState,
  MINUTE,
  NOW,
  REASSIGN,
  REMIND,
  signalCame,
  started,
} from '../../support/records.ts'

const config: NextConfig = { ...(await loadConfig('config', NOW)), triggers: {} }
const open = { ...started(), baseline: { num_contacted_notes: null, hs_lead_status: null } }
const reminded = takeDueSteps(open, REMIND, null).handoff
const lead = leadRecord({ signals: [], score: { ...leadRecord().score, band: 'medium' }, counters: {} })
const form = signalCame('demo_requested', NOW)
const click = (does: Click): Input => ({ type: 'click', handoffId: '42-1', by: 'U0000AE1', does })
const due: Input = { type: 'due', handoffId: '42-1', gathered: gathered(FITTING) }
const HELD = {
  portalId: '7001',
  ...{ contactId: '42', handoffId: '42-1', kind: 'mql-to-sales', route: 'tier-1-mql', pool: 'ae' },
  dueAt: new Date(REMIND).toISOString(),
}

const { portalId: _, ...NEW } = { ...HELD, kind: 'mql-to-sales-tier-1', dueAt: expect.any(String) }

it.each<[string, LeadState, Input, number, object[]]>([
  [
    'a new lead, and the rep who gets it',
    leadState(null, [], { inbox: [form] }),
    contactRead(),
    NOW,
    [
      {
        type: 'routed',
        data: {
          ...{ contactId: '42', route: 'tier-1-mql', to: 'pool', pool: 'ae', tier: 1 },
          ...{ score: 70, band: 'high', mql: false, observed: false },
        },
      },
      {
        type: 'assigned',
        data: { ...NEW, rep: 'ae-1', how: 'rotation' },
      },
    ],
  ],
  [
    'one that is out, without the words of why',
    leadState({ ...lead, handoffs: {} }),
    contactRead({ ...FITTING, numemployees: '240', hs_lead_status: 'UNQUALIFIED' }),
    NOW,
    [{ type: 'routed', data: expect.objectContaining({ route: 'not-interested', to: 'disqualify' }) }],
  ],
  [
    'an answer in time',
    leadState(lead, [open]),
    click('contacted'),
    NOW + 7 * MINUTE,
    [{ type: 'answered', data: { ...HELD, rep: 'ae-1', minutes: 7, how: 'contacted', late: false } }],
  ],
  [
    'a clock that is up',
    leadState(lead, [open]),
    due,
    REMIND,
    [{ type: 'breached', data: { ...HELD, rep: 'ae-1', undelivered: expect.any(Boolean) } }],
  ],
  [
    'the next rep',
    leadState(lead, [reminded]),
    due,
    REASSIGN,
    [{ type: 'assigned', data: { ...HELD, rep: 'ae-2', how: 'reassigned' } }],
  ],
  ['nothing new', leadState(lead, [open]), contactRead(), NOW, []],
  ['its erasure', leadState(lead, [open]), { type: 'erase' }, NOW, []],
])('%s', (_, state, input, now, told) => {
  const change = changed(config, state, input, now, input.type === 'due' ? 'ae-2' : 'ae-1')
  const events = webhookEvents(
    state,
    change,
    factsOf(state, change, now, (company) => company),
  )
  expect(events).toEqual(told.map((one) => ({ at: now, ...one })))
  for (const { type, data } of events) {
    expect(WEBHOOK_EVENTS).toContain(type)
    // Strict schemas: whatever is not documented fails.
    expect(WEBHOOK_DATA[type as 'routed'].safeParse(data).error).toBeUndefined()
  }
})
