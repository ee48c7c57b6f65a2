import type { AttributeTest } from '../../rules/condition.ts'
import { countryCode, languageCode } from '../../rules/places.ts'
import { STAGES } from '../../rules/stages.ts'
import { keyOf } from '../../rules/texts.ts'
import { suggestion } from '../problems.ts'
import { truthOf } from './candidates.ts'
import type { Domain } from './domains.ts'
import { INDUSTRIES } from './industries.ts'
import { inOneLine, type LocatedTest } from './located.ts'

/** Something about one test that does not fit its attribute. */
export interface Misfit {
  level: 'error' | 'warning' | 'guess'
  message: string
}

// What other tools take for patterns. Of a glob "rival.*" is fine.
const REGULAR = /^\^|^\.\*|[^\s$]\$$|\.\+|\\[a-z.]|\(\?|\[[a-z]-[a-z]\]|[^\s|]\|[^\s|]|^%.*%$/i
const NO_REGULAR = (pattern: string) =>
  `is compared with words and with patterns of *, so "${pattern}" is no regular expression: write words, several as a list, or * for anything`

const YES = ['yes', 'y', 'ja', 'on', 'true', 'oui', 'si']
const NO = ['no', 'n', 'nein', 'off', 'false', 'non']
const NUMBER_TESTS = ['atLeast', 'atMost', 'between'] as const

/** Whether an attribute is a number. */
export function isNumber({ kind, values }: Domain): boolean {
  return kind === 'number' || (kind === 'closed' && values.length > 0 && values.every((one) => typeof one === 'number'))
}

/** What a test asks for that its attribute cannot be. */
export function misfitsOf(located: LocatedTest, domain: Domain): Misfit[] {
  const { attribute, test } = located
  const found = [...ofKind(located, domain), ...ofNumbers(located, domain)]
  const named = [test.is ?? [], test.in ?? []].flat(2)
  for (const value of named) found.push(...ofValue(attribute, value, domain), ...ofText(attribute, String(value)))
  for (const pattern of [test.matches ?? [], test.not ?? []].flat()) {
    if (REGULAR.test(pattern)) found.push({ level: 'warning', message: `${attribute} ${NO_REGULAR(pattern)}` })
    const after = afterAt(pattern)
    if (
      test.matches?.includes(pattern) &&
      isDomain(attribute) &&
      pattern.includes('@') &&
      !finds(attribute, { matches: [pattern] }, after)
    )
      found.push({ level: 'error', message: `a domain is what follows the @: write "${after}", without @` })
  }
  return found
}

// A test of numbers for a text, a pattern for a number.
function ofKind({ attribute, test, raw }: LocatedTest, domain: Domain): Misfit[] {
  const numeric = NUMBER_TESTS.find((key) => test[key] !== undefined)
  const given = inOneLine(raw).replace(/^\{ (.*) \}$/, '$1')
  if (numeric !== undefined && (domain.kind === 'text' || (domain.kind === 'closed' && !isNumber(domain)))) {
    if (domain.kind === 'closed' && domain.values.length === 0) return []
    const what = domain.kind === 'text' ? 'is text' : `is one of ${domain.values.join(', ')}`
    const instead = domain.kind === 'text' ? 'is, in or matches' : 'is or in'
    return [{ level: 'error', message: `${attribute} ${what}, so "${given}" never holds: use ${instead}` }]
  }
  if (test.matches && isNumber(domain)) {
    const message = `${attribute} is a number, and a pattern compares it as text: use is, atLeast, atMost or between`
    return [{ level: 'warning', message }]
  }
  return []
}

function ofNumbers({ attribute, test }: LocatedTest, domain: Domain): Misfit[] {
  if (domain.kind !== 'number' || test.sum || test.dropsBy !== undefined) return []
  const [from, to] = domain.range
  const low = test.atLeast ?? test.between?.[0]
  const high = test.atMost ?? test.between?.[1]
  const key = test.between ? 'between' : undefined
  if (low !== undefined && low > to) {
    const near = attribute === 'score' ? nearNumber(low) : ''
    const message = `${attribute} can be at most ${to}, so "${key ? `between: [${test.between?.join(', ')}]` : `atLeast: ${low}`}" never holds${near}`
    return [{ level: 'error', message }]
  }
  if (high !== undefined && high < from) {
    const text = key ? `between: [${test.between?.join(', ')}]` : `atMost: ${high}`
    return [{ level: 'error', message: `${attribute} is at least ${from}, so "${text}" never holds` }]
  }
  return []
}

// A digit too many, as in 610.
function nearNumber(value: number): string {
  const shorter = Math.trunc(value / 10)
  return shorter >= 1 && value % 10 === 0 && shorter <= 100 && value > 200 ? `; did you mean ${shorter}?` : ''
}

function ofValue(attribute: string, value: string | number | boolean, domain: Domain): Misfit[] {
  const error = (message: string): Misfit[] => [{ level: 'error', message }]
  if (domain.kind === 'number') {
    if (typeof value === 'boolean') {
      const mend = attribute.startsWith('signals.') ? `: write ${value ? 'atLeast: 1' : 'atMost: 0'}` : ''
      return error(`${attribute} is a number, so it is never ${value}${mend}`)
    }
    if (typeof value === 'string' && Number.isNaN(Number(value))) {
      const [, from, to] = /^\s*(\d+)\s*[-–]\s*(\d+)\s*$/.exec(value) ?? []
      return error(
        from === undefined
          ? `${attribute} is a number, so it is never "${value}"`
          : `${attribute} is a number, so it is never "${value}": write between: [${from}, ${to}]`,
      )
    }
    return []
  }
  if (domain.kind === 'text' && typeof value === 'boolean')
    return error(`${attribute} is text, so it is never ${value}: write known: ${value}`)
  if (domain.kind !== 'closed') return []
  const shown = typeof value === 'string' ? `"${value}"` : String(value)
  if (domain.values.length === 0) return error(`${attribute} is never ${shown}: the config defines none`)
  if (domain.values.some((one) => truthOf(attribute, { is: value }, one) === 'true')) return []
  if (domain.values.every((one) => typeof one === 'boolean')) {
    const word = String(value).toLowerCase()
    const meant = YES.includes(word) || value === 1 ? true : NO.includes(word) || value === 0 ? false : undefined
    return error(
      `${attribute} is never ${shown}${meant === undefined ? '; it is true or false' : `; did you mean ${meant}?`}`,
    )
  }
  return error(`${attribute} is never ${shown}${suggestion(String(value), domain.values.map(String))}`)
}

/** HubSpot's own words for statuses and stages; a portal may have others. */
export const LEAD_STATUSES = [
  ...['NEW', 'OPEN', 'IN_PROGRESS', 'OPEN_DEAL', 'UNQUALIFIED', 'ATTEMPTED_TO_CONTACT', 'CONNECTED', 'BAD_TIMING'],
]
const SOURCES = [
  ...[
    'ORGANIC_SEARCH',
    'PAID_SEARCH',
    'EMAIL_MARKETING',
    'SOCIAL_MEDIA',
    'PAID_SOCIAL',
    'REFERRALS',
    'OTHER_CAMPAIGNS',
  ],
  ...['DIRECT_TRAFFIC', 'OFFLINE', 'AI_REFERRALS'],
]
const LIFECYCLE_STAGES = [...Object.values(STAGES).filter((word) => word !== null), 'other']

function ofText(attribute: string, value: string): Misfit[] {
  if (isDomain(attribute)) return ofDomain(attribute, value)
  if (value.includes('*') && /[\p{L}\p{N}]/u.test(value))
    return [
      {
        level: 'error',
        message: `${attribute} is never "${value}", letter by letter: with * it is a pattern for matches`,
      },
    ]
  if (attribute === 'email' && !value.includes('@'))
    return [{ level: 'error', message: `an address has an @, so "${value}" never is one: use email.domain` }]
  if (attribute === 'country' && countryCode(value) === undefined)
    return [{ level: 'warning', message: `"${value}" is no country; write its name, or its two letters such as DE` }]
  if (attribute === 'language' && languageCode(value) === undefined)
    return [{ level: 'warning', message: `"${value}" is no language; write its name, or its letters such as de` }]
  if (attribute === 'leadStatus') return nearWord(value, LEAD_STATUSES)
  if (attribute === 'leadSource' || attribute === 'touch.first' || attribute === 'touch.last')
    return nearWord(value, SOURCES)
  if (attribute === 'company.industry') return nearWord(value, INDUSTRIES)
  if (attribute === 'lifecycleStage') {
    const stage = Object.entries(STAGES).find(([name]) => name === value.toLowerCase())?.[1]
    if (stage && stage !== value.toLowerCase())
      return [{ level: 'guess', message: `HubSpot calls this stage otherwise; did you mean "${stage}"?` }]
    return nearWord(value, LIFECYCLE_STAGES)
  }
  return []
}

/** The same of a value: its label is as good as its code. */
export function nearWord(value: string, words: readonly string[]): Misfit[] {
  const isOne = (text: string) => words.some((word) => keyOf(word) === keyOf(text))
  if (isOne(value)) return []
  const parts = value.split(/[,;]/).map((part) => part.trim())
  if (parts.length > 1 && parts.every(isOne))
    return [{ level: 'warning', message: `"${value}" is one text; write a list: [${parts.join(', ')}]` }]
  return nearMiss(value, words)
}

/** A word that differs little from one of HubSpot's own is likely that one, misspelt or as its label. */
export function nearMiss(value: string, words: readonly string[]): Misfit[] {
  const near = nearWordOf(value, words)
  if (near === undefined) return []
  return [{ level: 'guess', message: `"${value}" is none of HubSpot's own words; did you mean "${near}"?` }]
}

/** The word that is likely meant by one that is none of them, as it differs by little. */
export function nearWordOf(value: string, words: readonly string[]): string | undefined {
  const key = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, '')
  if (words.some((word) => word.toLowerCase() === value.trim().toLowerCase())) return undefined
  const same = words.find((word) => key(word) === key(value))
  if (same !== undefined) return same
  const near = /did you mean "(.+)"/.exec(suggestion(value, words))?.[1]
  return near !== undefined && isNear(value, near) ? near : undefined
}

