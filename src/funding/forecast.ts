import { TOP_UP_GAS } from '../../machines/gas-costs.ts'
import { max } from '../../machines/wei.ts'
import { describeValue } from '../base/describe-value.ts'
import { InvalidInputError } from '../base/errors.ts'
import type { Plan } from './plan.ts'
import type { SubAccountId } from '../base/sub-account-key.ts'

const DAY = 86_400n

/** When money runs out at the present burn. Times in seconds of block time; null where the burn is 0 or unknown. */
export type Forecast = {
  /** When the ledger is empty. */
  ledgerDryAt: number | null
  /** When the wallet cannot pay the gas of top-ups. */
  gasDryAt: number | null
  /** When each sub-account falls to its provider's minimum without another top-up. */
  subAccounts: readonly (SubAccountId & { dryAt: number | null })[]
  /** Wei per hour of all sub-accounts whose burn is known. */
  burnRate: bigint
  /** What must be deposited to fund everything now and for this many days, in wei. */
  depositFor(days: number): bigint
}

export function forecastOf({ position, decisions, shortfall }: Plan, gasPrice: bigint): Forecast {
  const { block, ledger, wallet } = position
  const burnRate = decisions.reduce((sum, one) => sum + (one.burnRate ?? 0n), 0n)
  const available = ledger?.available ?? 0n
  // A top-up from a pending refund takes nothing from the ledger.
  const due = decisions.reduce((sum, one) => sum + one.deficit - (one.action === 'hold' ? 0n : one.fromRefund), 0n)
  // A top-up fills a sub-account from its trigger to its target, or by the required balance where they are equal.
  const topUpsPerDay = decisions.reduce((sum, { burnRate: rate, required, target }) => {
    const size = target > required ? target - required : required
    return rate === null || size === 0n ? sum : sum + (rate * 24n * 1_000n) / size
  }, 0n)
  const gasPerDay = (topUpsPerDay * TOP_UP_GAS * gasPrice) / 1_000n
  return {
    ledgerDryAt: dryAt(block.timestamp, available > due ? available - due : 0n, burnRate * 24n),
    gasDryAt: dryAt(block.timestamp, wallet.balance, gasPerDay),
    subAccounts: decisions.map(({ provider, serviceType, runway }) => ({
      provider,
      serviceType,
      dryAt: runway === null ? null : block.timestamp + runway,
    })),
    burnRate,
    depositFor(days) {
      if (!(Number.isFinite(days) && days >= 0))
        throw new InvalidInputError('days is a number from 0 up.', { days: describeValue(days) })
      const needed = due + burnRate * BigInt(Math.ceil(days * 24))
      return max(needed - available, shortfall, 0n)
    },
  }
}

function dryAt(now: number, left: bigint, perDay: bigint): number | null {
  return perDay === 0n ? null : now + Number((left * DAY) / perDay)
}
