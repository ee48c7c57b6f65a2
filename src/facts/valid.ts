import type { KeptFact } from './fact.ts'

/**
 * The facts of one stream, or some of them in its order, without those that did not happen: what a correction names by its id wherever
 * it stands, those of a type of one handoff before a correction, and of each answer that was taken back the last one before. The
 * corrections themselves are left out too.
 */
export function validOf(facts: readonly KeptFact[]): readonly KeptFact[] {
  const gone = new Set<KeptFact>()
  const named = new Set<string>()
  // Of each handoff and type, what stands so far: few facts need it.
  const changing = changed(facts)
  if (!changing) return facts
  const open = new Map<string, KeptFact[]>()
  for (const fact of facts) {
    if (fact.handoff !== undefined && changing.has(`${fact.lead}\t${fact.handoff}`)) {
      const key = ofHandoff(fact, fact.type)
      const before = open.get(key)
      if (before) before.push(fact)
      else open.set(key, [fact])
    }
    if (fact.type === 'undone') {
      const last = open.get(ofHandoff(fact, 'answered'))?.pop()
      if (last) gone.add(last)
    } else if (fact.type === 'corrected') {
      if (fact.of !== undefined) named.add(fact.of)
      else if (fact.handoff !== undefined) {
        const key = ofHandoff(fact, fact.reason ?? '')
        for (const one of open.get(key) ?? []) gone.add(one)
        open.delete(key)
      }
    }
  }
  // Few facts are named by their ids, and looking one up in vain takes long for millions.
  const isNamed = ({ id }: KeptFact) => named.size > 0 && named.has(id)
  return facts.filter((fact) => fact.type !== 'corrected' && !gone.has(fact) && !isNamed(fact))
}

/** Handoffs of which something was taken back; null where nothing was, of whatever. */
function changed(facts: readonly KeptFact[]): Set<string> | null {
  const back = facts.filter(({ type }) => type === 'corrected' || type === 'undone')
  return back.length === 0 ? null : new Set(back.map(({ lead, handoff }) => `${lead}\t${handoff ?? ''}`))
}

function ofHandoff({ lead, handoff = '' }: KeptFact, type: string): string {
  return `${lead}\t${handoff}\t${type}`
}
