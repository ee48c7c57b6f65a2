/*
 * The words of job titles. What is abbreviated or of another language is first put into the plain English words that
 * `titles.ts` understands; all are folded: small letters without accents.
 */

// A table of words: a line is a meaning and the words for it.
function tableOf(...texts: string[]): [word: string, meaning: string][] {
  const lines = texts.flatMap((text) => text.trim().split('\n'))
  return lines.flatMap((line) => {
    const [meaning = '', words = ''] = line.split(':')
    return words.split(',').map((word): [string, string] => [word.trim(), meaning])
  })
}

// The departments with the words that name one. Of two that fit the longer is meant: product marketing is marketing.
const DEPARTMENTS = `
marketing: marketing, brand, branding, growth, content, seo, sem, advertising, campaigns, social media, demand gen
marketing: demand generation, lead gen, lead generation, product marketing, marketing operations, marketing ops
marketing: marketing automation, marketing technology, partner marketing, customer marketing
sales: sales, commercial, business development, biz dev, bizdev, account executive, key account, key accounts, sdr, bdr
sales: sales engineering, sales enablement, sales engineer, sales development
revenue: revenue, go to market, gtm
revenue operations: revenue operations, revenue ops, rev ops, revops, sales operations, sales ops
operations: operations, operating, ops, supply chain, logistics
finance: finance, financial, accounting, controlling, treasury, accountant, controller
hr: hr, human resources, people, talent, talent acquisition, recruiting, recruitment, recruiter, people operations, people ops
it: it, information, information technology, information security, it operations
engineering: engineering, engineer, developer, software, software development, development, technology, technical
engineering: product engineering, research and development
product: product, product management, product owner
customer success: customer success, client success, customer experience, cx, customer, customer support, customer care
customer success: customer service, client services, account manager, account management, account director, csm
communications: communications, communication, public relations, pr, corporate communications
purchasing: purchasing, procurement
legal: legal, counsel
`

// What words stand for, in plain English. Those without a meaning say nothing.
const ABBREVIATIONS = `
vp: svp, evp, avp, rvp, gvp, vice president, vicepresident, vice pres, assistant vice president, assistant vp
vp: vice presidente, vicepresidente, vicepresidenta, vice-president
director: dir, associate director
manager: mgr
management: mgmt
marketing: mktg, mktng, mkt
development: dev
engineering: eng
representative: rep
assistant: asst
executive assistant: ea
personal assistant: pa, personal assistant
executive: exec
coordinator: coord
chief marketing officer: cmo
chief finance officer: cfo
chief technology officer: cto
chief operations officer: coo
chief information officer: cio, ciso
chief revenue officer: cro
chief hr officer: chro
chief product officer: cpo
chief growth officer: cgo
chief commercial officer: cco
chief officer: cso, cdo, cxo
ceo: chief executive officer, chief executive, managing director, general manager, gm
: sr, senior, jr, junior, global, group, deputy, interim, acting, regional, fractional
`

const GERMAN = `
ceo: geschaftsfuhrer, geschaftsfuhrerin, geschaeftsfuehrer, geschaeftsfuehrerin, alleingeschaftsfuhrer, geschaftsleiter
ceo: geschaftsleiterin, vorstandsvorsitzender, vorstandsvorsitzende, mitglied of geschaftsleitung
owner: geschaftsfuhrender gesellschafter, geschaftsfuhrende gesellschafterin, inhaber, inhaberin, firmeninhaber
owner: geschaftsinhaber
chief: vorstand, mitglied of vorstands
founder: grunder, grunderin, mitgrunder, mitgrunderin, gruender
director: prokurist, prokuristin, direktor, direktorin
head: leiter, leiterin, leitung, bereichsleiter, bereichsleiterin, abteilungsleiter, abteilungsleiterin, filialleiter
manager: teamleiter, teamleiterin, gruppenleiter
project manager: projektleiter, projektleiterin
board: aufsichtsrat
specialist: mitarbeiter, mitarbeiterin, referent, referentin, sachbearbeiter, sachbearbeiterin
assistant: assistenz, assistent, assistentin
secretary: sekretar, sekretarin
workingstudent: werkstudent, werkstudentin
student: studentin
intern: praktikant, praktikantin, auszubildender, auszubildende, azubi, praktikum, lehrling
consultant: berater, beraterin, unternehmensberater, unternehmensberaterin
sales: vertrieb, verkauf, vertriebsabteilung
finance: finanzen
hr: personal
purchasing: einkauf
communications: kommunikation
operations: betrieb
development: entwicklung
technical: technik
product: produkt
accounting: buchhaltung
accountant: buchhalter, buchhalterin
developer: entwickler, entwicklerin
marketing: marketingabteilung
: geschaftsleitung, geschaftsfuhrung, stv, stellvertretender, stellvertretende, technischer, technische, kaufmannischer
: gesamt
`

const FRENCH = `
ceo: pdg, dg, president directeur general, directeur general, directrice generale, gerant, gerante, dirigeant, dirigeante
owner: chef d'entreprise, proprietaire
chief finance officer: daf, directeur administratif et financier
chief hr officer: drh
chief information officer: dsi
director: directeur, directrice
president: presidente
founder: fondateur, fondatrice, cofondateur, cofondatrice
head: responsable
head sales: chef of ventes, chef of vente
project manager: chef of projet, cheffe of projet
product manager: chef of produit, cheffe of produit
specialist: charge, chargee
sales: ventes, vente
commercial: commerciale
finance: financier, financiere
it: informatique
purchasing: achats
hr: ressources humaines, rh
product: produit
intern: stagiaire, alternant, alternante, apprenti
student: etudiant, etudiante
consultant: consultante
assistant: assistante
secretary: secretaire
technical: technique
`

