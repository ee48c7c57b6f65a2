import { z } from 'zod'
import { conditionIn, SCOPES } from './conditions.ts'
import { Name } from './values.ts'

const FactCondition = conditionIn(SCOPES.facts)

/** `config/icp.yaml`. */
export const Icp = z.strictObject({
  tiers: z.array(z.strictObject({ tier: z.int().min(1).max(9), when: FactCondition })),
  minimumCompanySize: z.int().min(0).max(1_000_000).describe('employees'),
  personas: z.array(z.strictObject({ name: Name, when: FactCondition })),
  negative: z.array(z.strictObject({ reason: Name, when: FactCondition })),
})
