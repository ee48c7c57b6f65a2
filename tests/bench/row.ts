import type { BenchRedis } from './redis.ts'

/** How much is measured: `full` for figures to rely on, `quick` in some ten minutes, `tiny` only to see that it runs. */
export type Size = 'full' | 'quick' | 'tiny'

/** What a row has to work with. `pick` chooses a number by the size; `say` reports progress. */
export interface Bench {
  redis: BenchRedis
  pick(sizes: Record<Size, number>): number
  say(text: string): void
}

/** What a row should reach: the ratio to its ceiling, or the figure itself. */
export interface Aim {
  of: 'ratio' | 'figure'
  is: '>=' | '<='
  value: number
}

/** One line of the table. */
export interface Row {
  name: string
  what: string
  unit: '/s' | 'ms' | 'calls' | 'commands' | 'B' | 'kB' | 'KiB' | 's' | '%'
  /** What the ceiling is, and what was done to get the figure; stands under the table. */
  how: string
  /** Absent where nothing is asked of it: then the figure is there to be known. */
  aim?: Aim
  /** How many runs, where it is not five, or three when quick: it comes out the same each time, or takes long. */
  runs?: Partial<Record<Size, number>>
  /** Takes minutes: only in the full table, or when it is asked for by name. */
  long?: true
  /** Starts what the row needs, and warms it up. */
  open(bench: Bench): Promise<OpenRow>
}

/** A row that is ready to measure. Each call of `baton` and `ceiling` is one run and gives one figure. */
export interface OpenRow {
  baton(): Promise<number>
  ceiling?(): Promise<number>
  /** What the last runs showed besides the figure. */
  notes?(): string[]
  close(): Promise<void>
}

/** One run: the figure, and the ceiling of the same run with the ratio to it. */
export interface Run {
  figure: number
  ceiling: number | null
  ratio: number | null
}

/** What a row came to: its middle run, the lowest and the highest of what the aim is about, and whether it is met; null without an aim. */
export interface Result extends Run {
  lowest: number
  highest: number
  met: boolean | null
  notes: string[]
}

/**
 * Measures a row. Baton and ceiling take turns, and which of them is first changes from run to run, so that whatever
 * else the machine does hits both. The result is the run in the middle by what the aim is about.
 */
export async function measure(row: Row, bench: Bench, runs: number): Promise<Result> {
  const open = await row.open(bench)
  try {
    const done: Run[] = []
    for (let run = 0; run < runs; run++) {
      const batonFirst = run % 2 === 0
      const early = batonFirst ? null : ((await open.ceiling?.()) ?? null)
      const figure = await open.baton()
      const ceiling = batonFirst ? ((await open.ceiling?.()) ?? null) : early
      done.push({ figure, ceiling, ratio: ceiling === null ? null : figure / ceiling })
      bench.say(`  run ${run + 1}: ${figure.toFixed(1)}${ceiling === null ? '' : ` against ${ceiling.toFixed(1)}`}`)
    }
    return { ...summary(row.aim, done), notes: open.notes?.() ?? [] }
  } finally {
    await open.close()
  }
}

function summary(aim: Aim | undefined, runs: Run[]): Omit<Result, 'notes'> {
  const judged = (run: Run) => (aim?.of === 'ratio' ? (run.ratio ?? Number.NaN) : run.figure)
  const ordered = runs.toSorted((a, b) => judged(a) - judged(b))
  const middle = ordered[Math.floor(ordered.length / 2)]
  const [first, last] = [ordered[0], ordered.at(-1)]
  if (!middle || !first || !last) throw new Error('no run was made')
  const isMet = ({ is, value }: Aim) => (is === '>=' ? judged(middle) >= value : judged(middle) <= value)
  return { ...middle, lowest: judged(first), highest: judged(last), met: aim ? isMet(aim) : null }
}
