/*
 * The words of job titles. What is abbreviated or of another language is first put into the plain English words that
 * `titles.ts` understands; all are folded: small letters without accents.
 */

/** The departments with the words that name one. Of two that fit the longer is meant: product marketing is marketing. */
const DEPARTMENTS: Record<string, string[]> = {
  marketing: [
    ...['marketing', 'brand', 'branding', 'growth', 'content', 'seo', 'sem', 'advertising', 'campaigns', 'social media'],
    ...['demand gen', 'demand generation', 'lead gen', 'lead generation', 'product marketing', 'marketing operations'],
    ...['marketing ops', 'marketing automation', 'marketing technology', 'partner marketing', 'customer marketing'],
  ],
  sales: [
    ...['sales', 'commercial', 'business development', 'biz dev', 'bizdev', 'account executive', 'key account', 'sdr'],
    ...['bdr', 'key accounts', 'sales engineering', 'sales enablement', 'sales engineer', 'sales development'],
  ],
  revenue: ['revenue', 'go to market', 'gtm'],
  'revenue operations': ['revenue operations', 'revenue ops', 'rev ops', 'revops', 'sales operations', 'sales ops'],
  operations: ['operations', 'operating', 'ops', 'supply chain', 'logistics'],
  finance: ['finance', 'financial', 'accounting', 'controlling', 'treasury', 'accountant', 'controller'],
  hr: [
    ...['hr', 'human resources', 'people', 'talent', 'talent acquisition', 'recruiting', 'recruitment', 'recruiter'],
    ...['people operations', 'people ops', 'people and culture'],
  ],
  it: ['it', 'information', 'information technology', 'information security', 'it operations'],
  engineering: [
    ...['engineering', 'engineer', 'developer', 'software', 'software development', 'development', 'technology'],
    ...['technical', 'product engineering', 'research and development'],
  ],
  product: ['product', 'product management', 'product owner'],
  'customer success': [
    ...['customer success', 'client success', 'customer experience', 'cx', 'customer', 'customer support', 'customer care'],
    ...['customer service', 'client services', 'account manager', 'account management', 'account director', 'csm'],
  ],
  communications: ['communications', 'communication', 'public relations', 'pr', 'corporate communications'],
  purchasing: ['purchasing', 'procurement'],
  legal: ['legal', 'counsel'],
}

