import { escapeText } from './texts.ts'

/** Who did something, for a message: a Slack user by their mention, else what they acted by. */
export function actor(by: string): string {
  if (/^[UW][A-Z0-9]+$/.test(by)) return `<@${by}>`
  return by === 'cli' ? 'the command line' : escapeText(by.replace(/^(api|console):/, ''), 80)
}
