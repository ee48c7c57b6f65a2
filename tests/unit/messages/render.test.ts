import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import type { Handoff } from '../../../src/handoffs/handoff.ts'
import { takeDueSteps } from '../../../src/handoffs/ladder.ts'
import { insteadOf, type Post, repAlert, stepPosts } from '../../../src/handoffs/posts.ts'
import type { MessageKind } from '../../../src/handoffs/rungs.ts'
import { waitingHandoff } from '../../../src/handoffs/start.ts'
import { isMoot, recipientOf } from '../../../src/messages/render.ts'
import { answered, ended, NOW, nextRep, ORDER, REASSIGN, started } from '../../support/records.ts'

const { team } = await loadConfig('config', NOW)
const open = started()
const waiting = waitingHandoff(ORDER, NOW)
const moved = takeDueSteps(open, REASSIGN, nextRep('ae-2')).handoff
const post = (kind: MessageKind, handoff = open): Post => stepPosts(handoff, [kind])[0] ?? repAlert(handoff)

describe('who reads a message', () => {
  it.each<[MessageKind, string]>([
    ['rep-alert', 'U0000AE1'],
    ['reminder', 'U0000AE1'],
    ['pool-alert', 'C0000AE'],
    ['manager-alert', 'U000MGR1'],
    ['hot-alert', 'U000MGR1'],
    ['nobody-available', 'U000MGR1'],
  ])('%s: %s', (kind, id) => {
    expect(recipientOf(team, post(kind))).toBe(id)
  })

  it('is nobody when the rep or the pool has left the config, and any manager rather than none', () => {
    const gone = { ...post('rep-alert'), rep: 'gone' }
    expect(recipientOf(team, gone)).toBeUndefined()
    expect(recipientOf(team, { ...post('pool-alert'), pool: 'gone' })).toBeUndefined()
    expect(recipientOf(team, { ...post('manager-alert'), pool: 'gone' })).toBe('U000MGR1')
    expect(recipientOf(team, insteadOf(gone) ?? gone)).toBe('U000MGR1')
  })
})

describe('a message that waits is moot or not', () => {
  it.each<[string, Post, Handoff, boolean]>([
    ['to the rep who has the lead', post('rep-alert'), open, false],
    ['to a rep who has it no longer', post('rep-alert'), moved, true],
    ['to the pool, whoever has it', post('pool-alert'), moved, false],
    ['about a lead that was answered', post('manager-alert'), answered(open, NOW), true],
    ['about a lead that is out', post('hot-alert'), ended(open, NOW, 'disqualified'), true],
    ['about a lead that waits, of an older version', post('nobody-available'), waiting, false],
    ['about a lead that somebody took meanwhile', post('nobody-available'), open, true],
    ['about a lead that was released meanwhile', post('nobody-available'), ended(waiting, NOW, 'released'), true],
  ])('%s', (_, post, handoff, moot) => {
    expect(isMoot(post, handoff)).toBe(moot)
  })
})
