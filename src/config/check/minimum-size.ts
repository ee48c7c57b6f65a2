import type { Condition } from '../../rules/condition.ts'
import type { IcpConfig } from '../../rules/icp.ts'
import type { RoutingConfig } from '../../rules/routing.ts'
import { type ConfigProblem, problemAt, type SourceFile } from '../problems.ts'

/**
 * Checks that the routes which throw out small companies agree with `minimumCompanySize` in icp.yaml: the number
 * stands in both, and a change of one alone would do nothing, or half of what was meant.
 */
export function checkMinimumSize(routing: SourceFile, icp: IcpConfig, config: RoutingConfig): ConfigProblem[] {
  const most = icp.minimumCompanySize - 1
  return config.routes.flatMap((route, index) => {
    if (!('disqualify' in route.to) || !route.when) return []
    const limits = sizeLimits(route.when).filter((limit) => limit !== most)
    return limits.map((limit) =>
      problemAt(
        routing,
        ['routes', index, 'when'],
        `throws out companies of at most ${limit}, but minimumCompanySize in icp.yaml is ${icp.minimumCompanySize}: write atMost: ${most} here, or change it there`,
      ),
    )
  })
}

function sizeLimits(condition: Condition): number[] {
  if (condition.kind === 'not') return []
  if (condition.kind !== 'test') return condition.of.flatMap(sizeLimits)
  const { atMost } = condition.test
  return condition.attribute === 'company.size' && atMost !== undefined ? [atMost] : []
}
