import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { Config } from '../../../src/config/config.ts'
import type { Configs } from '../../../src/store/configs.ts'
import { createConfigViews } from '../../../src/views/config.ts'
import { LOADED_AT, useConfigDirectories } from '../../support/config.ts'

const configDirectory = useConfigDirectories()

it('what the check says of the files follows them, also where the config in force stays the same', async () => {
  const directory = await configDirectory()
  const { view } = createConfigViews({
    config: () => ({ version: 'one' }) as Config,
    configs: { times: async () => [] } as unknown as Configs,
    clock: { now: () => LOADED_AT },
    directory,
  })
  const first = await view()
  expect(await view()).toEqual(first)
  await writeFile(join(directory, 'scoring.yaml'), 'bands: [')
  expect((await view()).findings).toContainEqual(expect.objectContaining({ file: 'scoring.yaml', level: 'error' }))
  await rm(join(directory, 'team.yaml'))
  await writeFile(join(directory, 'team.yaml.txt'), '')
  expect((await view()).findings).toContainEqual(expect.objectContaining({ file: 'team.yaml.txt' }))
})
