import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import type { Handoff } from '../../../src/handoffs/handoff.ts'
import { takeDueSteps } from '../../../src/handoffs/ladder.ts'
import type { MessageKind } from '../../../src/handoffs/rungs.ts'
import { lateWords } from '../../../src/messages/late.ts'
import { renderFor } from '../../../src/messages/render.ts'
import { instant } from '../../support/business-time-vectors.ts'
import {
  answered,
  DAY,
  ELAPSED,
  facts,
  HOUR,
  leadRecord,
  MINUTE,
  MQL_TO_SALES,
  NOW,
  nextRep,
  SECOND,
  signalsAgo,
  started,
} from '../../support/records.ts'
import { textObjects } from '../../support/slack-blocks.ts'

const config = await loadConfig('config', NOW)
const open = started()
const asksForDemo = leadRecord({
  attributes: facts({ firstName: 'Dana', lastName: 'Ruiz', 'company.name': 'Northwind' }),
  signals: [...signalsAgo('demo_requested', HOUR), ...signalsAgo('email_opened', DAY, 2 * DAY)],
})

function first(
  kind: MessageKind,
  handoff: Handoff,
  { rep, now = NOW, lead = asksForDemo }: { rep?: string; now?: number; lead?: typeof asksForDemo } = {},
) {
  const { text, blocks } = renderFor(config, rep ? { kind, rep } : { kind }, lead, handoff, undefined, undefined, now)
  const line = textObjects(blocks)[0]?.text ?? ''
  expect(text.startsWith(line.replace(/\.$/, ''))).toBe(true)
  return line
}

