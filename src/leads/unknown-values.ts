import { folded } from '../rules/texts.ts'

/*
 * What people and forms write where they know nothing, such as "Select" or "n/a": it stands there, and is no answer. Compared
 * without case, spaces and outer punctuation; `-` stands for every text without a letter or a digit.
 */

/** The texts that count as unknown: of `every` attribute, or instead those of one attribute alone. */
export type UnknownValues = Record<string, string[]>

/** The usual ones. Test and Null are people's names, so that theirs are left as they are. */
export const UNKNOWN_VALUES: UnknownValues = {
  every: [
    ...[
      'select',
      'please select',
      'select one',
      'please select one',
      'select an option',
      'select option',
      'select a value',
    ],
    ...['choose', 'please choose', 'choose one', 'choose an option', 'pick one', 'n/a', 'n.a.', '-', 'nil', 'no data'],
    ...['not applicable', 'not available', 'not known', 'not set', 'not provided', 'not specified', 'not disclosed'],
    ...['none', 'null', 'undefined', 'unknown', 'unspecified', 'tbd', 'tba', 'test', 'testing', 'prefer not to say'],
    ...[
      'bitte wählen',
      'bitte auswählen',
      'auswählen',
      'keine angabe',
      'keine angaben',
      'k. A.',
      'unbekannt',
      'nicht bekannt',
    ],
    ...['sélectionner', 'sélectionnez', 'veuillez sélectionner', 'choisir', 'inconnu', 'non renseigné', 'non précisé'],
    ...['seleccionar', 'selecciona', 'seleccione', 'desconocido', 'no especificado', 'no aplica'],
  ],
  firstName: [],
  lastName: [],
}

// What HubSpot itself notes of visits and campaigns nobody has typed into a field.
const NOTED = /^(touch|utm)\./

const prepared = new WeakMap<readonly string[], Set<string>>()

/** Whether a text says nothing of that attribute. */
export function saysNothing(values: UnknownValues | undefined, attribute: string, text: string): boolean {
  if (!values || NOTED.test(attribute)) return false
  const own = Object.hasOwn(values, attribute) ? values[attribute] : values.every
  if (!own || own.length === 0) return false
  const known = prepared.get(own) ?? new Set(own.map(fold))
  prepared.set(own, known)
  return known.has(fold(text))
}

function fold(text: string): string {
  const plain = folded(text)
    .replaceAll(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '')
    .replaceAll(/\s*([^\p{L}\p{N}\s])\s*/gu, '$1')
  return plain === '' ? '-' : plain
}
