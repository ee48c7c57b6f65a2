import type { ScoringConfig } from '../rules/score.ts'
import type { RouteThreshold } from './bands.ts'
import type { Target } from './cases.ts'
import type { ScoreInput } from './inputs.ts'
import type { Unread } from './reads.ts'

/** How much data it takes: below `few` nothing is said, below `enough` nothing is proposed; `carriers` to move one weight. */
export const NEEDED = { few: 20, enough: 100, carriers: 30 }

/** What is asked. `allowed`: inputs that a person lets pass although they alone tell the outcome; `capacity`: leads that sales takes in a day. */
export interface Question {
  scoring: ScoringConfig
  inputs: readonly ScoreInput[]
  target: Target
  now: number
  allowed: readonly string[]
  acceptSelection: boolean
  capacity: number | null
  /** The least scores that routes ask for. */
  routes: readonly Omit<RouteThreshold, 'then'>[]
  /** What the rules read and the kept decisions lack. */
  unread: Unread
}
