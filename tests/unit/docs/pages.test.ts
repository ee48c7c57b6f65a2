import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it, test } from 'vitest'
import { ENDINGS } from '../../../src/handoffs/endings.ts'
import { HANDOFF_STATUSES } from '../../../src/handoffs/status.ts'
import { WORK, type WorkRow } from '../../../src/work/table.ts'

const ROOT = join(import.meta.dirname, '..', '..', '..')
const PAGES = ['README.md', 'docs/architecture.md', 'config/README.md', 'docker/README.md']
const LINKING = ['changing-weights', 'definitions', 'escalation', 'for-reps', 'go-live', 'runbook', 'workflows'].map(
  (page) => `docs/${page}.md`,
)
const read = (page: string) => readFileSync(join(ROOT, page), 'utf8')
const architecture = read('docs/architecture.md')

/** The paths that a page names: of the project, or short for one below `src/`. */
function pathsIn(text: string): string[] {
  return [
    ...text.matchAll(/(?<![\w/:.{<$-])((?:[a-z][\w-]*\/)+[\w.-]*\.(?:ts|md|yaml|json|grit)|(?:[a-z]+\/)+)(?![\w/*…])/g),
  ].map(([, path = '']) => path)
}

test.each([...PAGES, ...LINKING])('%s links to pages that are there', (page) => {
  const links = [...read(page).matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, to = '']) =>
    join(ROOT, dirname(page), to),
  )
  expect(links).not.toEqual([])
  expect(links.filter((path) => !existsSync(path))).toEqual([])
})

test('README.md leads to every page of docs', () => {
  const pages = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'))
  expect(pages.filter((name) => !read('README.md').includes(`(docs/${name}`))).toEqual([])
})

test.each(PAGES)('%s names only files that are there', (page) => {
  const places = [ROOT, join(ROOT, 'src'), join(ROOT, dirname(page))]
  // The folder that a sample of mistakes was made in.
  const paths = pathsIn(read(page)).filter((path) => !path.startsWith('my-config/'))
  expect(paths).not.toEqual([])
  expect(paths.filter((path) => !places.some((place) => existsSync(join(place, path))))).toEqual([])
})

describe('docs/architecture.md', () => {
  it('names functions and types where they are', () => {
    const named = [...architecture.matchAll(/`([\w/-]+\.ts)` \(`(\w+)`/g)].map(([, file = '', name = '']) => ({
      file,
      name,
    }))
    expect(named.length).toBeGreaterThan(10)
    expect(named.filter(({ file, name }) => !read(`src/${file}`).includes(name))).toEqual([])
  })

  it('shows the table of work as it is', () => {
    const rows = [...architecture.matchAll(/^\| `([a-z-]+)`.*? \| (?:`([\w-]+)`|–.*?) \| (\w+) \|/gm)]
    const work = Object.entries(WORK as Record<string, WorkRow<never>>)
    expect(rows.map(([, name, index, queue]) => [name, index ?? null, queue]).sort()).toEqual(
      work.map(([name, { index, queue }]) => [name, index, queue]).sort(),
    )
  })

  it('names every ending, and every status of the API', () => {
    const table = architecture.slice(architecture.indexOf('| ending |'), architecture.indexOf('The lists:'))
    const endings = [...table.matchAll(/^\| ((?:`[a-z-]+`(?:, )?)+) \|/gm)].flatMap(([, names = '']) =>
      names.split(', '),
    )
    expect(endings.map((name) => name.replaceAll('`', '')).sort()).toEqual([...ENDINGS].sort())
    for (const status of HANDOFF_STATUSES) expect(architecture).toContain(`\`${status}\``)
  })
})
