import type { Start } from '../handoffs/kinds.ts'
import { STAGE_NAMES, STAGES, type Stage, stageOfLifecycle } from '../rules/stages.ts'
import { type LeadRecord, stageOf } from './lead.ts'

/*
 * The stage of a lead: what it was before, and what has moved it since. HubSpot's life cycle stage moves it whoever set that;
 * rules and answers in Slack move it forwards; what sales gave back is recycled, and who is out is disqualified. HubSpot's own
 * stage is written forwards only, and one of the portal's own is left alone.
 */

/** The stages in the order in which a lead goes on; the other two are beside it. */
const ORDER = STAGE_NAMES.filter((name) => STAGES[name] !== null)
const isOnTheWay = (stage: Stage) => ORDER.includes(stage)
// Where HubSpot shows no stage the contact counts as a lead.
const rankOf = (stage: Stage | undefined) => ORDER.indexOf(stage ?? 'lead')
const further = (a: Stage, b: Stage) => (rankOf(b) > rankOf(a) ? b : a)
const isSalesOwn = (stage: Stage | undefined) => stage === 'sql' || stage === 'opportunity'
const isCustomer = (stage: Stage | undefined) => stage === 'customer' || stage === 'evangelist'
const isOfPortal = (word: string) => word !== '' && stageOfLifecycle(word) === undefined

// How far a lead is that is one of two: who was recycled has come further than who never was with sales.
const FURTHEST: readonly Stage[] = ['disqualified', 'subscriber', 'lead', 'mql', 'recycled', ...ORDER.slice(3)]

/** The further one of two stages that contacts had which became one. */
export function furthest(a: Stage, b: Stage): Stage {
  return FURTHEST.indexOf(b) > FURTHEST.indexOf(a) ? b : a
}

/** A rule that moves a lead to a stage: what has to happen. */
export interface StageMove {
  to: Stage
  when: Start[]
}

/** What a stage follows from, beside the one before. Stages of HubSpot are its own words, '' for none. */
export interface StageNews {
  /** What HubSpot shows now, and what it was known to show before; undefined when nobody knows. */
  shown: string
  before: string | undefined
  /** What a rule has given it since. */
  given: Stage | undefined
  /** Who says that it is out. */
  out: 'person' | 'rules' | undefined
  /** Sales had it and gave it back. */
  gaveBack: boolean
  /** It was SQL or opportunity once. */
  wasSales: boolean
  mql: boolean
}

/** The stage after what has happened. */
export function nextStage(stage: Stage, news: StageNews): Stage {
  const seen = afterHubSpot(stage, news)
  // Whoever is no longer out is back before anything new moves them.
  const free = seen === 'disqualified' && news.out === undefined ? returned(news) : seen
  const given = afterRules(free, news)
  // Who was taken on again since goes on, whoever said so.
  const back = news.gaveBack && isSalesOwn(given) && given === stage ? 'recycled' : given
  const out = afterWord(back, news)
  return news.mql && (out === 'subscriber' || out === 'lead') ? 'mql' : out
}

/** The stage after what HubSpot shows: what moved there moves here, forwards and back. */
function afterHubSpot(stage: Stage, { shown, before }: StageNews): Stage {
  const now = stageOfLifecycle(shown)
  if (isOfPortal(shown)) return stage
  if (now && isCustomer(now) && !isCustomer(stage)) return now
  if (before === undefined) return now && isOnTheWay(stage) ? further(stage, now) : stage
  const [to, from] = [rankOf(now), rankOf(stageOfLifecycle(before))]
  if (isOfPortal(before) || to < from) return now ?? 'lead'
  if (to === from || !now) return stage
  return isOnTheWay(stage) ? further(stage, now) : now
}

/** The stage after what a rule has given: forwards, or beside the way and back to it. */
function afterRules(stage: Stage, { given, ...news }: StageNews): Stage {
  if (given === undefined) return stage
  if (given === 'recycled') {
    if (stage === 'disqualified') return returned(news)
    return isSalesOwn(stage) ? 'recycled' : stage
  }
  if (given === 'disqualified') return isCustomer(stage) ? stage : 'disqualified'
  return furthest(stage, given)
}

// A person's word is about everybody but customers; that of the rules about those whom sales has not taken on.
function afterWord(stage: Stage, { out }: StageNews): Stage {
  if (out === 'person' && !isCustomer(stage)) return 'disqualified'
  if (out === 'rules' && rankOf(stage) < rankOf('sql') && stage !== 'recycled') return 'disqualified'
  return stage
}

/** The stage in which a lead comes back that was out. */
function returned({ shown, wasSales }: Pick<StageNews, 'shown' | 'wasSales'>): Stage {
  const now = stageOfLifecycle(shown)
  if (now && isCustomer(now)) return now
  return isSalesOwn(now) || wasSales ? 'recycled' : (now ?? 'lead')
}

/** The life cycle stage to write for a stage; undefined when HubSpot's is as far or further, or is not ours to move. */
export function lifecycleFor(stage: Stage, shown: string): string | undefined {
  const word = STAGES[stage]
  if (word === null || isOfPortal(shown)) return undefined
  return rankOf(stage) > rankOf(stageOfLifecycle(shown)) ? word : undefined
}

/** What of a record its stage follows from. */
export type StageBasis = Pick<
  LeadRecord,
  'attributes' | 'signals' | 'rejected' | 'ended' | 'stageGiven' | 'stageSetBack' | 'adopted' | 'outcomes' | 'toOpen'
> & { score: { mql: boolean }; route: Pick<LeadRecord['route'], 'to'> }

/** The stage of a record that has none yet, as an older version wrote it. */
export function stageByRecord(lead: StageBasis): Stage {
  const shown = stageOf(lead.attributes)
  return nextStage(stageOfLifecycle(shown) ?? 'lead', newsOf(lead, undefined, shown, shown))
}

/** The stage of a lead, whichever version wrote its record. */
export function stageNow(lead: StageBasis & Pick<LeadRecord, 'stage'>): Stage {
  return lead.stage?.name ?? stageByRecord(lead)
}

/** What a record says of its stage. */
export function newsOf(
  lead: StageBasis,
  given: Stage | undefined,
  shown: string,
  before: string | undefined,
  more: Partial<StageNews> = {},
): StageNews {
  const { outcomes, score, adopted, stageSetBack } = lead
  return {
    shown,
    before,
    given,
    out: outBy(lead),
    gaveBack: false,
    wasSales: outcomes.salesqualifiedlead !== undefined || outcomes.opportunity !== undefined,
    mql: score.mql && !adopted && !stageSetBack,
    ...more,
  }
}

// Whom marketing took back after a person's word is recycled; that a rule took it out stands until the lead does something new.
function outBy({ rejected, route, stageGiven, signals }: StageBasis): StageNews['out'] {
  const isLifted = rejected && stageGiven?.name === 'recycled' && stageGiven.at > rejected.at
  if (rejected && !isLifted) return 'person'
  const isNew = signals.some(({ at, by }) => by !== 'sales' && at > (stageGiven?.at ?? 0))
  if (stageGiven?.name === 'disqualified' && !isNew) return 'person'
  return 'disqualify' in route.to ? 'rules' : undefined
}
