import type { Burn } from '../../machines/auto-funding/auto-funding.burn.ts'
import { keyOf, type SubAccountId } from '../base/sub-account-key.ts'
import type { BurnRates } from './burn-rates.ts'
import type { AutoFundingPolicy } from './config/auto-funding-policy.ts'
import { gradingOf, type Grading } from './plan-input.ts'

/** How an account is graded: its policy, its unsettled fee, and what its provider's prices explain, in wei. */
export type GradedBy = { policy: AutoFundingPolicy; unsettledFee: bigint; pricedFee: bigint }

export type Grades = {
  of(id: SubAccountId, by: GradedBy): Grading
  /** Block time of its oldest known charge, in seconds; null without one. */
  firstCharge(id: SubAccountId): number | null
}

/** Demand, trigger and target of each sub-account; computed anew only where burn, policy, fee or prices changed. */
export function createGrades(burns: BurnRates): Grades {
  const known = new Map<string, GradedBy & { burn: Burn; grading: Grading }>()
  return {
    of(id, by) {
      const key = keyOf(id)
      const burn = burns.of(key)
      const last = known.get(key)
      if (last?.burn === burn && isSame(last, by)) return last.grading
      const grading = gradingOf(by, burn)
      known.set(key, { ...by, burn, grading })
      return grading
    },
    firstCharge: (id) => burns.firstCharge(keyOf(id)),
  }
}

const isSame = (a: GradedBy, b: GradedBy): boolean =>
  a.policy === b.policy && a.unsettledFee === b.unsettledFee && a.pricedFee === b.pricedFee
