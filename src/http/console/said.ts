import type { ActOutcome } from '../../leads/refusal-of-act.ts'

const SAID: Record<string, { text: string; bad: boolean }> = {
  ...of('rescored', 'The lead is read and scored again: that takes a moment.'),
  ...of('done', 'Done.'),
  ...of('already', 'It was so already.'),
  ...of('away', 'Noted: the rotation passes over them.'),
  ...of('back', 'Noted: they are back.'),
  ...of('not-away', 'They were not away.', true),
  ...of('bad-dates', 'The dates do not fit: the last day must not be before the first, and not be over.', true),
  ...of('replayed', 'It is tried again within 15 seconds.'),
  ...of('gone', 'There is no such dead letter any more: it may be done.', true),
  ...of('examined', 'HubSpot, Slack and Redis were asked.'),
  ...of('shadow-runs', 'It runs beside the live config from now on.'),
  ...of(
    'shadow-not-fine',
    'It runs beside the live config from now on, but is not fine yet by its own check: What if tells where.',
  ),
  ...of('same-config', 'It is the config in force: nothing could differ.', true),
  ...of('check-wanted', 'All leads are checked soon: the count says when it was done.'),
  ...of('no-shadow', 'No config runs beside the live one.', true),
  ...of('too-late', 'Too late: it is settled, or somebody was faster.', true),
  ...of('not-allowed', 'That may not be done here.', true),
  ...of('not-found', 'There is no such lead or handoff.', true),
  ...of('unknown-rep', 'Nobody of the team who is there goes by that name.', true),
  ...of('open-already', 'The lead has another open handoff of the kind.', true),
  ...of('not-undoable', 'There is nothing to take back.', true),
  ...of('no-snooze', 'There is no reminder to put off.', true),
}

function of(code: string, text: string, bad = false) {
  return { [code]: { text, bad } }
}

/** What a page says of the form that led to it. An address names one of these and holds no text of its own. */
export function saidOf(code: unknown): { text: string; bad: boolean } | undefined {
  return typeof code === 'string' && Object.hasOwn(SAID, code) ? SAID[code] : undefined
}

/** The address of a page that says what came of a form. */
export function saying(path: string, code: ActOutcome | (string & {})): string {
  return `${path}${path.includes('?') ? '&' : '?'}said=${code}`
}
