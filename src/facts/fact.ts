/*
 * What happened, as small records without personal data: what reports, calibration and exports are folded from. A lead
 * stands in them under a pseudonym, so that erasing it keeps the counts and loses the person.
 */

/** Every type of fact, with what `value` and `reason` say in it. */
export const FACT_TYPES = {
  seen: 'Baton saw the lead for the first time; stage: the one it had, reason: adopted for one that HubSpot had before Baton came',
  signal:
    'the lead did something; rule: the type of the signal, content: the form or page, value: by how many points its engagement rose then',
  scored: 'the band moved; value: the score, reason: the band',
  routed:
    'the lead stands elsewhere; value: seconds since what led to it was received, reason: pool, nurture or disqualify, with its name',
  trigger: 'a rule started a handoff; rule: the signal, stage, status or rule that did',
  triggered: 'a trigger fired, or what follows it was done; rule: the trigger, reason: fired or followed-up',
  observed: 'a route that only observes would have given the lead to a rep',
  waiting: 'nobody was free to take the lead; reason: held where it lacks what sales needs to know',
  lacked: 'a lead that lacks something was handed to sales, or held for it; rule: the attribute',
  assigned: 'a rep got the lead; value: seconds since what led to it was received, reason: how the rep was chosen',
  told: 'Slack took a message; value: seconds since what led to it was received, reason: the kind of message',
  undeliverable: 'Slack refused a message to everybody who could have had it; reason: the kind of message',
  reminded: 'the rep was reminded',
  reassigned: 'the next rep got the lead',
  escalated: 'the manager was to be told; whether Slack took that stands in told',
  'passed-on': 'a rep passed the lead on',
  step: 'a dated step of a handoff; rule: the step, reason: yes, no, skipped, finished or gone; without rule: paused, resumed',
  breached:
    'the deadline passed without an answer; reason: undelivered where Slack had not told the rep in time, which is not theirs',
  answered:
    "the rep contacted the lead; value: minutes of the handoff's clock, reason: contacted, seen-in-hubspot, or unclear where nobody can tell who acted",
  undone: 'the answer was taken back, and counts no more',
  snoozed: 'the rep put off their reminder',
  accepted: 'sales took the lead as its own, or who got a handoff took it on; reason: how',
  rejected: 'who got the handoff did not want it; reason: the choice, where one was asked for',
  recycled: 'the lead went back to nurture; reason: how the handoff ended',
  archived:
    'nothing is done about the lead until it does something new; rule: what says so, reason: trigger or handoff',
  disqualified: 'the lead is out; reason: the choice, the status or the route',
  ended: 'a handoff ended otherwise; reason: how',
  stage: 'the stage moved; stage: the new one, reason: the one before, both by the names of baton_stage',
  outcome:
    'what became of the lead; stage: salesqualifiedlead, opportunity, customer, or churn for a customer that is none any more',
  shadowed:
    'a config that runs beside the live one would have decided otherwise; shadow: its version, from and to: score, band, tier, action, route and where that leads, separated by |',
  enrichment: 'a provider answered otherwise than before; source: the provider, reason: how',
  deal: 'a deal of the lead is in another stage, or another amount; deal: a digest of its id, stage: of its pipeline, amount: what it is worth, value: days since it was made, reason: open, won or lost',
  measured: 'a measure of the data, of all leads; rule: the measure, value: how many are right, amount: of how many',
  judged: 'a person judged the lifecycle stage of a lead of the sample; reason: right or wrong, stage: the one it had',
  filled: 'a person had a value put into HubSpot that enrichment proposed; rule: the attribute, source: the provider',
  gone: 'the contact is there no longer; reason: missing in HubSpot, merged into another one, or erased; back where it is there again, or archived no more',
  acted: 'somebody had something done about a lead of the list of those that are stuck in their stage',
  'write-refused': 'HubSpot refused a write; reason: its code',
  corrected: 'another fact did not happen; of: its id, or reason: its type, for those of the same handoff before',
} as const
export type FactType = keyof typeof FACT_TYPES

