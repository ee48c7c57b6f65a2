import { expect, test } from 'vitest'
import { nurtureTracks } from '../../../src/config/config.ts'
import { loadConfig } from '../../../src/config/load.ts'
import { LOADED_AT } from '../../support/config.ts'

test('every nurture track is known by whom it is named: routes, attempts, triggers, and the steps of handoffs', async () => {
  const tracks = nurtureTracks(await loadConfig('config', LOADED_AT))
  // Each needs a workflow in HubSpot, of which set-up and doctor remind.
  for (const track of ['newsletter', 'signal-based', 'comparison-guide', 'still-relevant', 'welcome', 'advocacy'])
    expect(tracks).toContain(track)
  expect(new Set(tracks).size).toBe(tracks.length)
})
