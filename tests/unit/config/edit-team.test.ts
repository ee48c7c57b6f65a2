import { readFileSync } from 'node:fs'
import { describe, expect, it, test } from 'vitest'
import { parse } from 'yaml'
import { editTeam } from '../../../src/config/edit-team.ts'

const SAMPLE = readFileSync('config/team.yaml', 'utf8')
const NEW = { id: 'zed', name: 'Zed: Last, {Jr}', hubspotOwnerId: '880112', slackUserId: 'U0ZED', calendar: 'europe' }
const edit = (text: string, { mends = [], added = [] }: Partial<Parameters<typeof editTeam>[1]>) =>
  editTeam(text, { mends, added })

describe('the sample', () => {
  it('an id is replaced where it stands, and everything else stays to the letter', () => {
    const text = edit(SAMPLE, {
      mends: [
        { rep: 'ae-2', key: 'hubspotOwnerId', value: '880112' },
        { rep: 'ae-1', key: 'slackUserId', value: 'U0LONGER111' },
      ],
    })
    const expected = SAMPLE.replace('"102"', '"880112"').replace('U0000AE1', 'U0LONGER111')
    expect(text).toBe(expected)
  })

  it('new reps stand behind the last one, and the rest stays to the letter', () => {
    const text = edit(SAMPLE, { added: [NEW, { ...NEW, id: 'zed-2' }] })
    const lines = text.split('\n')
    const at = lines.findIndex((line) => line.includes('id: zed,'))
    expect(lines[at - 1]).toContain('id: cs-2')
    expect(lines.filter((line) => !line.includes('zed')).join('\n')).toBe(SAMPLE)
    expect(parse(text).reps.slice(-2)).toEqual([NEW, { ...NEW, id: 'zed-2' }])
  })

  it('without changes it is the same', () => {
    expect(edit(SAMPLE, {})).toBe(SAMPLE)
  })
})

test.each([
  ['a block list with a comment behind it', 'reps:\n  - id: a\n    name: A # first\n  # the end\npools: {}\n', 2],
  ['a list that is not indented', 'reps:\n- { id: a, name: A } # first\npools: {}\n', 2],
  ['a dash on a line of its own', 'reps:\n  -\n    id: a\n    name: A\npools: {}\n', 2],
  ['the end of the file without a newline', 'pools: {}\nreps:\n  - { id: a, name: A }', 2],
  ['a list in brackets', '# mine\nreps: [{ id: a, name: A }]\npools: {} # theirs\n', 2],
  ['an empty list', '# mine\nreps: []\npools: {}\n', 1],
])('%s', (_, text, count) => {
  const after = edit(text, { added: [NEW] })
  expect(parse(after).reps).toHaveLength(count)
  expect(parse(after).reps.at(-1)).toEqual(NEW)
  expect(parse(after).pools).toEqual({})
  for (const comment of text.match(/#.*/g) ?? []) expect(after).toContain(comment)
})

it('a file without reps is refused', () => {
  expect(() => edit('pools: {}', { added: [NEW] })).toThrow('no list "reps"')
})