/** What a fact says beside its type, in the order in which it is written: what reports group by. */
export const FACT_FIELDS = [
  'lead',
  'handoff',
  'kind',
  'pool',
  'rep',
  'route',
  'rule',
  'source',
  'content',
  'stage',
  'reason',
  'config',
  'amount',
  'of',
  'sampled',
  'shadow',
  'from',
  'to',
  'deal',
  'account',
] as const
export type FactField = (typeof FACT_FIELDS)[number]

/**
 * A fact. `at` is epoch milliseconds, `lead` the pseudonym, `handoff` its number of that lead, `value` a number whose unit
 * the type says, `amount` that of a deal, `account` a digest that stands for the lead's company, `of` the id of a fact that is corrected, `sampled` the share of a
 * route's leads of which this one was drawn, between 0 and 1. Everything but type, instant and lead
 * may be absent.
 */
export type Fact = { type: FactType; at: number; lead: string; value?: number | undefined } & {
  [F in Exclude<FactField, 'lead'>]?: string | undefined
}

/** A fact with the id under which it is kept: the partition, the entry of its stream, and the line in that. */
export type KeptFact = Fact & { id: string }

// Type, instant and value stand before the fields.
const FIRST_FIELD = 3
const LONGEST = 80
// A verdict names a route and where it leads.
const LONGEST_VERDICT = 200

/** Facts of one moment as one text: a line each, fields separated by tabs, what is empty at the end left out. */
export function writeFacts(facts: readonly Fact[]): string {
  return facts.map(line).join('\n')
}

/**
 * Reads what `writeFacts` wrote and stands under `entry`; a line of a type that this version does not know is left out, and one that is not
 * `wanted`, where that is given.
 */
export function readFacts(entry: string, text: string, wanted?: ReadonlySet<FactType>): KeptFact[] {
  const facts: KeptFact[] = []
  // A year has millions of these: the text is gone through once, and no more is made of a line than the fact itself.
  for (let number = 0, from = 0; from <= text.length; number++) {
    const found = text.indexOf('\n', from)
    const end = found < 0 ? text.length : found
    const fact = readLine(text, from, end, wanted)
    if (fact) {
      fact.id = `${entry}.${number}`
      facts.push(fact)
    }
    from = end + 1
  }
  return facts
}

function readLine(text: string, start: number, end: number, wanted?: ReadonlySet<FactType>): KeptFact | null {
  const behind = endOfField(text, start, end)
  const type = text.slice(start, behind) as FactType
  if (wanted ? !wanted.has(type) : !Object.hasOwn(FACT_TYPES, type)) return null
  const fact: KeptFact = { id: '', type, at: 0, lead: '' }
  for (let place = 1, from = behind + 1; from <= end; place++) {
    const to = endOfField(text, from, end)
    if (to > from) {
      const said = text.slice(from, to)
      const field = FACT_FIELDS[place - FIRST_FIELD]
      if (field !== undefined) fact[field] = said
      else if (place === 1) fact.at = Number.parseInt(said, 36)
      else if (place === 2) fact.value = Number(said)
    }
    from = to + 1
  }
  return fact
}

function endOfField(text: string, from: number, end: number): number {
  const found = text.indexOf('\t', from)
  return found < 0 || found > end ? end : found
}

function line(fact: Fact): string {
  let text = `${fact.type}\t${fact.at.toString(36)}`
  // The tabs before a field are written with it, so that none stand at the end.
  let tabs = ''
  const say = (said: string) => {
    tabs += '\t'
    if (said === '') return
    text += tabs + said
    tabs = ''
  }
  say(fact.value === undefined ? '' : String(Math.round(fact.value * 100) / 100))
  for (const field of FACT_FIELDS)
    say(clean(fact[field], field === 'from' || field === 'to' ? LONGEST_VERDICT : LONGEST))
  return text
}

function clean(text: string | undefined, longest: number): string {
  if (!text) return ''
  return text.replace(/[\t\n\r]+/g, ' ').slice(0, longest)
}
