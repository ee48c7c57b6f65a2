/*
 * What HubSpot's refusals say. The documented body names each property with a code; others name it in their text only, and
 * some name nothing. Whatever is read here may quote a lead's values: it is compared, and never kept or logged.
 */

/** A contact with properties to write. */
export interface Row {
  id: string
  properties: Record<string, string>
}

/** A property that HubSpot would not take. `ids` are the contacts concerned, where it says so. */
export interface Fault {
  property: string
  code: string
  message: string
  ids: readonly string[]
}

// These hold whatever the value is.
const ABOUT_THE_PROPERTY = new Set(['PROPERTY_DOESNT_EXIST', 'READ_ONLY_VALUE'])

// A text that names more is an echo of what was sent.
const MOST_NAMED = 2

interface Detail {
  name?: unknown
  in?: unknown
  error?: unknown
  code?: unknown
  subCategory?: unknown
  message?: unknown
  context?: Record<string, unknown>
}

/** The properties among `names` that the body of a refusal (or the error of one row) names; none when it names nothing. */
export function faultsOf(body: unknown, names: ReadonlySet<string>): Fault[] {
  const { message, errors, validationResults, category } = (typeof body === 'object' && body !== null ? body : {}) as {
    message?: unknown
    errors?: unknown
    validationResults?: unknown
    category?: unknown
  }
  const text = typeof body === 'string' ? body : String(message ?? '')
  const details = [errors, validationResults, listIn(text)].flatMap((list) => (Array.isArray(list) ? list : []))
  const named = details.flatMap((detail) => faultsIn(detail, names, category))
  return named.length > 0 ? named : faultsIn({ message: text }, names, category)
}

function faultsIn(detail: Detail, names: ReadonlySet<string>, category: unknown): Fault[] {
  const message = String(detail?.message ?? '')
  const { propertyName, ids, id } = detail?.context ?? {}
  const said = [detail?.name, propertyName, detail?.in].flat().filter((name) => names.has(String(name)))
  const told = [...names].filter((name) => mentions(message, name))
  const found = said.length > 0 ? said.map(String) : told.length <= MOST_NAMED ? told : []
  const code = [detail?.error, detail?.code, codeIn(message), detail?.subCategory, category].find(Boolean)
  return found.map((property) => ({
    property,
    code: String(code ?? 'VALIDATION_ERROR'),
    message,
    ids: [ids, id].flat().filter(Boolean).map(String),
  }))
}

// "Property values were not valid: [{…}]": the list stands in the text as JSON.
function listIn(text: string): unknown {
  const [start, end] = [text.indexOf('[{'), text.lastIndexOf(']')]
  if (start < 0 || end < start) return []
  try {
    return JSON.parse(text.slice(start, end + 1))
  } catch {
    return []
  }
}

function codeIn(message: string): string | undefined {
  if (/does not exist|doesn't exist/i.test(message)) return 'PROPERTY_DOESNT_EXIST'
  return /read.only/i.test(message) ? 'READ_ONLY_VALUE' : undefined
}

/**
 * The rows that a fault is about, and whether that is sure: a value that HubSpot quotes, the only one that there is, or any
 * value at all. Else one of several values is wrong and nobody knows which.
 */
export function blamedRows(fault: Fault, rows: readonly Row[]): { rows: Row[]; sure: boolean } {
  const having = rows.filter(
    ({ id, properties }) =>
      Object.hasOwn(properties, fault.property) && (fault.ids.length === 0 || fault.ids.includes(id)),
  )
  if (ABOUT_THE_PROPERTY.has(fault.code)) return { rows: having, sure: true }
  // The values that would be right stand in brackets.
  const [said = ''] = fault.message.split('[')
  const quoted = having.filter(({ properties }) => mentions(said, properties[fault.property] ?? ''))
  const blamed = quoted.length > 0 ? quoted : having
  return { rows: blamed, sure: new Set(blamed.map(({ properties }) => properties[fault.property])).size <= 1 }
}

function mentions(text: string, word: string): boolean {
  for (let at = text.indexOf(word); word !== '' && at >= 0; at = text.indexOf(word, at + 1)) {
    if (!isPartOfWord(text[at - 1]) && !isPartOfWord(text[at + word.length])) return true
  }
  return false
}

function isPartOfWord(character: string | undefined): boolean {
  return character !== undefined && /\w/.test(character)
}
