import { type Condition, type Evaluation, evaluate, type Lookup } from './condition.ts'

/** The ideal customer profile: who is a good, a fair and a wrong lead (`config/icp.yaml`). */
export interface IcpConfig {
  tiers: { tier: number; when: Condition }[]
  minimumCompanySize: number
  personas: { name: string; when: Condition }[]
  negative: { reason: string; when: Condition }[]
}

/** What the profile says of a lead; absent means that nothing matched. `checks` explain the first match or the misses. */
export interface IcpResult {
  tier?: number
  persona?: string
  negative?: string
  checks: { kind: 'tier' | 'persona' | 'negative'; name: string; evaluation: Evaluation }[]
}

/** Finds tier, persona and negative reason: in each list the first match wins. */
export function matchIcp(config: IcpConfig, lookup: Lookup): IcpResult {
  const result: IcpResult = { checks: [] }
  for (const { tier, when } of config.tiers) {
    const evaluation = evaluate(when, lookup)
    result.checks.push({ kind: 'tier', name: String(tier), evaluation })
    if (evaluation.truth === 'true') {
      result.tier = tier
      break
    }
  }
  for (const { name, when } of config.personas) {
    const evaluation = evaluate(when, lookup)
    result.checks.push({ kind: 'persona', name, evaluation })
    if (evaluation.truth === 'true') {
      result.persona = name
      break
    }
  }
  for (const { reason, when } of config.negative) {
    const evaluation = evaluate(when, lookup)
    result.checks.push({ kind: 'negative', name: reason, evaluation })
    if (evaluation.truth === 'true') {
      result.negative = reason
      break
    }
  }
  return result
}
