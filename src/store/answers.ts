/** The private answers to a click: why this score, or why it did nothing. */
export const ANSWERS = [
  'explain',
  'not-yours',
  'attempt-known',
  'not-told',
  'ended-already',
  'open-already',
  'unknown-handoff',
  'modal-failed',
  'unreadable',
  'unknown-rep',
  'not-undoable',
  'undo-over',
  'no-snooze',
] as const
export type AnswerName = (typeof ANSWERS)[number]

/** A private answer that waits: to whom, where, about which handoff, and to which click. */
interface Answer {
  handoffId: string
  user: string
  channel: string
  what: AnswerName
  action: string
}

/** The id under which an answer waits. It begins with the lead's, as every id does. */
export function answerId({ handoffId, user, channel, what, action }: Answer): string {
  return [handoffId, user, channel, what, action].join('~')
}

/** What an id says; null when it is none. */
export function readAnswer(id: string): (Omit<Answer, 'action'> & { id: string }) | null {
  const [handoffId = '', user = '', channel = '', what = ''] = id.split('~')
  const name = ANSWERS.find((one) => one === what)
  return name && handoffId && user ? { id, handoffId, user, channel, what: name } : null
}