/** What a word or several stand for, in plain English. An empty one says nothing. */
const MEANINGS: Record<string, string> = {
  // Abbreviations.
  ...{ svp: 'vp', evp: 'vp', avp: 'vp', rvp: 'vp', gvp: 'vp', 'vice president': 'vp', vicepresident: 'vp' },
  ...{ 'assistant vice president': 'vp', 'assistant vp': 'vp', 'vice presidente': 'vp', vicepresidente: 'vp' },
  ...{ vicepresidenta: 'vp', 'vice-president': 'vp', dir: 'director', mgr: 'manager', mgmt: 'management' },
  ...{ mktg: 'marketing', mktng: 'marketing', mkt: 'marketing', dev: 'development', eng: 'engineering', rep: 'representative' },
  ...{ asst: 'assistant', ea: 'executive assistant', pa: 'personal assistant', exec: 'executive', coord: 'coordinator' },
  ...{ cmo: 'chief marketing officer', cfo: 'chief finance officer', cto: 'chief technology officer' },
  ...{ coo: 'chief operations officer', cio: 'chief information officer', ciso: 'chief information officer' },
  ...{ cro: 'chief revenue officer', chro: 'chief hr officer', cpo: 'chief product officer', cgo: 'chief growth officer' },
  ...{ cco: 'chief commercial officer', cso: 'chief officer', cdo: 'chief officer', cxo: 'chief officer' },
  ...{ 'chief executive officer': 'ceo', 'chief executive': 'ceo', 'managing director': 'ceo', 'general manager': 'ceo' },
  ...{ sr: '', senior: '', jr: '', junior: '', global: '', group: '', deputy: '', interim: '', acting: '', regional: '' },
  ...{ fractional: '', associate: 'associate', 'associate director': 'director' },
  // German.
  ...{ geschaftsfuhrer: 'ceo', geschaftsfuhrerin: 'ceo', geschaeftsfuehrer: 'ceo', geschaeftsfuehrerin: 'ceo' },
  ...{ alleingeschaftsfuhrer: 'ceo', geschaftsleiter: 'ceo', geschaftsleiterin: 'ceo', vorstandsvorsitzender: 'ceo' },
  ...{ vorstandsvorsitzende: 'ceo', 'geschaftsfuhrender gesellschafter': 'owner', vorstand: 'chief', 'mitglied of vorstands': 'chief' },
  ...{ inhaber: 'owner', inhaberin: 'owner', firmeninhaber: 'owner', grunder: 'founder', grunderin: 'founder' },
  ...{ mitgrunder: 'founder', mitgrunderin: 'founder', gruender: 'founder', prokurist: 'director', prokuristin: 'director' },
  ...{ leiter: 'head', leiterin: 'head', leitung: 'head', bereichsleiter: 'head', bereichsleiterin: 'head' },
  ...{ abteilungsleiter: 'head', abteilungsleiterin: 'head', filialleiter: 'head', direktor: 'director', direktorin: 'director' },
  ...{ teamleiter: 'manager', teamleiterin: 'manager', gruppenleiter: 'manager', projektleiter: 'project manager' },
  ...{ projektleiterin: 'project manager', aufsichtsrat: 'board', mitarbeiter: 'specialist', mitarbeiterin: 'specialist' },
  ...{ referent: 'specialist', referentin: 'specialist', sachbearbeiter: 'specialist', sachbearbeiterin: 'specialist' },
  ...{ assistenz: 'assistant', assistent: 'assistant', assistentin: 'assistant', sekretar: 'secretary', sekretarin: 'secretary' },
  ...{ werkstudent: 'workingstudent', werkstudentin: 'workingstudent', studentin: 'student', praktikant: 'intern' },
  ...{ praktikantin: 'intern', auszubildender: 'intern', auszubildende: 'intern', azubi: 'intern', berater: 'consultant' },
  ...{ beraterin: 'consultant', unternehmensberater: 'consultant', unternehmensberaterin: 'consultant', stv: '' },
  ...{ stellvertretender: '', stellvertretende: '', vertrieb: 'sales', verkauf: 'sales', finanzen: 'finance', personal: 'hr' },
  ...{ einkauf: 'purchasing', kommunikation: 'communications', betrieb: 'operations', entwicklung: 'development' },
  ...{ technik: 'technical', produkt: 'product', buchhaltung: 'accounting', buchhalter: 'accountant', buchhalterin: 'accountant' },
  ...{ technischer: '', technische: '', kaufmannischer: '', gesamt: '', 'personal assistant': 'personal assistant' },
  ...{ entwickler: 'developer', entwicklerin: 'developer', marketingabteilung: 'marketing', vertriebsabteilung: 'sales' },
  // French.
  ...{ pdg: 'ceo', dg: 'ceo', 'president directeur general': 'ceo', 'directeur general': 'ceo', 'directrice generale': 'ceo' },
  ...{ gerant: 'ceo', gerante: 'ceo', daf: 'chief finance officer', drh: 'chief hr officer', dsi: 'chief information officer' },
  ...{ 'directeur administratif et financier': 'chief finance officer', directeur: 'director', directrice: 'director' },
  ...{ presidente: 'president', fondateur: 'founder', fondatrice: 'founder', cofondateur: 'founder', cofondatrice: 'founder' },
  ...{ proprietaire: 'owner', responsable: 'head', 'chef of ventes': 'head sales', 'chef of vente': 'head sales', 'chef of projet': 'project manager' },
  ...{ 'chef of produit': 'product manager', charge: 'specialist', chargee: 'specialist', ventes: 'sales', vente: 'sales' },
  ...{ commerciale: 'commercial', financier: 'finance', financiere: 'finance', informatique: 'it', achats: 'purchasing' },
  ...{ 'ressources humaines': 'hr', rh: 'hr', produit: 'product', stagiaire: 'intern', alternant: 'intern', alternante: 'intern' },
  ...{ apprenti: 'intern', etudiant: 'student', etudiante: 'student', consultante: 'consultant', assistante: 'assistant' },
  ...{ secretaire: 'secretary', technique: 'technical' },
  // Spanish.
  ...{ 'gerente general': 'ceo', 'director general': 'ceo', 'directora general': 'ceo', 'consejero delegado': 'ceo' },
  ...{ 'consejera delegada': 'ceo', directora: 'director', presidenta: 'president', fundador: 'founder', fundadora: 'founder' },
  ...{ cofundador: 'founder', cofundadora: 'founder', propietario: 'owner', propietaria: 'owner', dueno: 'owner', duena: 'owner' },
  ...{ socio: 'partner', socia: 'partner', 'socio fundador': 'founder', 'socia fundadora': 'founder', jefe: 'head', jefa: 'head' },
  ...{ gerente: 'manager', encargado: 'manager', encargada: 'manager', ejecutivo: 'specialist', ejecutiva: 'specialist' },
  ...{ ventas: 'sales', comercial: 'commercial', mercadotecnia: 'marketing', mercadeo: 'marketing', financiero: 'finance' },
  ...{ financiera: 'finance', finanzas: 'finance', operaciones: 'operations', sistemas: 'it', informatica: 'it' },
  ...{ 'recursos humanos': 'hr', rrhh: 'hr', compras: 'purchasing', producto: 'product', becario: 'intern', becaria: 'intern' },
  ...{ practicante: 'intern', pasante: 'intern', estudiante: 'student', consultor: 'consultant', consultora: 'consultant' },
  ...{ asistente: 'assistant', assistente: 'assistant', secretaria: 'secretary' },
  // English words for the same.
  ...{ cofounder: 'founder', 'co founder': 'founder', 'founding partner': 'founder', 'co owner': 'owner', proprietor: 'owner' },
  ...{ 'managing partner': 'owner', 'senior partner': 'owner', 'equity partner': 'owner', 'general partner': 'owner' },
  ...{ 'chief of staff': 'head', 'team lead': 'manager', 'team leader': 'manager', supervisor: 'manager', trainee: 'intern' },
  ...{ apprentice: 'intern', internship: 'intern', 'phd candidate': 'student', 'mba candidate': 'student', undergraduate: 'student' },
  ...{ 'student assistant': 'workingstudent', 'student worker': 'workingstudent', 'student intern': 'workingstudent' },
  ...{ 'student ambassador': 'workingstudent', 'student researcher': 'workingstudent', 'undergraduate student': 'student' },
  ...{ 'non executive director': 'board', 'board member': 'board', 'board director': 'board', chairman: 'board' },
  ...{ chairwoman: 'board', chairperson: 'board', chair: 'board', 'business partner': 'specialist', 'go-to-market': 'gtm' },
}

