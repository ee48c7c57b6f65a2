import { attemptsMade, leadsAnswer } from '../handoffs/attempts.ts'
import { type Handoff, holderOf } from '../handoffs/handoff.ts'
import { slackDate } from './texts.ts'
import { EVENT_WORDS } from './words.ts'

/*
 * What messages say of the attempts to reach a lead.
 */

/** Whether a message still asks for attempts: its reader has the lead, or it is one for many. */
export function asksForAttempts(handoff: Handoff, reader: string | undefined): boolean {
  const isReaders = reader === undefined || reader === holderOf(handoff)?.rep
  return handoff.state === 'answered' && handoff.attempts !== undefined && isReaders
}

/** How many attempts were made, of how many: `2 of 3 attempts made`. */
export function attemptsWords(handoff: Handoff): string {
  const { made, count } = counted(handoff)
  return `${made} of ${count} attempts made`
}

/** Which attempt was the last, until when the time runs, and whether the lead has answered; nothing when none are asked for. */
export function attemptsLine(handoff: Handoff, timeZone: string): string[] {
  if (handoff.state !== 'answered' || !handoff.attempts) return []
  const { made, count } = counted(handoff)
  const until = slackDate(handoff.attempts.until, timeZone)
  const answer = leadsAnswer(handoff)
  const said =
    answer &&
    EVENT_WORDS[answer.what]({ when: slackDate(answer.at, timeZone), rep: '', by: '', detail: answer.detail ?? '' })
  return [`Attempt ${made} of ${Math.max(made, count)}, until ${until}`, ...(said ? [said] : [])]
}

function counted({ attempts, answered }: Handoff): { made: number; count: number } {
  return { made: attemptsMade({ made: attempts?.made, answered }).length, count: attempts?.count ?? 0 }
}
