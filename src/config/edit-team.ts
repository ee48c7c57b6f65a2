import { Document, isMap, isScalar, isSeq, parseDocument, type YAMLMap, type YAMLSeq } from 'yaml'

/*
 * Changes to team.yaml that leave comments, order and spacing alone: values are replaced where they stand, and new reps
 * go behind the last one.
 */

/** A rep as team.yaml has it. */
export interface RepEntry {
  id: string
  name: string
  hubspotOwnerId: string
  slackUserId: string
  calendar: string
}

/** An id of a rep that is there, to be replaced. */
export interface RepMend {
  rep: string
  key: 'hubspotOwnerId' | 'slackUserId'
  value: string
}

/** The text of team.yaml after the changes. Throws when `reps` is no list. */
export function editTeam(text: string, changes: { mends: readonly RepMend[]; added: readonly RepEntry[] }): string {
  const mended = mendIds(text, changes.mends)
  return changes.added.length > 0 ? addReps(mended, changes.added) : mended
}

/** One rep as a line of the list, without its place in it. */
export function repLine(rep: RepEntry): string {
  const document = new Document(rep)
  ;(document.contents as unknown as YAMLMap).flow = true
  return `- ${document.toString({ lineWidth: 0 }).trim()}`
}

function mendIds(text: string, mends: readonly RepMend[]): string {
  const reps = repsOf(parseDocument(text)).items.filter(isMap)
  const splices = mends.flatMap(({ rep, key, value }) => {
    const entry = reps.find((item) => item.get('id') === rep)
    const node = entry?.get(key, true)
    if (!isScalar(node) || !node.range) return []
    // An owner id is text, which bare digits are not.
    return [{ from: node.range[0], to: node.range[1], value: key === 'hubspotOwnerId' ? `"${value}"` : value }]
  })
  return splices
    .toSorted((a, b) => b.from - a.from)
    .reduce((result, { from, to, value }) => result.slice(0, from) + value + result.slice(to), text)
}

function addReps(text: string, added: readonly RepEntry[]): string {
  const document = parseDocument(text)
  const reps = repsOf(document)
  const last = reps.items.at(-1)
  const range = isMap(last) ? last.range : undefined
  if (reps.flow || !range) {
    for (const rep of added) reps.add(document.createNode(rep))
    return document.toString({ lineWidth: 0 })
  }
  // Behind the line on which the last one ends, with its comment.
  const end = text.slice(0, range[1]).trimEnd().length
  const newline = text.indexOf('\n', end)
  const [before, after] = newline < 0 ? [`${text}\n`, ''] : [text.slice(0, newline + 1), text.slice(newline + 1)]
  const dash = text.lastIndexOf('-', range[0] - 1)
  const indent = text.slice(text.lastIndexOf('\n', dash) + 1, dash)
  return before + added.map((rep) => `${indent}${repLine(rep)}\n`).join('') + after
}

function repsOf(document: Document): YAMLSeq {
  const reps = document.get('reps', true)
  if (!isSeq(reps)) throw new Error('team.yaml has no list "reps".')
  return reps
}
