import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { diffScoring, type NumberChange } from '../../../src/config/edit-scoring.ts'

const directory = mkdtempSync(join(tmpdir(), 'baton-edit-scoring-'))
afterAll(() => rmSync(directory, { recursive: true }))

// Not every machine has both.
const TOOLS = ['git', 'patch'].filter((tool) => spawnSync(tool, ['--version']).status === 0)

const SHIPPED = readFileSync(join(import.meta.dirname, '..', '..', '..', 'config', 'scoring.yaml'), 'utf8')
const BLOCK = `fit:
  rules:
    - id: a   # first
      points: 5   # five
      when: x
    # calibrate: a 4 → 5, an older word
    - { id: b,
        points: 7, when: y }
bands:
  low: 0
  medium: 20
  high: 40
`
const change = (path: (string | number)[], to: number): NumberChange => ({ path, to, why: `${path.join('.')} → ${to}` })

/** The text after the diff, as `git apply` and `patch` make it. */
function applied(text: string, diff: string): string[] {
  return TOOLS.map((tool) => {
    const root = mkdtempSync(join(directory, `${tool}-`))
    mkdirSync(join(root, 'config'))
    const file = join(root, 'config', 'scoring.yaml')
    writeFileSync(file, text)
    // What a person reads first stands before the diff.
    writeFileSync(join(root, 'change.diff'), `Calibrate: a report\n| a | b |\n\n${diff}`)
    if (tool === 'git')
      execFileSync('git', ['apply', 'change.diff'], { cwd: root, env: { ...process.env, GIT_DIR: '/none' } })
    else execFileSync('patch', ['-p1', '-s', '-i', 'change.diff'], { cwd: root })
    return readFileSync(file, 'utf8')
  })
}

test.each([
  [
    'the shipped file',
    SHIPPED,
    [
      change(['fit', 'rules', 2, 'points'], 22),
      change(['bands', 'high'], 58),
      change(['bands', 'hot'], 77),
      change(['engagement', 'inactivity', 'points'], -4),
    ],
  ],
  [
    'block style',
    BLOCK,
    [
      change(['fit', 'rules', 0, 'points'], -5),
      change(['fit', 'rules', 1, 'points'], 12),
      change(['bands', 'high'], 41),
    ],
  ],
  ['the last line', BLOCK, [change(['bands', 'high'], 41)]],
  ['without an end of the last line', BLOCK.trimEnd(), [change(['bands', 'high'], 41)]],
  ['without an end of the last line, above it', BLOCK.trimEnd(), [change(['bands', 'medium'], 21)]],
  ['with the line ends of Windows', BLOCK.replaceAll('\n', '\r\n'), [change(['fit', 'rules', 0, 'points'], 6)]],
])('%s: the diff applies, changes these numbers and nothing else', (_, text, changes) => {
  const { diff, text: after, byHand } = diffScoring('config/scoring.yaml', text, changes)
  expect(byHand).toEqual([])
  expect(applied(text, diff)).toEqual(TOOLS.map(() => after))
  const expected = parse(text)
  for (const { path, to } of changes) {
    const [last = '', ...above] = path.toReversed()
    const parent = above.toReversed().reduce((value, key) => value[key], expected)
    parent[last] = to
  }
  expect(parse(after)).toEqual(expected)
  for (const { why } of changes) expect(after).toContain(`# calibrate: ${why}`)
  // Lines that hold no changed number stand as they stood.
  const added = diff.split('\n').filter((line) => /^\+[^+]/.test(line) && !line.includes('# calibrate:'))
  expect(added.length).toBe(
    new Set(changes.map(({ path }) => (path[0] === 'bands' && text === SHIPPED ? 'bands' : path.join()))).size,
  )
})

test('the comment of an earlier calibration gives way when its line changes again', () => {
  const { text } = diffScoring('scoring.yaml', BLOCK, [change(['fit', 'rules', 1, 'points'], 12)])
  expect(text).toContain('an older word')
  const again = BLOCK.replace('- { id: b,\n        points: 7,', '- { id: b, points: 7,')
  const { diff, text: after } = diffScoring('config/scoring.yaml', again, [change(['fit', 'rules', 1, 'points'], 12)])
  expect(after).not.toContain('an older word')
  expect(applied(again, diff)).toEqual(TOOLS.map(() => after))
})

test('a number that an alias or an anchor shares is left to people', () => {
  const text = 'fit:\n  rules:\n    - points: &p 5\n    - points: *p\n    - points: 3\n'
  const changes = [0, 1, 2, 3].map((rule) => change(['fit', 'rules', rule, 'points'], 9))
  const { text: after, byHand } = diffScoring('scoring.yaml', text, changes)
  expect(byHand).toEqual([changes[0], changes[1], changes[3]])
  expect(parse(after)).toEqual({ fit: { rules: [{ points: 5 }, { points: 5 }, { points: 9 }] } })
})

test('without a change there is no diff', () => {
  expect(diffScoring('scoring.yaml', SHIPPED, [])).toEqual({ diff: '', text: SHIPPED, byHand: [] })
})
