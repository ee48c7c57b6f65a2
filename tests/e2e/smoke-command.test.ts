import { afterEach, beforeEach, expect, it } from 'vitest'
import { createProcessStage, type ProcessStage } from '../support/process-stage.ts'
import { startProcess } from '../support/processes.ts'

let stage: ProcessStage
beforeEach(async () => {
  stage = await createProcessStage()
})
afterEach(() => stage.close())

it('the smoke test cleans up after a Control-C that comes twice, from the terminal and from npm', async () => {
  stage.sendTo(await stage.start('both'))
  const command = stage.alsoEnd(startProcess('src/cli.ts', ['smoke', '--to', 'U0000VPS'], stage.env))
  await expect.poll(() => command.output(), { timeout: 20_000, interval: 5 }).toContain('create,')
  command.child.kill('SIGINT')
  await expect.poll(() => command.output(), { timeout: 10_000, interval: 5 }).toContain('you ended it')
  expect(await command.end('SIGINT')).toBe(1)
  expect(command.output()).toMatch(/✓ clean up, .*erased, contact archived/)
  const [id = ''] = /\d{9,}/.exec(command.output()) ?? []
  expect(stage.hubspot.contact(id)).toBeUndefined()
  expect(stage.slack.messages('U0000VPS')[0]?.text).toMatch(/^TEST: baton smoke stopped/)
})
