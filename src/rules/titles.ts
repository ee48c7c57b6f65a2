import type { Check, Lookup } from './condition.ts'
import { remembered, searchable } from './texts.ts'
import { departmentsIn, inEnglish, ROLES } from './title-words.ts'

/**
 * What a job title says: how senior somebody is, and in which departments. Several where the title names several ("CMO &
 * Co-Founder"), none where it does not say, or the words are none that are known.
 */
export interface Title {
  seniority: string[]
  departments: string[]
}

// What leads a company or a part of it: beside it a title's other roles do not count.
const LEADING = new Set(['c-level', 'founder', 'owner', 'vp', 'director', 'head'])

// What somebody has been or would like to be is not what they are.
const FORMER = /^(ex|former|formerly|past|retired|previously|ehemalige?r?|ancien(ne)?|antigu[oa])\b/
const ASPIRING = /^(aspiring|future|prospective|wannabe|seeking|angehende?r?|futur[eo]?)\b/

// Owners of what is no company.
const OF_A_TASK =
  /^(product|process|service|system|systems|data|asset|risk|content|application|platform|solution|project|budget|backlog|feature|api|policy|control)$/
const OF = /^(of|for|in|der|des|de|du|del|fur|d')$/
const OF_A_THING = /^(home|property|dog|cat|pet|car|boat|horse)$/
const OF_A_CLUB = /\b(student|students|club|union|society|association|council|chapter|alumni|class)\b/

/** A lookup that also knows what a job title says: `title.seniority` and `title.department`. Tests on them are explained by it. */
export function withTitle(given: Lookup): Lookup {
  const lookup: Lookup = (name, test) => (name.startsWith('title.') ? titleValue(given, name) : given(name, test))
  if (given.brief) return Object.assign(lookup, { brief: true } as const)
  return Object.assign(lookup, {
    behind: (check: Check) => titleBehind(check, given) ?? given.behind?.(check) ?? [check],
  })
}

/** A test on what a job title says, with that title beside it; undefined for any other test. */
export function titleBehind(check: Check, lookup: Lookup): Check[] | undefined {
  if (!check.attribute.startsWith('title.')) return undefined
  const title = lookup('jobTitle')
  // Where there is no title at all, that is what is unknown.
  return [title === undefined ? { ...check, attribute: 'jobTitle' } : { ...check, from: `job title ${title}` }]
}

function titleValue(lookup: Lookup, name: string): string | string[] | undefined {
  const title = lookup('jobTitle')
  if (title === undefined) return undefined
  const { seniority, departments } = titleOf(String(title))
  const values = name === 'title.seniority' ? seniority : name === 'title.department' ? departments : []
  return values.length > 1 ? values : values[0]
}

const LONGEST_TITLE = 200
const titleOf = remembered((text) => readTitle(text.slice(0, LONGEST_TITLE)))

/** Reads a job title: English, German, French and Spanish, abbreviated, in any order. Pure. */
export function readTitle(title: string): Title {
  const parts = partsOf(title)
  const roles = parts.map(roleIn).filter((role) => role !== undefined)
  const seniority = unique(decide(roles))
  const isOut = seniority.some((one) => one === 'former' || one === 'aspiring')
  const isCeo = seniority.includes('c-level') && roles.some(({ general }) => general)
  const departments = parts.flatMap((words) => departmentsIn(words))
  return { seniority, departments: isOut ? [] : unique([...(isCeo ? ['general management'] : []), ...departments]) }
}

interface Role {
  seniority: string
  /** Leads the company as a whole. */
  general?: true
  /** Is said of the title as a whole: "CMO (former)". */
  whole?: true
}

function decide(roles: readonly Role[]): string[] {
  const first = roles[0]?.seniority
  const has = (seniority: string) => roles.some((role) => role.seniority === seniority)
  if (roles.some(({ whole }) => whole)) return ['former']
  if (first === 'assistant' && has('student')) return ['student']
  // Whoever assists somebody names their title as well.
  if (first === 'assistant' || first === 'intern') return [first]
  const leading = roles.filter(({ seniority }) => LEADING.has(seniority)).map(({ seniority }) => seniority)
  if (leading.length > 0) return leading
  const present = roles.map(({ seniority }) => seniority).filter((one) => one !== 'former' && one !== 'aspiring')
  if (present[0] === 'individual' && has('consultant')) return ['consultant']
  return present.slice(0, 1).concat(present.length === 0 && first ? [first] : [])
}

/** The parts of a title between commas and the like, each as words of plain English. */
function partsOf(title: string): string[][] {
  const text = searchable(title)
    // Forms for all genders: (in), :in, (m/w/d), (e), /a, /trice.
    .replace(/\(\s*[mfwdx](\s*[/|]\s*[mfwdx*])+\s*\)/g, ' ')
    .replace(/(?<=\p{L})(\((in|e|a|r|rice)\)|[:*_]in\b|\/-?in\b|[/·](a|e|trice)\b)/gu, '')
    // V.P. and C.E.O., but no other full stops.
    .replace(/\b(?:\p{L}\.){2,}(?:\p{L}\b)?/gu, (letters) => letters.replaceAll('.', ''))
    // What belongs to somebody: the president's office.
    .replace(/\b(vice[ -])?\p{L}+['’]s\b/gu, ' ')
    // Nor is whom somebody works for.
    .replace(/\b(?:office of|reporting to|reports to)\b[^,;|/()\n]*/g, ' ')
    .replace(/\b(vice|co|non)[- ](?=\p{L})/gu, '$1 ')
    .replace(/\bgo[- ]to[- ]market\b/g, 'gtm')
    .replace(/\bpeople (&|and) culture\b/g, 'people')
    .replace(/\br\s?&\s?d\b/g, 'engineering')
    .replace(/\bpresident[- ]directeur general\b/g, 'pdg')
    .replace(/\bdirecteur administratif et financier\b/g, 'daf')
  const parts = text.split(/[,;|/&+•·–—()\n:]|\s-+\s|\s(?:and|und|et|y|e|now)\s/)
  return untilTo(parts.map((part) => inEnglish(wordsOf(part))).filter((words) => words.length > 0))
}

// After "to" stands whom somebody works for.
function untilTo(parts: string[][]): string[][] {
  const index = parts.findIndex((words) => words.some((word, at) => word === 'to' && words.slice(0, at).some(isRole)))
  const last = parts[index]
  return last ? [...parts.slice(0, index), last.slice(0, last.indexOf('to'))] : parts
}

function wordsOf(part: string): string[] {
  // Where somebody works is no part of what they do.
  const [what = ''] = part.split(/\s(?:at|chez|bei)\s|@/)
  const words = what.replace(/-/g, ' ').match(/[\p{L}\p{N}']+/gu) ?? []
  return words
    .filter((word) => !/^(the|la|le|les|el|los|las|our)$/.test(word))
    .map((word) => (OF.test(word) ? 'of' : word))
}

function isRole(word: string): boolean {
  return ROLES.has(word)
}

/** The role that a part of a title names, by its last noun: a CEO coach is a coach, a student advisor no student. */
function roleIn(words: string[]): Role | undefined {
  const text = words.join(' ')
  const found = words.flatMap((word, at) => (isRole(word) ? [{ at, name: ROLES.get(word) ?? '' }] : []))
  if (FORMER.test(text)) return { seniority: 'former', ...(/^(former|retired)$/.test(text) ? { whole: true } : {}) }
  if (ASPIRING.test(text)) return { seniority: 'aspiring' }
  const rank = found.find(({ name }) => name === 'vp' || name === 'director' || name === 'head' || name === 'chief')
  const last = found.at(-1)
  if (!last) return undefined
  if (found.some(({ name, at }) => name === 'assistant' && !qualifies(found, words, at)))
    return { seniority: 'assistant' }
  if (last.name === 'intern' || last.name === 'assistant') return { seniority: last.name }
  if (rank && !isTitleOfCraft(rank, words)) return ranked(rank.name)
  return found
    .toReversed()
    .map((one) => roleOf(one, words))
    .find((role) => role !== undefined)
}

// An assistant manager is a manager; an executive assistant, or one of a CEO, assists.
function qualifies(found: { name: string; at: number }[], words: string[], at: number): boolean {
  const next = found.find((one) => one.at > at)
  const isOfSomebody = /^(executive|personal|administrative|management|virtual|team)$/.test(words[at - 1] ?? '')
  if (isOfSomebody || words[at + 1] === 'of') return false
  // An Assistenz Vertriebsleitung assists a head.
  return next?.name === 'head'
    ? next.at === at + 1
    : ['director', 'manager', 'vp', 'individual'].includes(next?.name ?? '')
}

// Head coach, chief engineer: the best of a craft, who leads no department.
function isTitleOfCraft({ name, at }: { name: string; at: number }, words: string[]): boolean {
  const next = words[at + 1] ?? ''
  return (name === 'head' || name === 'chief') && next !== 'officer' && ROLES.get(next) === 'individual'
}

function ranked(name: string): Role {
  return { seniority: name === 'chief' ? 'c-level' : name }
}

function roleOf({ name, at }: { name: string; at: number }, words: string[]): Role | undefined {
  const [before = '', after] = [words[at - 1], words[at + 1]]
  switch (name) {
    case 'ceo':
      return { seniority: 'c-level', general: true }
    case 'president':
      return OF_A_CLUB.test(words.join(' ')) ? undefined : { seniority: 'c-level', general: true }
    case 'owner':
      if (OF_A_THING.test(before)) return undefined
      return { seniority: OF_A_TASK.test(before) ? 'individual' : 'owner' }
    case 'partner':
      return words.length === 1 ? { seniority: 'owner' } : undefined
    case 'student':
      // "Student affairs" is what somebody is in charge of.
      return after === undefined || after === 'of' ? { seniority: 'student' } : undefined
    case 'workingstudent':
      return { seniority: 'student' }
    case 'consultant':
      return after === undefined || after === 'of' || departmentsIn([after]).length > 0
        ? { seniority: 'consultant' }
        : undefined
    case 'lead':
      return { seniority: 'manager' }
    case 'individual':
      return words[at] === 'executive' && words.length === 1 ? undefined : { seniority: 'individual' }
    default:
      return { seniority: name }
  }
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)]
}