describe('the first line of a message', () => {
  const passed = takeDueSteps({ ...open, passOn: { by: 'U0000AE1', at: NOW } }, NOW, nextRep('ae-2')).handoff
  const byApi = takeDueSteps({ ...open, passOn: { by: 'api:crm', at: NOW } }, NOW, nextRep('ae-2')).handoff
  const moved = takeDueSteps(open, NOW + 2 * HOUR, nextRep('ae-2')).handoff
  const friday = started(MQL_TO_SALES, instant('2026-11-20T22:00:00Z'))
  const far = { ...open, dueAt: NOW + 12 * DAY }

  it.each<[string, string, string]>([
    [
      'says who, what they did, by when, the company',
      first('rep-alert', open, { rep: 'ae-1' }),
      'Dana Ruiz asked for a demo · respond by 11:00 AM · Northwind',
    ],
    [
      'in the zone of the rep who reads it',
      first('rep-alert', passed, { rep: 'ae-2' }),
      'Passed on by Ada Lane: Dana Ruiz asked for a demo · respond by 5:00 PM · Northw…',
    ],
    [
      'names nobody where no colleague passed it on',
      first('rep-alert', byApi, { rep: 'ae-2' }),
      'Passed on: Dana Ruiz asked for a demo · respond by 5:00 PM · Northwind',
    ],
    [
      'says that it was reassigned',
      first('rep-alert', moved, { rep: 'ae-2', now: NOW + 2 * HOUR }),
      'Reassigned: Dana Ruiz asked for a demo · was due 5:00 PM · Northwind',
    ],
    [
      'names the day of a deadline that is not today',
      first('rep-alert', friday, { rep: 'ae-1', now: friday.startedAt }),
      'Dana Ruiz asked for a demo · respond by Mon 9:30 AM · Northwind',
    ],
    [
      'also when it is read a day later',
      first('reminder', open, { rep: 'ae-1', now: NOW + DAY }),
      'Still waiting for you: Dana Ruiz asked for a demo · respond by Wed 11:00 AM',
    ],
    [
      'and the date of one that is far off',
      first('rep-alert', far, { rep: 'ae-1' }),
      'Dana Ruiz asked for a demo · respond by Mon Nov 30, 10:00 AM · Northwind',
    ],
    [
      'no time in a channel, whose readers are anywhere',
      first('pool-alert', open),
      'Dana Ruiz asked for a demo · Northwind',
    ],
    [
      'also there that it was reassigned',
      first('pool-alert', moved),
      'Reassigned: Dana Ruiz asked for a demo · Northwind',
    ],
    [
      'the zone for a manager who has no calendar',
      first('manager-alert', open),
      'No response yet: Dana Ruiz asked for a demo · respond by 11:00 AM EST · Northwi…',
    ],
    [
      'of a handoff that a rule began its kind',
      first('rep-alert', { ...open, ruled: true, kind: 'churn-risk' }, { rep: 'ae-1' }),
      'Churn risk: Dana Ruiz · respond by 11:00 AM · Northwind',
    ],
    [
      'until when attempts can be made',
      first('attempts-reminder', answered(open, NOW), { rep: 'ae-1' }),
      'Time runs out: Dana Ruiz asked for a demo · until Wed Nov 25, 5:30 PM · Northwi…',
    ],
  ])('%s', (_, line, expected) => {
    expect(line).toBe(expected)
    expect(line.length).toBeLessThanOrEqual(80)
  })

  it.each<[string, Parameters<typeof signalsAgo>[], string]>([
    [
      'what is worth the most',
      [
        ['email_clicked', HOUR],
        ['demo_requested', 2 * HOUR],
      ],
      'Dana asked for a demo',
    ],
    ['nothing of last month', [['demo_requested', 31 * DAY]], 'Dana · respond by'],
    [
      'what counts now rather than what was more then',
      [
        ['demo_requested', 31 * DAY],
        ['email_clicked', HOUR],
      ],
      'Dana clicked a link in an email',
    ],
    ['several of a kind together', [['email_opened', HOUR, DAY, 2 * DAY, 3 * DAY]], 'Dana opened 4 mails'],
    ['twice', [['content_downloaded', HOUR, DAY]], 'Dana downloaded content twice'],
    ['what has no points, where nothing has', [['form_submitted', HOUR]], 'Dana filled in a form'],
    ['nothing that our own people did', [['onboarding_paused', HOUR]], 'Dana · respond by'],
    ['nothing that nobody has words for', [['constructor', HOUR]], 'Dana · respond by'],
  ])('tells of what the lead did %s', (_, signals, begins) => {
    const lead = leadRecord({
      attributes: facts({ firstName: 'Dana' }),
      signals: signals.flatMap((one) => signalsAgo(...one)),
    })
    expect(first('rep-alert', open, { rep: 'ae-1', lead })).toContain(begins)
  })
})

describe('a late answer', () => {
  const elapsed = started(ELAPSED)
  it.each<[string, Handoff, string]>([
    ['in time', answered(open, NOW + 59 * MINUTE), ''],
    ['on the dot', answered(open, NOW + HOUR), ''],
    ['late', answered(open, NOW + 80 * MINUTE), ', 20 min late'],
    // Lunch, from 12:00 to 13:00, does not count.
    ['late, over a break', answered(open, NOW + 4 * HOUR), ', 2 h late'],
    ['late by the clock on the wall', answered(elapsed, NOW + 4 * HOUR), ', 3 h late'],
    ['hardly late', answered(elapsed, NOW + HOUR + 20 * SECOND), ', less than 1 min late'],
    [
      'after hours, when the clock stood',
      answered(started(MQL_TO_SALES, NOW + 6.5 * HOUR), NOW + 9 * HOUR),
      ', less than 1 min late',
    ],
    ['not answered', open, ''],
  ])('%s', (_, handoff, words) => {
    expect(lateWords(handoff)).toBe(words)
  })

  it('is said in the message', () => {
    const late = { ...answered(open, NOW + 80 * MINUTE), attempts: undefined }
    const { text } = renderFor(config, { kind: 'rep-alert', rep: 'ae-1' }, asksForDemo, late)
    expect(text).toContain('after 1 h 20 min, 20 min late')
  })
})
