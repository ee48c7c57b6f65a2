import { folded } from './texts.ts'

/*
 * Numbers as people write them: "1.5k", "2.000 Mitarbeiter", "51-200 employees, 3 offices", "€ 1.500.000". What cannot be read
 * surely is no number: a smaller one than was meant would throw a good lead out.
 */

/** A number that was read. `beyond`: it is not this number itself but what lies below or above it. */
export interface Amount {
  number: number
  beyond?: 'below' | 'above'
}

/** What a number counts. A number of the other kind that stands beside it is passed over. */
export type Counted = 'people' | 'money'

/**
 * Reads a number from a text. A range counts as its upper end, an open one such as 1000+ as its start. Undefined where nothing can
 * be read, where it could be one of several numbers, or where a word stands beside it that is not known to go with a number.
 */
export function readAmount(text: string, counted?: Counted): Amount | undefined {
  const tokens = tokensOf(text)
  if (counted === 'money' && tokens.some((token) => SHORTER.has(token))) return undefined
  const quantities = quantitiesIn(tokens)
  const told = quantities.filter(({ kind }) => kind !== undefined)
  const meant = told.filter(({ kind }) => counted === undefined || kind === counted)
  const [first, ...others] = meant.length > 0 ? meant : quantities
  if (!first) return undefined
  if (meant.length === 0 && (told.length > 0 || !isAlone(tokens, first))) return undefined
  const same = others.every(({ number, beyond }) => number === first.number && beyond === first.beyond)
  const { number, beyond } = first
  if (!same || !isLikely(number, counted)) return undefined
  return beyond ? { number, beyond } : { number }
}

/** The number that stands for an amount in tests: what is below 5 is 4 at most, what is above 500 is 501 at least. */
export function numberFor({ number, beyond }: Amount): number {
  return beyond === undefined ? number : number + (beyond === 'below' ? -1 : 1)
}

/** An amount as an attribute's value: a number, or words for what lies beyond one. */
export function amountValue({ number, beyond }: Amount): number | string {
  return beyond === undefined ? number : `${beyond} ${number}`
}

/** A number of the text, its scale and range included; `kind` where a unit tells it. `from` and `to`: its tokens, the last is out. */
interface Quantity {
  number: number
  beyond?: Amount['beyond'] | undefined
  kind?: Counted | undefined
  from: number
  to: number
}

function isLikely(number: number, counted: Counted | undefined): boolean {
  if (!Number.isFinite(number) || Math.abs(number) > Number.MAX_SAFE_INTEGER) return false
  return counted !== 'people' || (Number.isInteger(number) && number >= 0)
}

