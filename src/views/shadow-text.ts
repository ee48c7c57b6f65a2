import { TURNED_OUT } from '../facts/shadow.ts'
import { tableLines } from '../rules/table-text.ts'
import { counted, signed, whole } from '../rules/words.ts'
import type { ShadowView } from './shadow.ts'

const SHOWN = 20
/** What can differ, in words. */
export const ASPECTS = { score: 'score', band: 'band', tier: 'tier', route: 'route', to: 'pool or track' } as const
/** Of what it is told from where to where. */
export const MOVES = { route: 'Routes', to: 'Pools and tracks', band: 'Bands', tier: 'Tiers' } as const

/** What a shadow has found, for a terminal. */
export function shadowText(view: ShadowView): string {
  if (view.state === 'none') return 'No config runs beside the live one. Begin with: npm run baton -- shadow DIR'
  const { version, since = '', until, compared, failed, differing, changed, meanScoreChange } = view
  const span = until ? `from ${minute(since)} to ${minute(until)}, stopped` : `since ${minute(since)}, running`
  return [
    `Shadow ${version}: ${span}.`,
    `${whole(compared)} decisions compared, ${whole(differing.decisions)} differ${share(differing.decisions, compared)}, of ${counted(differing.leads, 'lead')}.`,
    ...(failed > 0 ? [`${whole(failed)} decisions could not be compared: the shadow failed on them.`] : []),
    ...(compared === 0 ? ['Nothing was decided yet: leave it running.'] : []),
    ...(differing.decisions > 0
      ? [
          '',
          table(
            ['differs', 'decisions', 'leads'],
            Object.entries(ASPECTS).map(([key, name]) => {
              const { decisions, leads } = changed[key as keyof typeof ASPECTS]
              const mean = key === 'score' && meanScoreChange !== null ? ` (mean ${signed(meanScoreChange)})` : ''
              return [name + mean, whole(decisions), whole(leads)]
            }),
          ),
        ]
      : []),
    ...Object.entries(MOVES).flatMap(([key, title]) => movesText(title, view.moves[key as keyof typeof MOVES])),
  ].join('\n')
}

function movesText(title: string, moves: ShadowView['moves']['route']): string[] {
  if (moves.length === 0) return []
  // Only what some lead has come to is worth a column.
  const came = TURNED_OUT.filter((one) => moves.some(({ outcomes }) => outcomes[one] > 0))
  const rows = moves
    .slice(0, SHOWN)
    .map(({ from, to, decisions, leads, outcomes }) => [
      `${from} → ${to}`,
      whole(decisions),
      whole(leads),
      ...came.map((one) => whole(outcomes[one])),
    ])
  const more = moves.length > SHOWN ? [`and ${moves.length - SHOWN} more, with --json`] : []
  return ['', table([title, 'decisions', 'leads', ...came], rows), ...more]
}

function table(head: string[], rows: string[][]): string {
  return tableLines({ head, rows }, Number.POSITIVE_INFINITY).join('\n')
}

const minute = (instant: string) => `${instant.slice(0, 16).replace('T', ' ')} UTC`

function share(part: number, all: number): string {
  return all > 0 ? ` (${Math.round((1_000 * part) / all) / 10} %)` : ''
}
