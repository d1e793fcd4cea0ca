import { max, min } from '../../machines/wei.ts'
import { weiToOg } from '../base/amounts.ts'
import { BudgetExhaustedError } from '../base/sending-errors.ts'
import type { Rejection } from '../provider/rejection.ts'
import type { FundingGoal } from './sub-account-funding.ts'

/** How the policy of a sub-account grades it. Amounts in wei. */
export type RejectionLevels = {
  provider: string
  /** What the provider demands by the policy. */
  minLockedBalance: bigint
  /** The level at which auto-funding tops up, for a demand and an unsettled fee. */
  triggerOf: (minLockedBalance: bigint, unsettledFee: bigint) => bigint
}

/** More than any cap on an unsettled fee. */
const EVERYTHING = 2n ** 255n

/**
 * What rejected requests need: the most that one of them demands, and at best as much as keeps the next requests from being
 * rejected: the trigger of auto-funding, for the reserve and the unsettled fee that the provider names. Where the provider
 * sees no sub-account, that is the trigger if there is none, and nothing otherwise.
 *
 * @throws BudgetExhaustedError where a provider demands more than the policy believes of an unsettled fee
 */
export function goalOf(rejections: readonly Rejection[], exists: boolean, levels: RejectionLevels): FundingGoal {
  const { minLockedBalance, triggerOf } = levels
  const most = triggerOf(minLockedBalance, EVERYTHING)
  return rejections.reduce<FundingGoal>(
    (goal, rejection) => {
      if (rejection.kind === 'absent') {
        const trigger = exists ? 0n : triggerOf(minLockedBalance, 0n)
        return { least: max(goal.least, trigger), best: max(goal.best, trigger) }
      }
      const { required, reserve = 0n, unsettled = 0n } = rejection
      if (required > most) throw unbelievable(levels.provider, required, most)
      const trigger = triggerOf(max(minLockedBalance, reserve), unsettled)
      return { least: max(goal.least, required), best: max(goal.best, required, min(trigger, most)) }
    },
    { least: 0n, best: 0n },
  )
}

function unbelievable(provider: string, required: bigint, most: bigint): BudgetExhaustedError {
  return new BudgetExhaustedError('The provider demands more than is believed of it.', {
    provider,
    demanded: `${weiToOg(required)} OG`,
    believed: `${weiToOg(most)} OG at most`,
    hold: 'anomaly',
    do: 'look at the provider; for more, start auto-funding with maxUnsettledFee or minLockedBalance',
  })
}