// What people are who lead nobody.
const INDIVIDUALS = [
  ...['accountant', 'administrator', 'advisor', 'adviser', 'agent', 'analyst', 'architect', 'artist', 'associate', 'buyer'],
  ...['captain', 'chef', 'clerk', 'coach', 'controller', 'coordinator', 'counsel', 'counselor', 'designer', 'developer'],
  ...['doctor', 'driver', 'editor', 'engineer', 'evangelist', 'executive', 'expert', 'generalist', 'lawyer', 'lecturer'],
  ...['nurse', 'officer', 'physician', 'planner', 'producer', 'professor', 'programmer', 'recruiter', 'representative'],
  ...['researcher', 'scientist', 'specialist', 'strategist', 'teacher', 'technician', 'trainer', 'writer', 'bdr', 'sdr'],
]

/** The words that are a role, and which. */
export const ROLES: ReadonlyMap<string, string> = new Map([
  ...['ceo', 'chief', 'vp', 'president', 'director', 'head', 'manager', 'founder', 'owner', 'partner', 'board'].map(same),
  ...['assistant', 'intern', 'student', 'workingstudent', 'consultant', 'lead'].map(same),
  ['secretary', 'assistant'],
  ...INDIVIDUALS.map((word): [string, string] => [word, 'individual']),
])

function same(word: string): [string, string] {
  return [word, word]
}

const DEPARTMENT_OF = new Map(
  Object.entries(DEPARTMENTS).flatMap(([department, words]) => words.map((word) => [word, department] as const)),
)
const MEANING_OF = new Map(Object.entries(MEANINGS))
const LONGEST = 4

// German puts words together: Vertriebsleiterin, Marketing-Leiter, Finanzvorstand.
const COMPOUND =
  /^(.{2,}?)s?(leiter|leiterin|leitung|direktor|direktorin|manager|managerin|vorstand|chef|chefin|assistent|assistentin|assistenz|mitarbeiter|mitarbeiterin|entwickler|entwicklerin|referent|referentin|praktikant|praktikantin)$/
const ENDINGS: Record<string, string> = { chef: 'head', chefin: 'head', managerin: 'manager' }

/** The words of a title in plain English. */
export function inEnglish(words: readonly string[]): string[] {
  return longest(words.flatMap(parted), (text) => {
    const meaning = MEANING_OF.get(text)
    return meaning === undefined ? undefined : meaning.split(' ').filter(Boolean)
  }).flatMap((part) => part)
}

/** Where departments are named in words of plain English: at which place, and by how many. */
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
