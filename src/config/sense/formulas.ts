import type { AttributeTest, Condition, Truth } from '../../rules/condition.ts'

/** What a test has to come to. Conditions have three answers, so that "not true" is another thing than "false". */
export type Want = 'true' | 'false' | 'not true' | 'not false'

/** One test with what it has to come to. */
export interface Literal {
  kind: 'literal'
  attribute: string
  test: AttributeTest
  want: Want
}

/** What has to be so of a lead. */
export type Formula = Literal | { kind: 'and'; of: Formula[] } | { kind: 'or'; of: Formula[] }

const NEGATED: Record<Want, Want> = {
  true: 'false',
  false: 'true',
  'not true': 'not false',
  'not false': 'not true',
}

/** A condition that has to come to something, as what has to be so of its tests. */
export function formulaOf(condition: Condition, want: Want): Formula {
  if (condition.kind === 'test') return { kind: 'literal', attribute: condition.attribute, test: condition.test, want }
  if (condition.kind === 'not') return formulaOf(condition.of, NEGATED[want])
  // All are true, or none is false; for the opposite one is enough.
  const every = (condition.kind === 'all') === (want === 'true' || want === 'not false')
  return { kind: every ? 'and' : 'or', of: condition.of.map((part) => formulaOf(part, want)) }
}

/** Whether an answer is what is wanted. */
export function meets(truth: Truth, want: Want): boolean {
  if (want === 'true' || want === 'false') return truth === want
  return want === 'not true' ? truth !== 'true' : truth !== 'false'
}
