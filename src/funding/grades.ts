import type { Burn } from '../../machines/auto-funding/auto-funding.burn.ts'
import { keyOf, type SubAccountId } from '../base/sub-account-key.ts'
import type { BurnRates } from './burn-rates.ts'
import type { AutoFundingPolicy } from './config.ts'
import { gradingOf, type Grading } from './plan-input.ts'

/** How an account is graded: its policy, and its unsettled fee in wei. */
export type GradedBy = { policy: AutoFundingPolicy; unsettledFee: bigint }

export type Grades = { of(id: SubAccountId, by: GradedBy): Grading }

/** Demand, trigger and target of each sub-account; computed anew only where burn, policy or fee changed. */
export function createGrades(burns: BurnRates): Grades {
  const known = new Map<string, GradedBy & { burn: Burn; grading: Grading }>()
  return {
    of(id, { policy, unsettledFee }) {
      const key = keyOf(id)
      const burn = burns.of(key)
      const last = known.get(key)
      if (last?.burn === burn && last.policy === policy && last.unsettledFee === unsettledFee) return last.grading
      const grading = gradingOf({ policy, unsettledFee }, burn)
      known.set(key, { policy, unsettledFee, burn, grading })
      return grading
    },
  }
}