function tokensOf(text: string): string[] {
  const line = folded(text)
    .replace(/\p{Pd}|\u2212/gu, '-')
    .replace(/[’‘`´]/g, "'")
    // What stands in brackets is said besides: (2024), (est.).
    .replace(/\([^()]*\)|\[[^[\]]*\]/g, ' ')
  const signs = SIGNS.reduce((rest, [words, sign]) => rest.replace(words, sign), line)
  return (signs.match(TOKEN) ?? []).map((token) => (/^\p{L}/u.test(token) ? token.replaceAll('.', '') : token))
}

const TOKEN =
  /[1-9]\d{0,2}(?: \d{3})+(?:[.,]\d+)?(?![\d.,])|\d+(?:[.,'_]\d+)*(?:e[+-]?\d+(?![\p{L}\d]))?|\p{L}[\p{L}\p{M}]*(?:[.:*/']\p{L}+)*\.?|us\$|[^\s]/gu

const phrase = (words: string) => new RegExp(`(?<!\\p{L})(?:${words})(?!\\p{L})`, 'gu')
const SIGNS: [RegExp, string][] = [
  [
    phrase(
      "(?:no|not) (?:more|less|fewer) than|nicht (?:mehr|weniger) als|up to|bis zu|jusqu'à|at (?:most|least)|au moins",
    ),
    ' ',
  ],
  [phrase('or (?:less|fewer|under|below)|and (?:less|fewer|under|below)|oder weniger|ou moins'), ' '],
  [phrase('(?:or|and) (?:more|above|over|up)|oder mehr|und mehr|et plus|ou plus|o más|y más'), '+'],
  [phrase('less than|fewer than|under|below|unter|weniger als|moins de|menos de|menos que|meno di'), '<'],
  [phrase('more than|over|above|über|mehr als|plus de|más de|mas de|più di|mais de'), '>'],
  [/<=|>=|[≤≥≈~]/g, ' '],
  [/\.\.+|…/g, '-'],
]

function quantitiesIn(tokens: readonly string[]): Quantity[] {
  const found: Quantity[] = []
  for (let at = 0; at < tokens.length; ) {
    const one = quantityAt(tokens, at, found.at(-1)?.to ?? 0)
    if (one) found.push(one)
    at = one?.to ?? at + 1
  }
  return found
}

function quantityAt(tokens: readonly string[], start: number, past: number): Quantity | undefined {
  const single = scaledAt(tokens, start)
  if (!single) return undefined
  const between = tokens[single.to] ?? ''
  const isRange = between === '-' || TO.has(between) || (AND.has(between) && BETWEEN.has(tokens[start - 1] ?? ''))
  const upper = isRange ? scaledAt(tokens, single.to + 1) : undefined
  const last = upper ?? single
  const isRising = !upper || single.number < upper.number
  let [from, to, number] = [single.from, last.to, isRising ? last.number : Number.NaN]
  // From one year to another nobody counts people or money.
  if (upper && [single.number, upper.number].every((year) => year >= 1900 && year < 2100)) number = Number.NaN
  if (tokens[to] === '+' || tokens[to] === 'plus') to++
  const before = tokens[from - 1]
  const beyond = before === '<' ? 'below' : before === '>' ? 'above' : undefined
  if (beyond) from--
  if (beyond && upper) number = Number.NaN
  if (tokens[from - 1] === '-') number = -number
  let kind: Counted | undefined = single.money || last.money ? 'money' : unitAfter(tokens, to)
  kind ??= unitBefore(tokens, from, past)
  return { number, beyond, kind, from, to: kind && unitAt(tokens[to]) ? to + 1 : to }
}

/** A number with its scale and currency: `$ 10 m`, `2 mrd €`. */
function scaledAt(tokens: readonly string[], start: number) {
  const hasCurrency = CURRENCIES.has(tokens[start] ?? '')
  let to = hasCurrency ? start + 1 : start
  const text = tokens[to++] ?? ''
  const plain = /^\d/.test(text) ? readDigits(text) : undefined
  if (!/^\d/.test(text)) return undefined
  let scale = SCALES[tokens[to] ?? '']
  if (tokens[to] === 't' && ['€', 'eur'].includes(tokens[to + 1] ?? '')) scale = 1_000
  const isThousands = tokens[to] === 'teur'
  if (scale !== undefined) to++
  // Is 1.500k fifteen hundred thousand, or one and a half? And what is in front of the sign in k€ 500 is left alone.
  const isClear = scale === undefined ? !isScale(tokens, start - 1, hasCurrency) : !/^\d{1,3}[.,]\d{3}$/.test(text)
  const money = hasCurrency || isThousands || CURRENCIES.has(tokens[to] ?? '')
  if (!hasCurrency && CURRENCIES.has(tokens[to] ?? '')) to++
  const number = plain === undefined || !isClear ? Number.NaN : Number((plain * (scale ?? 1)).toPrecision(15))
  return { number, money, from: start, to }
}

function isScale(tokens: readonly string[], at: number, hasCurrency: boolean): boolean {
  return hasCurrency && (tokens[at] === 't' || SCALES[tokens[at] ?? ''] !== undefined)
}

/** Reads digits with the marks of any locale; three digits after a mark are thousands. */
function readDigits(text: string): number | undefined {
  // 02134 is no number but a code.
  if (/^0\d/.test(text)) return undefined
  if (/^\d+$/.test(text) || /^\d+(\.\d+)?e/.test(text)) return Number(text)
  const grouped = /^([1-9]\d{0,2}([.,' _])\d{3}(?:\2\d{3})*)(?:([.,])(\d+))?$/.exec(text)
  if (grouped && grouped[2] !== grouped[3]) return Number(`${grouped[1]?.replace(/\D/g, '')}.${grouped[4] ?? 0}`)
  if (/^[1-9]\d?(,\d\d)+,\d{3}(\.\d+)?$/.test(text)) return Number(text.replaceAll(',', ''))
  if (/^\d+\.\d+$/.test(text) || /^(\d+,\d{1,2}|0,\d+)$/.test(text)) return Number(text.replace(',', '.'))
  return undefined
}

function unitAt(token: string | undefined): Counted | undefined {
  return token === undefined ? undefined : UNITS.get(token)
}

// "200 full-time employees", and "10 m per year revenue".
function unitAfter(tokens: readonly string[], to: number): Counted | undefined {
  let at = to
  while (at < tokens.length && at < to + 3 && KIND_OF.has(tokens[at] ?? '')) at++
  return unitAt(tokens[at])
}

// "Employees: 200", unless the word belongs to the number before it.
function unitBefore(tokens: readonly string[], from: number, past: number): Counted | undefined {
  let at = from - 1
  while (at >= past && LEADS_TO.has(tokens[at] ?? '')) at--
  return at >= past ? unitAt(tokens[at]) : undefined
}

// Whether nothing else stands there but words that change nothing about the number.
function isAlone(tokens: readonly string[], { from, to }: Quantity): boolean {
  return tokens.every((token, at) => (at >= from && at < to) || IDLE.has(token) || unitAt(token) !== undefined)
}

const words = (text: string) => text.trim().split(/\s+/)
const PEOPLE =
  words(`employees employee employes employé employée employés emp empl people persons person staff fte ftes headcount heads
  workers colleagues mitarbeiter mitarbeitern mitarbeitende mitarbeitenden mitarbeiterinnen mitarbeiter:innen mitarbeiter*innen
  mitarbeiter/innen mitarbeiterzahl mitarbeiteranzahl ma beschäftigte beschäftigten angestellte angestellten personen leute
  vollzeitkräfte vzä salarié salariés salaries collaborateurs personnes effectif effectifs empleados empleadas trabajadores personas
  dipendenti addetti persone medewerkers werknemers mensen funcionários funcionarios colaboradores pessoas anställda ansatte
  medarbejdere henkilöä työntekijää pracowników osób zaměstnanců`)
const REVENUE = words('revenue revenues turnover umsatz jahresumsatz arr sales')
const CURRENCIES = new Set(
  words(`$ € £ ¥ ₹ us$ usd eur euro euros gbp chf cad aud nzd inr rs sek nok dkk pln jpy cny rmb brl sgd hkd zar czk huf ils aed
    dollar dollars pounds kr fr teur`),
)
const UNITS = new Map<string, Counted>([
  ...PEOPLE.map((word) => [word, 'people'] as const),
  ...REVENUE.map((word) => [word, 'money'] as const),
])
const TO = new Set(words('to bis à a til till until'))
const AND = new Set(words('and und et y e en och og'))
const BETWEEN = new Set(words('between zwischen entre tra fra mellan mellem tussen'))
const KIND_OF = new Set(
  words('full part time - total active permanent annual annually yearly per year pro jahr in of global worldwide'),
)
const LEADS_TO = new Set(words(': = is are ist about approx approximately around circa ca < > $ €'))
const IDLE = new Set(
  words(`. , : ; = ~ # about approx approximately around roughly nearly almost circa ca c ungefähr etwa rund environ env unos unas
    aproximadamente aprox cerca de est estimated currently total from ab mind mindestens min minimum max maximal maximum of the size
    company number count between zwischen entre ish so or per year p pa annual annually yearly a yr pro jahr im worldwide globally
    global overall weltweit insgesamt in`),
)
// What comes in by the month is not what comes in by the year.
const SHORTER = new Set(
  words(
    'month months monthly mtl monat monatlich mois mes mensuel mensual mese quarter quarterly quartal week weekly mrr',
  ),
)
const SCALES: Record<string, number> = {
  ...{ k: 1e3, thousand: 1e3, tsd: 1e3, tausend: 1e3, mille: 1e3, mila: 1e3, teur: 1e3, 千: 1e3 },
  ...{ lakh: 1e5, lakhs: 1e5, lac: 1e5, crore: 1e7, crores: 1e7, cr: 1e7, 万: 1e4, 萬: 1e4, 億: 1e8, 亿: 1e8 },
  ...{
    m: 1e6,
    mm: 1e6,
    mn: 1e6,
    mio: 1e6,
    mln: 1e6,
    million: 1e6,
    millions: 1e6,
    millionen: 1e6,
    millones: 1e6,
    milioni: 1e6,
  },
  ...{
    b: 1e9,
    bn: 1e9,
    mrd: 1e9,
    billion: 1e9,
    billions: 1e9,
    milliarde: 1e9,
    milliarden: 1e9,
    milliard: 1e9,
    milliards: 1e9,
  },
}