function isNear(a: string, b: string): boolean {
  return a.length >= 4 && Math.abs(a.length - b.length) <= 2 && /did you mean/.test(suggestion(a, [b])) && shares(a, b)
}

// Half of the letters at the beginning, or at the end.
function shares(a: string, b: string): boolean {
  const [x, y] = [a.toLowerCase(), b.toLowerCase()]
  const half = Math.floor(Math.min(x.length, y.length) / 3)
  return x.slice(0, half) === y.slice(0, half) || x.slice(-half) === y.slice(-half)
}

function isDomain(attribute: string): boolean {
  return attribute === 'email.domain' || attribute === 'company.domain'
}

function afterAt(text: string): string {
  return text.slice(text.lastIndexOf('@') + 1)
}

function ofDomain(attribute: string, value: string): Misfit[] {
  const host = afterAt(value)
    .trim()
    .replace(/^[a-z]+:\/\//i, '')
    .replace(/[/?#].*$/, '')
  if (finds(attribute, { is: value }, host) || finds(attribute, { is: value }, `x.${host}`)) {
    if (/[.*]/.test(value) || host.length <= 4) return []
    return [{ level: 'warning', message: `"${value}" has no point: it stands for domains that end in .${host}` }]
  }
  return [{ level: 'error', message: `"${value}" is no domain; did you mean "${host}"?` }]
}

function finds(attribute: string, test: AttributeTest, domain: string): boolean {
  return truthOf(attribute, test, domain.replaceAll('*', 'x')) === 'true'
}