const SPANISH = `
ceo: gerente general, director general, directora general, consejero delegado, consejera delegada
director: directora
president: presidenta
founder: fundador, fundadora, cofundador, cofundadora, socio fundador, socia fundadora
owner: propietario, propietaria, dueno, duena
partner: socio, socia
head: jefe, jefa
manager: gerente, encargado, encargada
specialist: ejecutivo, ejecutiva
sales: ventas
commercial: comercial
marketing: mercadotecnia, mercadeo
finance: financiero, financiera, finanzas
operations: operaciones
it: sistemas, informatica
hr: recursos humanos, rrhh
purchasing: compras
product: producto
intern: becario, becaria, practicante, pasante
student: estudiante
consultant: consultor, consultora
assistant: asistente, assistente
secretary: secretaria
`

const ENGLISH = `
founder: cofounder, co founder, founding partner
owner: co owner, proprietor, managing partner, senior partner, equity partner, general partner
head: chief of staff
manager: team lead, team leader, supervisor
intern: trainee, apprentice, internship
student: phd candidate, mba candidate, undergraduate, undergraduate student
workingstudent: student assistant, student worker, working student, student intern, student ambassador, student researcher
board: non executive director, board member, board director, chairman, chairwoman, chairperson, chair
specialist: business partner
gtm: go-to-market
`

const ROLE_WORDS = `
individual: accountant, administrator, advisor, adviser, agent, analyst, architect, artist, associate, buyer, captain, chef
individual: clerk, coach, controller, coordinator, counsel, counselor, designer, developer, doctor, driver, editor, engineer
individual: evangelist, executive, expert, generalist, lawyer, lecturer, nurse, officer, physician, planner, producer
individual: professor, programmer, recruiter, representative, researcher, scientist, specialist, strategist, teacher
individual: technician, trainer, writer, bdr, sdr
assistant: assistant, secretary
`
// Those that stand for themselves.
const PLAIN_ROLES =
  'ceo chief vp president director head manager founder owner partner board intern student workingstudent consultant lead'

/** The words that are a role, and which. */
export const ROLES: ReadonlyMap<string, string> = new Map([
  ...tableOf(ROLE_WORDS),
  ...PLAIN_ROLES.split(' ').map((word): [string, string] => [word, word]),
])

const MEANING_OF = new Map(
  tableOf(ABBREVIATIONS, GERMAN, FRENCH, SPANISH, ENGLISH).map(([word, meaning]) => [
    word,
    meaning.split(' ').filter(Boolean),
  ]),
)
const DEPARTMENT_OF = new Map(tableOf(DEPARTMENTS))
const LONGEST = 4

/** What `title.seniority` and `title.department` can say. */
export const TITLE_VALUES: Readonly<Record<string, readonly string[]>> = {
  'title.seniority': [
    ...[
      'c-level',
      'founder',
      'owner',
      'vp',
      'director',
      'head',
      'manager',
      'individual',
      'board',
      'assistant',
      'intern',
    ],
    ...['student', 'consultant', 'former', 'aspiring'],
  ],
  'title.department': [...new Set(DEPARTMENT_OF.values()), 'general management'],
}

// German puts words together: Vertriebsleiterin, Marketing-Leiter, Finanzvorstand.
const COMPOUND =
  /^(.{2,}?)s?(leiter|leiterin|leitung|direktor|direktorin|manager|managerin|vorstand|chef|chefin|assistent|assistentin|assistenz|mitarbeiter|mitarbeiterin|entwickler|entwicklerin|referent|referentin|praktikant|praktikantin)$/
const ENDINGS: Record<string, string> = { chef: 'head', chefin: 'head', managerin: 'manager' }

/** The words of a title in plain English. */
export function inEnglish(words: readonly string[]): string[] {
  return longest(words.flatMap(parted), (text) => MEANING_OF.get(text)).flat()
}

/** The departments that words of plain English name. */
export function departmentsIn(words: readonly string[]): string[] {
  return longest(words, (text) => DEPARTMENT_OF.get(text)).filter((part) => typeof part === 'string')
}

// Each place of the words by the longest run that is known; a word that is not stands in a list of its own.
function longest<Known>(words: readonly string[], known: (text: string) => Known | undefined): (Known | string[])[] {
  const parts: (Known | string[])[] = []
  for (let at = 0; at < words.length; ) {
    let length = Math.min(LONGEST, words.length - at)
    let found = known(words.slice(at, at + length).join(' '))
    while (found === undefined && length > 1) found = known(words.slice(at, at + --length).join(' '))
    parts.push(found ?? words.slice(at, at + 1))
    at += length
  }
  return parts
}

function parted(word: string): string[] {
  const [, first = '', ending = ''] = MEANING_OF.has(word) ? [] : (COMPOUND.exec(word) ?? [])
  if (!ending) return [word]
  const part = first.replace(/^(gesamt|gebiets|regional|landes|haupt)/, '')
  const stem = [part, part.replace(/s$/, ''), `${part}en`].find((one) => MEANING_OF.has(one) || DEPARTMENT_OF.has(one))
  return [...(stem ? [stem] : [first]), ENDINGS[ending] ?? ending]
}
