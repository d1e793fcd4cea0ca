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

export function forecastOf(plan: Plan, gasPrice: bigint): Forecast {
  const { position, decisions, shortfall } = plan
  const { block, ledger } = position
  const { burnRate, due } = sumsOf(decisions)
  return {
    ...dryTimesOf(plan, gasPrice),
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
      return max(needed - (ledger?.available ?? 0n), shortfall, 0n)
    },
  }
}

/** Of a forecast only when ledger and gas run out: events ask for it at each plan. */
export function dryTimesOf(
  { position: { block, ledger, wallet }, decisions }: Plan,
  gasPrice: bigint,
): Pick<Forecast, 'ledgerDryAt' | 'gasDryAt'> {
  const { burnRate, due, topUpsPerDay } = sumsOf(decisions)
  const available = ledger?.available ?? 0n
  const gasPerDay = (topUpsPerDay * TOP_UP_GAS * gasPrice) / 1_000n
  return {
    ledgerDryAt: dryAt(block.timestamp, available > due ? available - due : 0n, burnRate * 24n),
    gasDryAt: dryAt(block.timestamp, wallet.balance, gasPerDay),
  }
}

/** Of all sub-accounts, in wei: burn per hour, what is due from the ledger; and their top-ups a day, in thousandths. */
type Sums = { burnRate: bigint; due: bigint; topUpsPerDay: bigint }

function sumsOf(decisions: Plan['decisions']): Sums {
  const sums = { burnRate: 0n, due: 0n, topUpsPerDay: 0n }
  for (const one of decisions) {
    const { burnRate: rate, deficit, required, target } = one
    // A top-up from a pending refund takes nothing from the ledger.
    sums.due += deficit - (one.action === 'hold' ? 0n : one.fromRefund)
    if (!rate) continue
    sums.burnRate += rate
    // A top-up fills a sub-account from its trigger to its target, or by the required balance where they are equal.
    const size = target > required ? target - required : required
    if (size !== 0n) sums.topUpsPerDay += (rate * 24_000n) / size
  }
  return sums
}

function dryAt(now: number, left: bigint, perDay: bigint): number | null {
  return perDay === 0n ? null : now + Number((left * DAY) / perDay)
}
