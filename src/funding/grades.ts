import type { Burn } from '../../machines/auto-funding/auto-funding.burn.ts'
import { demandOf, levelsOf } from '../../machines/auto-funding/auto-funding.levels.ts'
import { feeByPrices, type Prices } from '../../machines/auto-funding/fee-cap.policy.ts'
import type { Standing } from '../../machines/auto-funding/plan.types.ts'
import { keyOf, type SubAccountId } from '../base/sub-account-key.ts'
import type { BurnRates } from './burn-rates.ts'
import { toPolicy, type AutoFundingPolicy } from './config/auto-funding-policy.ts'
import { sharedPolicy } from './config/shared-policy.ts'
import type { FundedAccounts } from './funded-accounts.ts'

export type GradesOptions = {
  burns: Pick<BurnRates, 'of' | 'firstCharge'>
  accounts: Pick<FundedAccounts, 'get'>
  /** What a provider charges; null while that is not known. */
  pricesOf: (id: SubAccountId) => Prices | null
  /** What providers want to see locked, in wei. */
  minLockedBalance: bigint
}

/** How an account is graded: its policy, its unsettled fee, and what its provider's prices explain, in wei. */
export type GradedBy = { policy: AutoFundingPolicy; unsettledFee: bigint; pricedFee: bigint }

/** What a provider's charges and its policy come to. */
export type Grading = Pick<Standing, 'demand' | 'anomaly' | 'required' | 'target'>

export type Grades = {
  /** An account without auto-funding is graded by the policy of a dry run, or else by that of an empty config. */
  by(id: SubAccountId, trial?: AutoFundingPolicy): GradedBy
  of(id: SubAccountId, by: GradedBy): Grading
  /** Block time of its oldest known charge, in seconds; null without one. */
  firstCharge(id: SubAccountId): number | null
}

/** Demand, trigger and target of each sub-account; computed anew only where burn, policy, fee or prices changed. */
export function createGrades(options: GradesOptions): Grades {
  return new KnownGrades(options)
}

class KnownGrades implements Grades {
  readonly #options: GradesOptions
  readonly #usual: AutoFundingPolicy
  readonly #known = new Map<string, GradedBy & { burn: Burn; grading: Grading }>()

  constructor(options: GradesOptions) {
    this.#options = options
    this.#usual = sharedPolicy(toPolicy({}, options.minLockedBalance))
  }

  by(id: SubAccountId, trial = this.#usual): GradedBy {
    const { accounts, pricesOf } = this.#options
    const account = accounts.get(id)
    const pricedFee = feeByPrices(pricesOf(id))
    return account
      ? { policy: account.policy, unsettledFee: account.fee.known().fee, pricedFee }
      : { policy: trial, unsettledFee: 0n, pricedFee }
  }

  of(id: SubAccountId, by: GradedBy): Grading {
    const key = keyOf(id)
    const burn = this.#options.burns.of(key)
    const last = this.#known.get(key)
    if (last?.burn === burn && isSame(last, by)) return last.grading
    const grading = gradingOf(by, burn)
    const { policy, unsettledFee, pricedFee } = by
    const graded = { policy, unsettledFee, pricedFee, burn, grading }
    if (last) Object.assign(last, graded)
    else this.#known.set(key, graded)
    return grading
  }

  firstCharge(id: SubAccountId): number | null {
    return this.#options.burns.firstCharge(keyOf(id))
  }
}

const isSame = (a: GradedBy, b: GradedBy): boolean =>
  a.policy === b.policy && a.unsettledFee === b.unsettledFee && a.pricedFee === b.pricedFee

function gradingOf({ policy, unsettledFee, pricedFee }: GradedBy, burn: Burn): Grading {
  const { minLockedBalance, maxUnsettledFee, jump } = policy
  const { demand, anomaly } = demandOf({ minLockedBalance, unsettledFee, maxUnsettledFee, pricedFee, burn, jump })
  const { required, target } = levelsOf(demand, policy.levels)
  return { demand, anomaly, required, target }
}
