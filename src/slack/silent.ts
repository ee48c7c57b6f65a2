import type { Slack } from './client.ts'

/**
 * Slack's verbs where nobody is to be told anything: everything counts as said, and no call is made. What is said nowhere
 * is found nowhere.
 */
export function createSilentSlack(): Slack {
  const nothing = async () => {}
  return {
    forget() {},
    reach: nothing,
    channelFor: async (to) => to,
    turn: nothing,
    turnToUpdate: nothing,
    post: async (channel) => ({ channel, ts: '0' }),
    find: async () => null,
    upload: nothing,
    thread: async () => ({ keys: new Set(), files: new Set() }),
    update: nothing,
    empty: nothing,
    remove: nothing,
    tellPrivately: nothing,
    openModal: nothing,
    publishHome: nothing,
  }
}
